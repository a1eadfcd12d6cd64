import { folderSizeCommands, quotaCommands, throttlingCommands } from '../remedies/mailbox-commands.js';
import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type Words } from './code-row.js';

const lessLoad =
  'Nothing: Postroom slows down by itself and speeds up again as the server allows. If it never ends, have the limits of the service account raised, or set maxConcurrentConnections of the profile lower.';

const overloaded = ({ server }: Names): Omit<Words, 'title'> => ({
  meaning: `The server behind ${server} is short of resources at the moment and refuses work.`,
  causes: ['Backups, updates, moves of mailboxes or a failed-over database put it under load.'],
  advice:
    'Nothing: Postroom waits and presses less. If it lasts, have the Exchange administrator look at the load of the mailbox server.',
});

const sendingLimit = (names: Names): Omit<Words, 'title'> => ({
  meaning: `${names.Mailbox} has sent as much as the server allows for now. It receives all the same.`,
  causes: [
    names.kind === 'exchange-online'
      ? 'Exchange Online allows a mailbox 10,000 recipients a day and 30 messages a minute.'
      : 'The throttling policy limits messages a minute or recipients a day.',
    'A mailing went out through this mailbox.',
  ],
  advice:
    'Nothing: what waits goes out by itself when the limit allows it. If it comes often, set maxSendsPerMinute of the profile lower, spread mailings, or have the limit raised.',
  commands:
    names.kind === 'exchange-online'
      ? []
      : [
          {
            purpose: 'See the limits on sending.',
            shell: 'exchange-management-shell',
            command:
              'Get-ThrottlingPolicy | Format-Table Name, ThrottlingPolicyScope, MessageRateLimit, RecipientRateLimit',
          },
        ],
});

const messageLimit = (what: string) => (names: Names) => ({
  meaning: what,
  advice: 'Send less at once: smaller attachments, or a link to them. Or have the limits raised.',
  commands: [
    {
      purpose: 'See the limits of the organisation.',
      shell:
        names.kind === 'exchange-online'
          ? ('exchange-online-powershell' as const)
          : ('exchange-management-shell' as const),
      command: 'Get-TransportConfig | Format-List MaxSendSize, MaxReceiveSize, MaxRecipientEnvelopeLimit',
    },
  ],
});

const searchSession = (): Omit<Words, 'title'> => ({
  meaning: 'The instant search of Outlook on the web reported this. Postroom does not use it.',
  advice: 'Nothing. If it comes again, report it with the technical details.',
});

const notificationChannel = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `Other programs already listen to ${mailbox} for news, and the server allows no more of them. Mail still comes by polling.`,
  causes: ['Other programs left their subscriptions open; they run out by themselves.'],
  advice: 'Nothing. If it lasts, find out which other programs listen to the mailbox.',
});

const otherQuota = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `A limit of ${mailbox} that has nothing to do with mail is reached.`,
  advice: 'Mail itself is not concerned. The owner can remove some entries in Outlook.',
});

