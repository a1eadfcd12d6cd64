import type { ItemRef } from '../../mail/mail-item.js';
import type { MarkedItem } from '../../mail/mail-server.js';
import type { OutgoingPosition } from './outgoing-state.js';

export type NextStep =
  /** Ask the server where items with our marker are. */
  | { readonly do: 'look' }
  | { readonly do: 'save' }
  | { readonly do: 'submit'; readonly draft: ItemRef }
  /** It went out: write that down. */
  | { readonly do: 'conclude' }
  /** It may have gone out without being visible yet. */
  | { readonly do: 'wait'; readonly ms: number };

/**
 * Pauses after a look that saw nothing of a message which may have been submitted. Exchange moves a
 * submitted message from Drafts over the Outbox to Sent Items in steps of its own, and the search that
 * finds the copy can trail behind by seconds, under load by more. A second copy in a customer's inbox
 * cannot be called back and a message that is two and a half minutes late can be lived with, so only
 * the look after the last pause counts as proof that nothing was sent.
 */
const pausesMs = [30_000, 120_000];

/**
 * What to do next for a message: the heart of sending exactly once.
 * @param seen every item with the message's marker as of now; null when nobody has looked since the
 *   position was reached. A call whose answer did not come leaves the position unknown: look first.
 */
export function nextStep(position: OutgoingPosition, seen: readonly MarkedItem[] | null): NextStep {
  if (position.step === 'submitted') return { do: 'conclude' };
  if (position.step === 'new') return { do: 'save' };
  if (position.step === 'saved' && seen === null && position.itemId !== null) {
    return { do: 'submit', draft: { id: position.itemId, changeKey: position.changeKey } };
  }
  if (seen === null) return { do: 'look' };
  if (seen.some((item) => item.folder !== 'drafts')) return { do: 'conclude' };
  const drafts = seen.filter((item) => item.folder === 'drafts');
  const [draft] = drafts;
  // Nothing was submitted before. A draft carries the marker only once it is complete (see
  // MailboxSession.saveDraft), so that one found here is as good as one saved anew.
  if (position.step === 'saving') return draft ? { do: 'submit', draft } : { do: 'save' };
  // An id changes when the item moves: the draft still lying under its own was not submitted. Another
  // draft with our marker (a save whose answer was lost, which the server finished later) proves
  // nothing, for the one that was submitted may be on its way.
  const unsent = drafts.find((item) => item.id === position.itemId);
  if (unsent) return { do: 'submit', draft: unsent };
  const pause = pausesMs[position.unseenLooks];
  if (pause !== undefined) return { do: 'wait', ms: pause };
  return draft ? { do: 'submit', draft } : { do: 'save' };
}
