import { onPremises } from '../remedies/on-premises.js';
import { licenceCommands, ownerAccountCommands, serviceAccountCommands } from '../remedies/mailbox-commands.js';
import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type Words } from './code-row.js';

const newPassword = (names: Names, title: string, meaning: string): Words => ({
  title,
  meaning,
  causes: [
    'The password is as old as the policy of the domain lets it become.',
    'Somebody ticked “user must change password at next logon”.',
  ],
  advice:
    'Give the account a new password and enter it in the profile. A service account is best exempt from expiry, with a long password of its own.',
  commands: [...serviceAccountCommands(names), ...names.api.newPassword()],
});

const blockedSender = (title: string) => (names: Names) => ({
  title,
  meaning: `Exchange Online has stopped ${names.mailbox} from sending, because what it sent looked like abuse or ran over its limits.`,
  causes: ['The mailbox sent unusually much in a short time.', 'The account was used by somebody else to send spam.'],
  advice:
    'Find out what was sent, change the password of the mailbox’s owner if it was not you, and release the sender in Microsoft Defender under “Restricted entities”.',
  commands:
    names.kind === 'exchange-online'
      ? [
          {
            purpose: 'See which senders are blocked, and why.',
            shell: 'exchange-online-powershell' as const,
            command: 'Get-BlockedSenderAddress | Format-List',
          },
        ]
      : [],
});

const federation = ({ server, kind }: Names): Omit<Words, 'title'> => ({
  meaning: `The server at ${server} could not vouch for the account to another forest or organisation.`,
  causes: ['The trust or federation between the two is missing, broken, or its certificate has expired.'],
  advice:
    'Have the Exchange administrator check the federation trust, or enter the server that holds the mailboxes in the profile.',
  commands: onPremises(kind, [
    { purpose: 'Test the federation trust.', command: 'Get-FederationTrust | Format-List\nTest-FederationTrust' },
  ]),
});

const clientToken = (): Omit<Words, 'title'> => ({
  meaning:
    'A token for an add-in was refused. Postroom asks for no such tokens, so something between it and the server may.',
  advice: 'If it comes again, report it with the technical details.',
});