/** Being asked for less load, and limits on size and number. */
export const limitCodes: CodeRows = {
  ErrorServerBusy: row(['throttling', 'profile', 'backoff'], (names) => ({
    title: 'The server asks for a pause',
    meaning: `The server at ${names.server} has more to do than it wants from ${names.account}, and named a time to wait, or left it to us.`,
    causes: ['The throttling policy of the service account is reached.', 'The mailbox servers are under load.'],
    advice: lessLoad,
    commands: throttlingCommands(names),
  })),
  ErrorExceededConnectionCount: row(['throttling', 'profile', 'backoff'], (names) => ({
    title: 'The service account has too many requests open at once',
    meaning: `The server counts the open requests of ${names.account} over all mailboxes, and the limit (EwsMaxConcurrency, 27 by default) is reached.`,
    causes: [
      'Another program uses the same service account.',
      'maxConcurrentConnections of the profile is higher than the server allows.',
    ],
    advice: lessLoad,
    commands: throttlingCommands(names),
  })),
  ErrorExceededFindCountLimit: row(['throttling', 'profile', 'backoff'], (names) => ({
    title: 'Too many results of searches are open at once',
    meaning: `The server limits how many found items ${names.account} may have in hand at one time (EwsFindCountLimit).`,
    advice: lessLoad,
    commands: throttlingCommands(names),
  })),
  ErrorTooManyObjectsOpened: row(['throttling', 'profile', 'backoff'], (names) => ({
    title: 'Too many objects are open on the server',
    meaning: `The store limits how many folders and messages one account may hold open, and ${names.account} has reached that.`,
    causes: ['Another program uses the same service account.'],
    advice: lessLoad,
    commands: throttlingCommands(names),
  })),
  ErrorTimeoutExpired: row(['throttling', 'server', 'backoff'], ({ Server }) => ({
    title: 'The server did not finish the request in time',
    meaning: `${Server} broke off a request that took it too long, about a minute.`,
    causes: ['The server is under load.', 'A folder has very many items, or a message is very large.'],
    advice: 'Nothing: Postroom asks for less at once. If it lasts, look at the load of the server.',
  })),
  ...family(['throttling', 'server', 'backoff'], overloaded, {
    ErrorInsufficientResources: 'The server is short of resources',
    ErrorNotEnoughMemory: 'The server is short of memory',
  }),
  ...family(['throttling', 'server', 'backoff'], searchSession, {
    ErrorInstantSearchSessionExpired: 'A session of instant search has run out',
    ErrorInstantSearchTimeout: 'An instant search took too long',
    ErrorInstantSearchFailed: 'An instant search failed',
  }),
  ...family(['throttling', 'mailbox', 'backoff'], notificationChannel, {
    ErrorExceededSubscriptionCount: 'The mailbox has too many subscriptions',
    ErrorExceededChannelSubscriptionCount: 'The mailbox has too many subscriptions on one channel',
  }),
  ...family(['throttling', 'mailbox', 'backoff'], sendingLimit, {
    ErrorSubmissionQuotaExceeded: 'The mailbox has reached its limit on sending',
    ErrorExceededMessageLimit: 'The mailbox has sent as many messages as it may',
    ErrorExceededMessageLimitShowTierUpgrade: 'The mailbox has sent as many messages as its plan allows',
  }),
  ErrorQuotaExceeded: row(['quota-size', 'mailbox', 'never'], (names) => ({
    title: 'The mailbox is full',
    meaning: `${names.Mailbox} has reached its storage limit. Nothing can be saved in it, so nothing can be sent from it either: each message is saved as a draft first.`,
    causes: ['Mail and deleted items have filled the mailbox.', 'The limit of the mailbox or of its database is low.'],
    advice:
      'Free space, above all in Deleted Items and in large old messages; switch on an archive; or raise the limit.',
    commands: quotaCommands(names),
  })),
  ErrorMessagePerFolderCountReceiveQuotaExceeded: row(['quota-size', 'mailbox', 'backoff'], (names) => ({
    title: 'A folder of the mailbox holds as many items as it may',
    meaning: `A folder of ${names.mailbox} has reached the limit on the number of its items and takes no more.`,
    causes: ['A rule or a program files everything into one folder.'],
    advice: 'Have the owner move or delete items of the folder.',
    commands: folderSizeCommands(names),
    selfHealing: false,
  })),
  ...family(
    ['quota-size', 'item', 'never'],
    messageLimit('The message with its attachments is larger than the server, the connector or the mailbox takes.'),
    {
      ErrorMessageSizeExceeded: 'The message is larger than the server takes',
      ErrorAttachmentSizeLimitExceeded: 'An attachment is larger than the server takes',
      ErrorDataSizeLimitExceeded: 'The content is larger than the server hands over or takes at once',
      ErrorRequestStreamTooBig: 'The request is larger than the server takes',
    },
  ),
  ...family(['quota-size', 'mailbox', 'never'], otherQuota, {
    ErrorImContactLimitReached: 'The mailbox has as many instant messaging contacts as it may',
    ErrorImGroupLimitReached: 'The mailbox has as many instant messaging groups as it may',
    ErrorRulesOverQuota: 'The inbox rules take more space than they may',
  }),
};
