import type { MailboxSession } from '../../mail/mail-server.js';
import { testMarkerOf, testMessageName } from '../mailboxes/own-test-id.js';
import { copiesInInbox } from './copies-in-inbox.js';

type Session = Pick<MailboxSession, 'findReceivedSince' | 'findByMarker' | 'deleteItem'>;

/** Ids of what has arrived in the inbox of the message that was sent at `sentAt`. */
export async function arrivedCopies(
  session: Session,
  marker: string,
  sentAt: Date,
  signal: AbortSignal,
): Promise<string[]> {
  return copiesInInbox(session, (id) => testMarkerOf(id) === marker, sentAt, signal);
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
