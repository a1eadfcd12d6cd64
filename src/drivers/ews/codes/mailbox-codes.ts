import { databaseCommands, moveCommands, recipientCommands } from '../remedies/mailbox-commands.js';
import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type Words } from './code-row.js';

/** Another server of the organisation would have to serve the mailbox, and the way there fails. */
const elsewhere = (names: Names): Omit<Words, 'title'> => ({
  meaning: `${names.Mailbox} lives on another server or site than ${names.server} serves, and the request did not get there.`,
  causes: [
    'The mailbox was moved a short while ago, and the servers have not all heard of it.',
    'The address of EWS in the profile leads to a server that does not pass requests on to that site or version.',
  ],
  advice:
    'If it lasts more than an hour, enter the EWS address of the site that holds the mailbox, in this profile or in one of its own.',
  commands: [
    ...recipientCommands(names),
    ...(names.kind === 'exchange-online'
      ? []
      : [
          {
            purpose: 'See the EWS addresses of all sites.',
            shell: 'exchange-management-shell' as const,
            command: 'Get-WebServicesVirtualDirectory | Format-Table Server, InternalUrl, ExternalUrl',
          },
        ]),
  ],
});

const directoryEntry = (names: Names): Omit<Words, 'title'> => ({
  meaning: `The server finds ${names.mailbox} in its directory, but what stands there is not consistent.`,
  causes: ['Two objects share an address or a legacy name.', 'A migration or a restore left the mailbox half set up.'],
  advice:
    'Have the Exchange administrator mend the directory entry; Exchange says what is wrong with it when it is read.',
  commands: recipientCommands(names),
});

