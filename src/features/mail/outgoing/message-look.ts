import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { MailboxSession, MarkedItem } from '../../../drivers/port/mail-server.js';
import type { Seen } from './next-step.js';
import type { OutgoingPosition } from './outgoing-state.js';
import type { SendingTraits } from './sending-traits.js';

/**
 * Looks for a message by its marker, and for its draft by its id where that search cannot tell.
 * @throws MailServerError when the server could not be asked now; nothing is known then
 */
export async function lookFor(
  id: string,
  { itemId }: OutgoingPosition,
  traits: SendingTraits,
  session: Pick<MailboxSession, 'findByMarker' | 'readDraft'>,
  signal: AbortSignal,
): Promise<Seen> {
  const found = await search(id, session, signal);
  const isComplete = found !== null && traits.keepsMarker === true;
  const items = found ?? [];
  if (itemId === null || isComplete || items.length > 0) return { items, isComplete };
  const draft = await orRefused(session.readDraft(itemId, { signal }));
  return { items: draft ? [{ folder: 'drafts', id: draft.id, changeKey: draft.changeKey }] : [], isComplete };
}

/** @returns null when the server does not offer the search */
const search = (
  id: string,
  session: Pick<MailboxSession, 'findByMarker'>,
  signal: AbortSignal,
): Promise<MarkedItem[] | null> => orRefused(session.findByMarker(id, { signal }));

async function orRefused<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    // What the server does not support it refuses again each time.
    if (error instanceof MailServerError && error.details.queryRefusal !== null) return null;
    throw error;
  }
}
