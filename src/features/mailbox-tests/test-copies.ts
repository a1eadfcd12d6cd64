import type { MailboxSession } from '../../mail/mail-server.js';
import { testMarkerOf, testMessageName } from '../mailboxes/own-test-id.js';

const inbox = { distinguished: 'inbox' } as const;
/** Clocks of servers differ. */
const toleranceMs = 15 * 60_000;
const pageSize = 500;
const mostPages = 10;

type Session = Pick<MailboxSession, 'findReceivedSince' | 'findByMarker' | 'deleteItem'>;

/** Ids of what has arrived in the inbox of the message that was sent at `sentAt`. */
export async function arrivedCopies(
  session: Session,
  marker: string,
  sentAt: Date,
  signal: AbortSignal,
): Promise<string[]> {
  const since = new Date(sentAt.getTime() - toleranceMs);
  const found: string[] = [];
  let offset = 0;
  for (let page = 0; page < mostPages; page += 1) {
    const result = await session.findReceivedSince(inbox, since, { offset, limit: pageSize }, { signal });
    found.push(...result.items.filter((item) => testMarkerOf(item.internetMessageId) === marker).map(({ id }) => id));
    if (result.last) break;
    offset = result.nextOffset;
  }
  return found;
}

/** Deletes for good what there is of it in the inbox. @returns whether there was anything */
export async function clearInbox(
  session: Session,
  marker: string,
  sentAt: Date,
  signal: AbortSignal,
): Promise<boolean> {
  const ids = await arrivedCopies(session, marker, sentAt, signal);
  for (const id of ids) await session.deleteItem(id, { signal });
  return ids.length > 0;
}

/** The same in Drafts, the Outbox and Sent Items. */
export async function clearSent(session: Session, marker: string, signal: AbortSignal): Promise<boolean> {
  const items = await session.findByMarker(testMessageName(marker), { signal });
  for (const { id } of items) await session.deleteItem(id, { signal });
  return items.length > 0;
}
