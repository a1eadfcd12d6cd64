import type { MailboxSession } from '../../drivers/port/mail-server.js';
import { pause } from '../../platform/clock/clock.js';
import { refusesAccount } from './step-failure.js';

/** Pauses before each try, in ms: a call that was cut may still be carried out a moment later. */
const triesMs = [0, 1_000, 3_000];

type Session = Pick<MailboxSession, 'findByMarker' | 'deleteItem'>;

/**
 * Tries to delete what is ours until something was found. Takes no signal: it runs to its end, which the time limits
 * of the calls set.
 * @param remove @returns how much was deleted, or whether anything was
 * @throws MailServerError of the last try
 */
export async function tryRemoving<T extends number | boolean>(remove: () => Promise<T>): Promise<T | 0> {
  let problem: unknown = null;
  for (const ms of triesMs) {
    await pause(ms);
    try {
      const removed = await remove();
      problem = null;
      if (removed) return removed;
    } catch (error) {
      if (refusesAccount(error)) throw error;
      problem = error;
    }
  }
  if (problem !== null) throw problem as Error;
  return 0;
}

/** Deletes our item for good, and looks for it by its marker where its id is not known. @returns how many items were deleted */
export async function removeMarked(session: Session, marker: string, itemId: string | null): Promise<number> {
  return tryRemoving(async () => {
    const ids = itemId === null ? (await session.findByMarker(marker)).map(({ id }) => id) : [itemId];
    for (const id of ids) await session.deleteItem(id);
    return ids.length;
  });
}
