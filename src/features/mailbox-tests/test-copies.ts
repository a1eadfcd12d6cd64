import { MailServerError } from '../../drivers/port/mail-error.js';
import type { MailboxSession } from '../../drivers/port/mail-server.js';
import { CopySearch, type SoughtMessage } from './copy-search.js';

type Session = Pick<
  MailboxSession,
  'findReceivedSince' | 'syncFolder' | 'fetchItemHeaders' | 'findByMarker' | 'deleteItem'
>;

/** Deletes for good what there is of a message in the inbox. @returns whether there was anything */
export async function clearInbox(session: Session, sought: SoughtMessage, signal?: AbortSignal): Promise<boolean> {
  return remove(session, await thorough(session, sought).in('inbox', signal), signal);
}

/**
 * The same in Drafts, the Outbox and Sent Items.
 * @param name the marker of the draft
 * @param draftId of the draft, where a server neither moves it nor keeps the marker
 */
export async function clearSent(
  session: Session,
  name: string,
  draftId: string | null,
  sought: SoughtMessage,
  signal?: AbortSignal,
): Promise<boolean> {
  const ids = new Set(await marked(session, name, signal));
  if (ids.size === 0) {
    const search = thorough(session, sought);
    for (const folder of ['sentitems', 'drafts'] as const)
      for (const id of await search.in(folder, signal)) ids.add(id);
  }
  const found = await remove(session, [...ids], signal);
  // An id changes when the item moves, and deleting what is gone is no error.
  if (draftId !== null && !ids.has(draftId)) await session.deleteItem(draftId, signal ? { signal } : {});
  return found;
}

const thorough = (session: Session, sought: SoughtMessage) => new CopySearch(session, sought, { readsAtOnce: true });

async function marked(session: Session, name: string, signal?: AbortSignal): Promise<string[]> {
  try {
    return (await session.findByMarker(name, signal ? { signal } : {})).map(({ id }) => id);
  } catch (error) {
    if (error instanceof MailServerError && error.details.queryRefusal !== null) return [];
    throw error;
  }
}

async function remove(session: Session, ids: readonly string[], signal?: AbortSignal): Promise<boolean> {
  for (const id of ids) await session.deleteItem(id, signal ? { signal } : {});
  return ids.length > 0;
}
