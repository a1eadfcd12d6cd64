import { impersonationCommands } from '../remedies/impersonation-commands.js';
import {
  folderRightsCommands,
  ownerAccountCommands,
  primaryAddressCommands,
  recipientCommands,
  sendAsCommands,
} from '../remedies/mailbox-commands.js';
import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type Words } from './code-row.js';

const online = ({ kind }: Names): boolean => kind === 'exchange-online';

const scopeTakesTime = 'A change of roles can take up to two hours to reach every server.';

const onlineRole =
  'Exchange Online no longer has the role ApplicationImpersonation (since February 2025): an application signs in by OAuth and gets the role “Application EWS.AccessAsApp” instead.';

/** One mailbox alone is left out of a scope; many at once have lost the role. */
const likelierFirst = ({ many }: Names, scope: string, role: string): string[] =>
  many ? [role, scope] : [scope, role];

function denied(names: Names): Words {
  const { account, mailbox } = names;
  const ownAccount = `The account behind ${mailbox} is disabled.`;
  return online(names)
    ? {
        title: 'The application may not act as the mailbox',
        meaning: `Exchange Online knows the application, but does not let it act as ${mailbox}. ${onlineRole}`,
        causes: [
          ...likelierFirst(
            names,
            `The scope of the application’s role leaves ${mailbox} out.`,
            'The application has no role, or has only the old one, ApplicationImpersonation.',
          ),
          ownAccount,
          'Now and then Exchange Online denies without a reason for some minutes.',
        ],
        advice: `Grant the role to the application, within a scope that holds the mailbox. A grant of full_access_as_app in Entra is not limited by that scope and adds to it: take it away if the scope shall count. ${scopeTakesTime}`,
        commands: [...impersonationCommands(names), ...ownerAccountCommands(names)],
      }
    : {
        title: 'The service account may not impersonate the mailbox',
        meaning: `The server knows ${account} and its password, but does not let it act as ${mailbox}.`,
        causes: [
          ...likelierFirst(
            names,
            `The management scope of the role leaves ${mailbox} out: it is not in the group, or does not match the filter.`,
            `${account} has no role ApplicationImpersonation, or its assignment was removed or disabled.`,
          ),
          ownAccount,
        ],
        advice: `See what is assigned now. If the role is there, bring the mailbox into its scope; if not, grant it. Members of groups within the group do not count. ${scopeTakesTime}`,
        commands: [...impersonationCommands(names), ...ownerAccountCommands(names)],
      };
}

const wrongIdentity = (what: string, kind: string) => (names: Names) => ({
  title: `The server does not accept the ${what} of the mailbox`,
  meaning: `Postroom told the server by its ${what} that it acts as ${names.mailbox}, and the server knows no such account.`,
  causes: [
    `connectingSid of the mailbox is mistyped, or is not a ${what}.`,
    `connectingSidType of the profile is ${kind}, but mailboxes are named in another way.`,
  ],
  advice: `Correct connectingSid of the mailbox, or set connectingSidType of the profile to SmtpAddress and leave connectingSid empty, so that the address itself is used.`,
  commands: recipientCommands(names),
});

const folderDenied = (title: string, meaning: (names: Names) => string) => (names: Names) => ({
  title,
  meaning: meaning(names),
  causes: [
    `With delegate access: ${names.account} has no sufficient rights on the mailbox.`,
    'With impersonation: the folder belongs to somebody else (a shared or public folder), or its own permissions deny the owner.',
  ],
  advice:
    'With delegate access, grant the service account full access; with impersonation, look at the permissions of the folder.',
  commands: folderRightsCommands(names),
});

const unusedRight = (): Omit<Words, 'title'> => ({
  meaning:
    'The server refuses a right that the sync of mail does not need; something asked for a function of another kind.',
  advice: 'Mail itself is not concerned. If it comes again, report it with the technical details.',
});

