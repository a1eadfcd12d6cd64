import type { EventType } from './event.js';

/** Which events a reader wants; null: all of them. */
export interface FeedFilter {
  readonly types: readonly EventType[] | null;
  readonly profileIds: readonly string[] | null;
  readonly mailboxId: string | null;
}

export const everyEvent: FeedFilter = { types: null, profileIds: null, mailboxId: null };

interface Filtered {
  readonly type: EventType;
  readonly profile_id: string | null;
  readonly mailbox_id: string | null;
}

/** The same decision as the SQL of EventsStore, for events that are at hand. */
export function matches(filter: FeedFilter, event: Filtered): boolean {
  if (filter.types && !filter.types.includes(event.type)) return false;
  if (filter.mailboxId !== null && filter.mailboxId !== event.mailbox_id) return false;
  return !filter.profileIds || (event.profile_id !== null && filter.profileIds.includes(event.profile_id));
}