/** Signing in: the service account, and the accounts of mailboxes. */
export const accountCodes: CodeRows = {
  ErrorAccountDisabled: row(['credentials-auth', 'mailbox', 'never'], (names) => ({
    title: 'The account of the mailbox is disabled',
    meaning: `The server lets nobody act as ${names.mailbox}, because its account is disabled in the directory.`,
    causes: [
      'The person has left, and the account was disabled while the mailbox is kept.',
      `If every mailbox of the profile reports it: the service account ${names.account} itself is disabled.`,
    ],
    advice:
      'Enable the account; turn the mailbox into a shared one, if its mail shall still be read; or remove the mailbox here, if it is no longer needed.',
    commands: ownerAccountCommands(names),
  })),
  ErrorPasswordExpired: row(['credentials-auth', 'profile', 'never'], (names) =>
    newPassword(
      names,
      'The password of the service account has expired',
      `The password of ${names.account} is right, but the server takes it no longer. It cannot be changed through EWS.`,
    ),
  ),
  ErrorPasswordChangeRequired: row(['credentials-auth', 'profile', 'never'], (names) =>
    newPassword(
      names,
      'The service account has to change its password first',
      `The server lets ${names.account} in only after its password was changed, and that cannot be done through EWS.`,
    ),
  ),
  ErrorCallerIsInvalidADAccount: row(['credentials-auth', 'profile', 'never'], (names) => ({
    title: 'The service account is no account of this directory',
    meaning: `The account ${names.account} signed in, but Exchange does not find it in the Active Directory that it works with.`,
    causes: [
      'It is an account of the server itself, not of the domain.',
      'It belongs to another forest that Exchange does not trust.',
      'It was deleted a short while ago.',
    ],
    advice: 'Use an account of the domain that Exchange belongs to.',
    commands: serviceAccountCommands(names),
  })),
  ErrorOrganizationAccessBlocked: row(['credentials-auth', 'profile', 'never'], (names) => ({
    title: 'Access to the whole organisation is blocked',
    meaning: `Microsoft has blocked the organisation that ${names.account} belongs to; none of its mailboxes answers.`,
    causes: ['The subscription has ended.', 'The organisation is marked for removal.'],
    advice: 'Look into the Microsoft 365 admin center under billing, or ask Microsoft’s support.',
  })),
  ErrorInvalidLicense: row(['credentials-auth', 'mailbox', 'never'], (names) => ({
    title: 'The mailbox has no licence for Exchange',
    meaning: `Exchange Online keeps ${names.mailbox}, but serves it only with a valid licence.`,
    causes: ['The licence was taken away or has run out.'],
    advice:
      'Assign a licence that includes Exchange Online in the Microsoft 365 admin center. It takes up to a day to take effect.',
    commands: licenceCommands(names),
  })),
  ErrorMessageSubmissionBlocked: row(
    ['credentials-auth', 'mailbox', 'never'],
    blockedSender('The mailbox is blocked from sending'),
  ),
  ErrorAccountSuspend: row(
    ['credentials-auth', 'mailbox', 'never'],
    blockedSender('The account is suspended from sending'),
  ),
  ErrorAccountSuspendShowTierUpgrade: row(
    ['credentials-auth', 'mailbox', 'never'],
    blockedSender('The account is suspended from sending, for its plan allows no more'),
  ),
  ErrorInvalidSerializedAccessToken: row(['credentials-auth', 'profile', 'never'], (names) => ({
    title: 'The server cannot read the token of the account',
    meaning: `Servers hand on by a token who is calling, and the one of ${names.account} was refused.`,
    causes: ['The account has no primary group, or was changed while the call was under way.'],
    advice: 'Check the primary group of the account (Domain Users, as a rule).',
    commands: serviceAccountCommands(names),
  })),
  ...family(
    ['credentials-auth', 'profile', 'backoff'],
    (names) => ({
      meaning: `The server accepted ${names.account}, but could not work out its rights.`,
      causes: [
        'A domain controller does not answer the Exchange server.',
        'The account was changed or moved a short while ago.',
      ],
      advice:
        'It often passes. If it lasts, check the account, and whether the Exchange server reaches its domain controllers.',
      commands: serviceAccountCommands(names),
    }),
    {
      ErrorInvalidAuthorizationContext: 'The server could not work out what the account may do',
      ErrorInvalidClientSecurityContext: 'The server could not build a security context for the account',
    },
  ),
  ...family(['credentials-auth', 'profile', 'never'], federation, {
    ErrorInvalidCrossForestCredentials: 'The account is not accepted in the other forest',
    ErrorOrganizationNotFederated: 'The organisation is not federated',
    ErrorUserWithoutFederatedProxyAddress: 'The account has no address in the federated domain',
    ErrorInvalidFederatedOrganizationId: 'The id of the federated organisation is not valid',
    ErrorInvalidFederationOrganizationIdentifier: 'The organisation identifier of the federation is not valid',
  }),
  ...family(['credentials-auth', 'profile', 'never'], clientToken, {
    ErrorInvalidClientAccessTokenRequest: 'A request for an add-in’s token is not valid',
    ErrorUnauthorizedClientAccessTokenRequest: 'A request for an add-in’s token is not allowed',
  }),
  ErrorNoOAuthServerAvailableForRequest: row(['credentials-auth', 'server', 'backoff'], ({ server, kind }) => ({
    title: 'The server has no partner to check an OAuth token with',
    meaning: `The server at ${server} was asked to accept a token, and knows no authorisation server for it.`,
    causes: ['Hybrid modern authentication is not set up, or only in part.'],
    advice: 'Have the Exchange administrator check the authorisation servers.',
    commands: onPremises(kind, [
      {
        purpose: 'See the authorisation servers, and what they are enabled for.',
        command: 'Get-AuthServer | Format-List Name, Type, Enabled, IsDefaultAuthorizationEndpoint',
      },
    ]),
    selfHealing: false,
  })),
};
