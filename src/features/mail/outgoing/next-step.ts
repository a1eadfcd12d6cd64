import type { ItemRef } from '../../../drivers/port/mail-item.js';
import type { MarkedItem } from '../../../drivers/port/mail-server.js';
import { maxDoubtful, type OutgoingPosition } from './outgoing-state.js';
import type { SendingTraits } from './sending-traits.js';

export type NextStep =
  /** Ask the server where the message is. */
  | { readonly do: 'look' }
  | { readonly do: 'save' }
  | { readonly do: 'submit'; readonly draft: ItemRef }
  /** It went out: write that down. */
  | { readonly do: 'conclude' }
  /** It may have gone out, or been saved, without being visible yet. */
  | { readonly do: 'wait'; readonly ms: number }
  /** It may have been delivered, and nothing on the server can tell: a person decides. */
  | { readonly do: 'give-up' };

/** What a look at the server showed. */
export interface Seen {
  /** Items with our marker, and the draft itself where it could be read by its id. */
  readonly items: readonly MarkedItem[];
  /**
   * Whether what is not among the items is not there either. False where the server refuses the search, or does not
   * keep the marker that is searched for.
   */
  readonly isComplete: boolean;
}

/**
 * Pauses after a look that saw nothing of a message which may have been submitted. Exchange moves a
 * submitted message from Drafts over the Outbox to Sent Items in steps of its own, and the search that
 * finds the copy can trail behind by seconds, under load by more. A second copy in a customer's inbox
 * cannot be called back, and a message that is two and a half minutes late can be lived with.
 */
const pausesMs = [30_000, 120_000];

/** Longer where other mail of the same server is likely to teach meanwhile what the draft that still lies there means. */
const pausesToLearnMs = [...pausesMs, 600_000];

/**
 * What to do next for a message: the heart of sending exactly once. A message whose submission may have had an
 * effect is submitted once more at most, and only if its draft still lies under its own id on a server that has been
 * seen to move submitted drafts.
 * @param seen null when nobody has looked since the position was reached. A call whose answer did not come leaves
 *   the position unknown: look first.
 */
export function nextStep(position: OutgoingPosition, seen: Seen | null, traits: SendingTraits): NextStep {
  if (position.step === 'submitted') return { do: 'conclude' };
  if (position.step === 'new') return { do: 'save' };
  if (position.step === 'saved' && seen === null && position.itemId !== null) {
    return { do: 'submit', draft: { id: position.itemId, changeKey: position.changeKey } };
  }
  if (seen === null) return { do: 'look' };
  if (seen.items.some((item) => item.folder !== 'drafts')) return { do: 'conclude' };
  const own = ownDraft(position, seen);
  // A draft carries the marker only once it is complete (see MailboxSession.saveDraft), so that one found here is as
  // good as one saved now.
  const draft = own ?? seen.items[0];
  if (position.step === 'saving') {
    if (draft) return { do: 'submit', draft };
    // Where the search cannot tell, a draft of the save that was cut off may be left in Drafts. It is no delivery.
    return seen.isComplete ? { do: 'save' } : (waitOf(position, pausesMs) ?? { do: 'save' });
  }
  if (position.doubtful === 0) {
    // No submission of ours had an effect. What is gone may have been sent by a person, whose copy shows late.
    if (own) return { do: 'submit', draft: own };
    return waitOf(position, pausesMs) ?? (draft ? { do: 'submit', draft } : { do: 'save' });
  }
  // Another draft with our marker (of a save whose answer was lost) proves nothing: the one that was submitted may
  // be on its way.
  if (own && traits.movesDrafts === true && position.doubtful < maxDoubtful) {
    // Not at the first look: the call whose answer did not come may still be under way.
    return position.unseenLooks > 0 ? { do: 'submit', draft: own } : { do: 'wait', ms: firstPauseMs };
  }
  const pauses = own && traits.movesDrafts === null ? pausesToLearnMs : pausesMs;
  return waitOf(position, pauses) ?? { do: 'give-up' };
}

const [firstPauseMs = 30_000] = pausesMs;

function waitOf({ unseenLooks }: OutgoingPosition, pauses: readonly number[]): NextStep | null {
  const ms = pauses[unseenLooks];
  return ms === undefined ? null : { do: 'wait', ms };
}

/** The draft that was saved last, where it still lies under its own id: an id changes when the item moves. */
function ownDraft({ itemId }: OutgoingPosition, { items }: Seen): MarkedItem | undefined {
  return items.find((item) => item.folder === 'drafts' && item.id === itemId);
}

/** Whether the look rules out that the submission had an effect. */
export function provesUnsent(position: OutgoingPosition, seen: Seen, traits: SendingTraits): boolean {
  const hasLeft = seen.items.some((item) => item.folder !== 'drafts');
  return !hasLeft && traits.movesDrafts === true && ownDraft(position, seen) !== undefined;
}
