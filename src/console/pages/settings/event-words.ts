import type { Schema } from '../../api/schemas.js';

export type EventType = Schema<'Event'>['type'];

/** What each event tells. The compiler holds this against the API's list. */
const words: Record<EventType, string> = {
  'message.received': 'a message arrived',
  'message.updated': 'it was read, marked as unread, or its content changed',
  'message.moved': 'it lies in another watched folder',
  'message.removed': 'it was deleted, or left the watched folders',
  'message.restored': 'it is back',
  'thread.merged': 'two conversations turned out to be one',
  'outgoing.sent': 'a message went out',
  'outgoing.delayed': 'a message met an error of its own, and is tried again',
  'outgoing.failed': 'a message could not be sent',
  'outgoing.bounced': 'a message came back as undeliverable',
  'outgoing.read-receipt': 'a recipient says that it was read',
  'mailbox.failed': 'a mailbox is refused by its server',
  'mailbox.recovered': 'a mailbox works again',
  'mailbox.paused': 'somebody paused a mailbox',
  'mailbox.resumed': 'somebody resumed a mailbox',
  'mailbox.tested': 'a test of a mailbox ended',
  'mailbox-test-batch.completed': 'a test of many mailboxes ended',
  'backfill.completed': 'older mail of a mailbox was fetched',
  'backfill.failed': 'older mail could not be fetched',
  'profile.suspended': 'the service account of a profile is refused',
  'profile.resumed': 'the service account works again',
  'profile.cause-muted': 'somebody muted a cause for a profile',
  'profile.cause-unmuted': 'somebody took that back',
  'incident.opened': 'an incident began',
  'incident.widened': 'it concerns most mailboxes of its profile',
  'incident.closed': 'it is over',
  'incident.acknowledged': 'somebody took it up',
  'incident.snoozed': 'somebody put it off',
  'incident.reassigned': 'somebody else looks after it',
  'incident.checked': 'somebody asked for a check',
  'incident.commented': 'somebody wrote a comment',
  'incident.escalated': 'nobody took it up in time',
  'webhook.disabled': 'a webhook endpoint was switched off',
};

const titles = {
  message: 'Received mail',
  outgoing: 'Sent mail',
  mailbox: 'Mailboxes',
  profile: 'Profiles',
  incident: 'Incidents',
  webhook: 'Webhooks',
} as const;

type Group = keyof typeof titles;

const groupOf = (type: EventType): Group => {
  const [first = ''] = type.split(/[.-]/);
  if (first === 'thread') return 'message';
  if (first === 'backfill') return 'mailbox';
  return first as Group;
};

export const eventTypes = Object.keys(words) as EventType[];

export const eventInWords = (type: EventType): string => words[type];

/** All events, in groups to choose from. */
export const eventGroups: readonly { readonly title: string; readonly types: readonly EventType[] }[] = (
  Object.keys(titles) as Group[]
).map((group) => ({ title: titles[group], types: eventTypes.filter((type) => groupOf(type) === group) }));

/** "all events", or how many and which begin the list. @param types null: all, later ones too */
export function eventsInWords(types: readonly EventType[] | null): string {
  if (types === null) return 'all events, later kinds too';
  const shown = types.slice(0, 3).join(', ');
  return types.length > 3 ? `${shown} and ${types.length - 3} more` : shown;
}
