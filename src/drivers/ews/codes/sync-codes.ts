import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type Words } from './code-row.js';

const subscription = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The server no longer knows how far it had told of news in ${mailbox}. What happened meanwhile is found by the ordinary sync.`,
  causes: [
    'The server was restarted or the work moved to another one.',
    'Nobody asked for news for longer than a subscription lives.',
  ],
  advice: 'Nothing: Postroom subscribes anew and looks for everything since.',
});

const channel = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `A notification channel of ${mailbox}, as Outlook on the web uses it, is not valid any more.`,
  advice: 'Nothing: mail comes by the ordinary sync.',
});

const stale = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `Somebody or something else changed the item in ${mailbox} at the same moment.`,
  causes: ['The owner edited or moved the item in Outlook.', 'A rule, a scanner or another program changed it.'],
  advice: 'Nothing: Postroom reads the item anew and does its change again.',
});

/** Places that were lost, and items that changed under our hands. */
export const syncCodes: CodeRows = {
  ErrorInvalidSyncStateData: row(['sync-state-invalid', 'mailbox', 'resync'], ({ mailbox }) => ({
    title: 'The server does not take the stored place in the folder',
    meaning: `The mark of how far a folder of ${mailbox} was read is no longer valid on the server.`,
    causes: ['The mailbox was moved, restored or made anew.', 'The server was upgraded.'],
    advice: 'Nothing: Postroom reads the folder anew and stores no message twice.',
  })),
  ErrorSyncFolderNotFound: row(['sync-state-invalid', 'mailbox', 'resync'], ({ mailbox }) => ({
    title: 'The folder that was synced is gone',
    meaning: `A folder of ${mailbox} that Postroom follows was deleted or made anew under the same name.`,
    causes: ['The owner deleted or renamed the folder.', 'The mailbox was moved or restored.'],
    advice: 'Nothing, if the folder is not wanted any more. Else check the folders of the mailbox here.',
  })),
  ...family(['sync-state-invalid', 'mailbox', 'resync'], subscription, {
    ErrorEventNotFound: 'The server does not find the event that it told of last',
    ErrorExpiredSubscription: 'The subscription has run out',
    ErrorInvalidPullSubscriptionId: 'The server does not know the id of the subscription',
    ErrorInvalidSubscription: 'The subscription is not valid any more',
    ErrorInvalidWatermark: 'The mark within the subscription is not valid any more',
    ErrorReadEventsFailed: 'The server could not read the events of the subscription',
    ErrorSubscriptionNotFound: 'The server does not find the subscription',
    ErrorSubscriptionUnsubscribed: 'The subscription was ended',
    ErrorSubscriptionUnsubsribed: 'The subscription was ended by the server',
    ErrorMissedNotificationEvents: 'Events were lost on the way',
  }),
  ...family(['sync-state-invalid', 'mailbox', 'resync'], channel, {
    ErrorInvalidChannelId: 'The id of the notification channel is not valid',
    ErrorInvalidChannelSubscriptionId: 'The id of a subscription on the channel is not valid',
    ErrorChannelSubscriptionAlreadyExists: 'The subscription exists on the channel already',
    ErrorChannelSubscriptionNotFound: 'The subscription is not on the channel',
  }),
  ...family(
    ['sync-state-invalid', 'mailbox', 'immediately'],
    ({ mailbox }) => ({
      meaning: `A newer connection listens to ${mailbox} now, so the server closed the older one.`,
      causes: ['Another process of Postroom took over.', 'Another program listens with the same service account.'],
      advice: 'Nothing: the newer connection goes on.',
    }),
    {
      ErrorNewEventStreamConnectionOpened: 'A newer connection has taken over the event stream',
      ErrorNewChannelConnectionOpened: 'A newer connection has taken over the notification channel',
    },
  ),
  ...family(['sync-state-invalid', 'item', 'immediately'], stale, {
    ErrorStaleObject: 'The item has changed since it was read',
    ErrorIrresolvableConflict: 'Two changes of the item contradict each other',
    ErrorObjectTypeChanged: 'The item has become one of another kind',
    ErrorChangeKeyRequired: 'The server wants to know which version of the item is meant',
    ErrorChangeKeyRequiredForWriteOperations: 'The server wants to know which version of the item is to be changed',
  }),
};