const archive = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The archive mailbox of ${mailbox} could not be used. The mailbox itself is not concerned.`,
  advice: 'Postroom does not sync archives. Take archive folders out of the folders of this mailbox, if there are any.',
});

const siteMailbox = (): Omit<Words, 'title'> => ({
  meaning: 'The address belongs to a site or team mailbox, which cannot be synced like an ordinary one.',
  advice: 'Remove the mailbox here, or enter the address of an ordinary or shared mailbox.',
});

const withoutMailbox = (names: Names): Omit<Words, 'title'> => ({
  meaning: `A request came for the service account ${names.account} itself, which has no mailbox.`,
  causes: ['The profile uses delegation, and its service account has no mailbox of its own.'],
  advice: 'Set access of the profile to impersonation, or give the service account a mailbox.',
});

/** Mailboxes that are gone, moved or not where they were. */
export const mailboxCodes: CodeRows = {
  ErrorNonExistentMailbox: row(['mailbox-gone-moved', 'mailbox', 'never'], (names) => {
    const named = names.value('SmtpAddress');
    return {
      title: 'The server knows no mailbox of this address',
      meaning: `The server at ${names.server} has no mailbox ${names.mailbox === 'the mailbox' ? 'under this address' : `under ${names.mailbox}`}${named && named !== names.mailbox ? ` (it speaks of ${named})` : ''}.`,
      causes: [
        'The address is mistyped, or is that of a distribution list or contact.',
        'The mailbox was deleted, disabled or hidden.',
        names.kind === 'exchange-online'
          ? 'The mailbox still lives on a server of your own.'
          : 'The mailbox was moved to Exchange Online or to another organisation.',
        ...(names.kind === 'exchange-online'
          ? []
          : [`It is the service account ${names.account} that has no mailbox (delegation only).`]),
      ],
      advice:
        'See what the server knows under the address. Then correct the address here, move the mailbox to the profile of the server that holds it, or remove it.',
      commands: recipientCommands(names),
    };
  }),
  ErrorCannotFindUser: row(['mailbox-gone-moved', 'mailbox', 'never'], (names) => ({
    title: 'The server finds no user for the mailbox',
    meaning: `${names.Server} looked for the user of ${names.mailbox} and found none, so there is no mailbox to open.`,
    causes: [
      'The address is mistyped, or was changed.',
      'The user was deleted, or has no mailbox any more.',
      'The user lives in another organisation or domain than the server looks in.',
    ],
    advice:
      'See what the server knows under the address. Then correct the address here, or remove the mailbox if it is gone.',
    commands: recipientCommands(names),
  })),
  ErrorMailboxMoveInProgress: row(['mailbox-gone-moved', 'mailbox', 'backoff'], (names) => ({
    title: 'The mailbox is being moved',
    meaning: `${names.Mailbox} is on its way to another database or server, and cannot be opened for a while.`,
    causes: [
      'A planned move is in its last phase.',
      'The move has finished, and some servers still point to the old place.',
    ],
    advice: 'Nothing, as a rule. If it lasts for hours, see how far the move has come.',
    commands: moveCommands(names),
  })),
  ErrorMailboxFailover: row(['mailbox-gone-moved', 'mailbox', 'backoff'], (names) => ({
    title: 'The database of the mailbox is switching to another server',
    meaning: `Exchange moves the work for ${names.mailbox} to another server of the group. That takes seconds to minutes.`,
    causes: ['A server was taken out of service, or failed.'],
    advice: 'Nothing. If it lasts, look at the copies of the database.',
    commands: databaseCommands(names),
  })),
  ErrorMailboxLogonFailed: row(['mailbox-gone-moved', 'mailbox', 'backoff'], (names) => ({
    title: 'The mailbox cannot be opened',
    meaning: `The server found ${names.mailbox}, but its store did not open it.`,
    causes: [
      'The database is dismounted or is being mounted.',
      'The mailbox is quarantined, because it made the store fail.',
    ],
    advice: 'It often passes. If it lasts, look at the database, and whether the mailbox is quarantined.',
    commands: databaseCommands(names),
  })),
  ErrorMissingEmailAddress: row(['mailbox-gone-moved', 'profile', 'never'], (names) => ({
    title: 'The account that asks has no mailbox of its own',
    ...withoutMailbox(names),
  })),
  ErrorMissingEmailAddressForManagedFolder: row(['mailbox-gone-moved', 'profile', 'never'], (names) => ({
    title: 'The account that asks for a managed folder has no mailbox',
    ...withoutMailbox(names),
  })),
  ErrorNameResolutionNoMailbox: row(['mailbox-gone-moved', 'mailbox', 'never'], (names) => ({
    title: 'The account that looks up names has no mailbox',
    ...withoutMailbox(names),
  })),
  ...family(['mailbox-gone-moved', 'mailbox', 'never'], directoryEntry, {
    ErrorMailboxConfiguration: 'The directory entry of the mailbox is not set up right',
    ErrorDuplicateLegacyDistinguishedName: 'Two directory entries share the legacy name of the mailbox',
    ErrorMissingExchangePrincipal: 'The mailbox lacks what Exchange needs in the directory',
  }),
  ...family(['mailbox-gone-moved', 'mailbox', 'backoff'], elsewhere, {
    ErrorCrossSiteRequest: 'The mailbox is served by another site',
    ErrorMultiLegacyMailboxAccess: 'The mailbox lives on an older server than the one that was asked',
    ErrorNoApplicableProxyCASServersAvailable: 'No server can pass the request on to the mailbox',
    ErrorNoDestinationCASDueToKerberosRequirements: 'No server of the mailbox’s site accepts Kerberos from this one',
    ErrorNoDestinationCASDueToSSLRequirements: 'No server of the mailbox’s site accepts the request without TLS',
    ErrorNoDestinationCASDueToVersionMismatch: 'No server of the mailbox’s site has a fitting version',
    ErrorNoRespondingCASInDestinationSite: 'No server of the mailbox’s site answers',
    ErrorProxyRequestNotAllowed: 'The server may not pass the request on to the mailbox’s site',
    ErrorProxyServiceDiscoveryFailed: 'The server does not find where to pass the request on to',
    ErrorWrongServerVersion: 'The mailbox lives on a server of another version',
    ErrorWrongServerVersionDelegate: 'The delegate’s mailbox lives on a server of another version',
  }),
  ...family(['mailbox-gone-moved', 'mailbox', 'never'], archive, {
    ErrorArchiveMailboxNotEnabled: 'The mailbox has no archive',
    ErrorArchiveMailboxServiceDiscoveryFailed: 'The server of the archive was not found',
    ErrorArchiveMailboxSearchFailed: 'A search in the archive failed',
    ErrorGetRemoteArchiveFolderFailed: 'A folder of the remote archive cannot be opened',
    ErrorFindRemoteArchiveFolderFailed: 'A folder of the remote archive was not found',
    ErrorGetRemoteArchiveItemFailed: 'An item of the remote archive cannot be read',
    ErrorExportRemoteArchiveItemsFailed: 'Items of the remote archive cannot be exported',
  }),
  ...family(['mailbox-gone-moved', 'mailbox', 'never'], siteMailbox, {
    ErrorTeamMailboxNotFound: 'There is no site mailbox of this address',
    ErrorTeamMailboxNotLinkedToSharePoint: 'The site mailbox is not linked to its SharePoint site',
    ErrorTeamMailboxUrlValidationFailed: 'The address of the site mailbox’s SharePoint site is not valid',
    ErrorTeamMailboxNotAuthorizedOwner: 'The account does not own the site mailbox',
    ErrorTeamMailboxActiveToPendingDelete: 'The site mailbox is about to be deleted',
    ErrorTeamMailboxFailedSendingNotifications: 'The site mailbox could not tell its members',
    ErrorTeamMailboxErrorUnknown: 'The site mailbox failed for a reason that the server does not name',
  }),
};