/** Rights: of the service account to act as a mailbox, and of the mailbox on its folders. */
export const impersonationCodes: CodeRows = {
  ErrorImpersonateUserDenied: row(['impersonation-permission', 'mailbox', 'never'], denied),
  ErrorImpersonationDenied: row(['impersonation-permission', 'profile', 'never'], (names) => ({
    title: 'The server refuses all impersonation to the service account',
    meaning: `The account ${names.account} may not impersonate anybody through this server, whichever the mailbox.`,
    causes: [
      `The account ${names.account} is a member of an administrator group, to which Exchange denies impersonation explicitly.`,
      'The right to impersonate is missing on the client access server (Exchange 2007).',
      'The role ApplicationImpersonation was never granted.',
    ],
    advice: 'Use a service account that is in no administrator group, and grant it the role.',
    commands: impersonationCommands(names),
  })),
  ErrorImpersonationFailed: row(['impersonation-permission', 'profile', 'backoff'], (names) => ({
    title: 'The server could not carry out the impersonation',
    meaning: `The server found no fault with the right itself, but could not act as ${names.mailbox}.`,
    causes: [
      'A domain controller cannot be reached from the Exchange server at the moment.',
      `The server does not trust the forest or domain of ${names.mailbox}.`,
      'The application pool of EWS runs under an account without the rights to do so.',
    ],
    advice:
      'It often passes. If it lasts, have the Exchange administrator look up the request id in the EWS log of the named server, and test the trust between the forests.',
  })),
  ErrorInvalidExchangeImpersonationHeaderData: row(['impersonation-permission', 'profile', 'never'], (names) => ({
    title: 'Impersonation does not fit the way of signing in',
    meaning: `The server at ${names.server} expects the name of the impersonated mailbox in another form, or not at all, for this kind of account.`,
    causes: [
      'The profile uses delegation where the server asks for impersonation, or the other way round.',
      'connectingSid of the mailbox does not fit connectingSidType of the profile.',
    ],
    advice: 'Check access and connectingSidType of the profile. SmtpAddress suits nearly every server.',
  })),
  ErrorMoreThanOneAccessModeSpecified: row(['impersonation-permission', 'profile', 'never'], () => ({
    title: 'The server was given two identities in one request',
    meaning: 'A request named more than one way to act as somebody else. The server answers none of them.',
    causes: ['A proxy or gateway before the server adds an identity of its own.'],
    advice:
      'See whether something between Postroom and the server changes requests; else report it with the technical details.',
  })),
  ErrorNonPrimarySmtpAddress: row(['impersonation-permission', 'mailbox', 'never'], (names) => {
    const primary = names.value('Primary') ?? names.value('PrimarySmtpAddress') ?? names.value('SmtpAddress');
    const right = primary === names.mailbox ? null : primary;
    return {
      title: 'The address is an alias, not the primary address',
      meaning: `${names.Mailbox} is a further address of a mailbox${right ? ` whose primary address is ${right}` : ''}, and the profile names mailboxes by their primary address.`,
      causes: [
        'The primary address was changed, after a marriage or a new company name for example.',
        'The mailbox was entered here with one of its aliases.',
      ],
      advice: `Set the address of the mailbox to ${right ?? 'its primary one'}, or set connectingSidType of the profile to SmtpAddress, which takes aliases too.`,
      commands: [...(right ? [] : primaryAddressCommands(names)), ...names.api.newAddress(right)],
    };
  }),
  ErrorAccessDenied: row(
    ['impersonation-permission', 'mailbox', 'never'],
    folderDenied(
      'The server refuses access to the folder',
      ({ mailbox }) => `The server let the request in as ${mailbox}, but refuses it the folder or the item.`,
    ),
  ),
  ErrorCreateItemAccessDenied: row(
    ['impersonation-permission', 'mailbox', 'never'],
    folderDenied(
      'The server refuses to save in the folder',
      ({ mailbox }) =>
        `Postroom may read ${mailbox}, but not put anything there. Sending needs that: each message is saved as a draft first.`,
    ),
  ),
  ErrorCreateSubfolderAccessDenied: row(
    ['impersonation-permission', 'mailbox', 'never'],
    folderDenied(
      'The server refuses to make a folder',
      ({ mailbox }) => `No folder may be made in ${mailbox} with the rights at hand.`,
    ),
  ),
  ErrorRecoverableItemsAccessDenied: row(
    ['impersonation-permission', 'mailbox', 'never'],
    folderDenied(
      'The server refuses access to the recoverable items',
      ({ mailbox }) =>
        `The folder of deleted items that can be restored is closed in ${mailbox}; ordinary mail does not need it.`,
    ),
  ),
  ErrorSendAsDenied: row(['impersonation-permission', 'mailbox', 'never'], (names) => ({
    title: 'The server refuses to send in the name of the mailbox',
    meaning: `A message was to go out from ${names.mailbox}, and the server does not allow that sender. A draft may have stayed in Drafts.`,
    causes: [
      `With delegate access: ${names.account} has no right to send as ${names.mailbox}.`,
      'The sender of the message is another address, for which the right to send as is missing.',
      `The address is no longer one of the addresses of ${names.mailbox}.`,
    ],
    advice:
      'Grant the right to send as. It can take two hours to take effect, because the server keeps rights in memory.',
    commands: sendAsCommands(names),
  })),
  ErrorInvalidSmtpAddress: row(['impersonation-permission', 'mailbox', 'never'], (names) => ({
    title: 'The address of the mailbox is not a valid one',
    meaning: `The server cannot read ${names.mailbox} as an e-mail address.`,
    causes: ['The address is mistyped.', 'A name of the form DOMAIN\\user stands where an address belongs.'],
    advice: 'Correct the address of the mailbox.',
    commands: recipientCommands(names),
  })),
  ErrorInvalidUserPrincipalName: row(
    ['impersonation-permission', 'mailbox', 'never'],
    wrongIdentity('user principal name', 'PrincipalName'),
  ),
  ErrorInvalidSid: row(
    ['impersonation-permission', 'mailbox', 'never'],
    wrongIdentity('security identifier (SID)', 'SID'),
  ),
  ErrorInvalidUserSid: row(
    ['impersonation-permission', 'mailbox', 'never'],
    wrongIdentity('security identifier (SID)', 'SID'),
  ),
  ErrorSubscriptionDelegateAccessNotSupported: row(['impersonation-permission', 'mailbox', 'never'], (names) => ({
    title: 'Only the owner of a mailbox may subscribe to its notifications',
    meaning: `The server does not tell a delegate of news in ${names.mailbox}. Mail still comes by polling.`,
    causes: ['The profile uses delegation.'],
    advice: 'Set access of the profile to impersonation, if the server allows it to the service account.',
    commands: impersonationCommands(names),
  })),
  ErrorSubscriptionAccessDenied: row(['impersonation-permission', 'profile', 'never'], (names) => ({
    title: 'The subscription belongs to another account',
    meaning: `The server keeps a subscription for the account that made it, and that was not ${names.account}.`,
    causes: ['The service account of the profile was changed a short while ago.'],
    advice: 'Nothing: Postroom goes on by polling. If it lasts, report it with the technical details.',
  })),
  ErrorInvalidManagementRoleHeader: row(['impersonation-permission', 'profile', 'never'], (names) => ({
    title: 'The account does not hold the role that the request names',
    meaning: `The server checked a management role for ${names.account} and did not find it.`,
    advice: 'Grant the role to the account.',
    commands: impersonationCommands(names),
  })),
  ...family(['impersonation-permission', 'mailbox', 'never'], unusedRight, {
    ErrorInvalidAccessLevel: 'A level of access is not allowed here',
    ErrorNoFreeBusyAccess: 'Free and busy times of the mailbox are not open to the account',
    ErrorNotDelegate: 'The account is not a delegate of the mailbox',
    ErrorTokenSerializationDenied: 'The account may not act by a handed-on token',
    ErrorSharingSynchronizationFailed: 'A shared calendar or contacts folder could not be synchronised',
    ErrorNotAllowedExternalSharingByPolicy: 'The policy forbids sharing with others outside',
    ErrorUserNotAllowedByPolicy: 'The policy does not allow this to the user',
    ErrorPermissionNotAllowedByPolicy: 'The policy does not allow this permission to be given',
  }),
  ...family(['impersonation-permission', 'profile', 'never'], unusedRight, {
    ErrorExtensionsNotAuthorized: 'The account may not manage add-ins',
    ErrorNoRbacPermissionToInstallMarketPlaceExtensions: 'The account may not install add-ins from the store',
    ErrorNoRbacPermissionToInstallReadWriteMailboxExtensions:
      'The account may not install add-ins that change mailboxes',
  }),
};
