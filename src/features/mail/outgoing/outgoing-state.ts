import type { MailAddress } from '../../../drivers/port/mail-item.js';

/**
 * What a caller sees. `pending` is a promise: nobody has received the message yet, so it can still be
 * cancelled. From the first try to submit it on it is `sending`, also while the outcome is unknown.
 */
export const outgoingStates = ['pending', 'sending', 'sent', 'failed', 'cancelled'] as const;
export type OutgoingState = (typeof outgoingStates)[number];

/**
 * How far the protocol with the server got; written before the call that it announces, so that
 * whoever takes the message over knows what may have happened.
 *  new         nothing of it is on the server
 *  saving      a draft may be there
 *  saved       the draft item_id is there, and surely not submitted
 *  submitting  the draft item_id may have been submitted
 *  submitted   sent
 */
export const outgoingSteps = ['new', 'saving', 'saved', 'submitting', 'submitted'] as const;
export type OutgoingStep = (typeof outgoingSteps)[number];

export interface OutgoingRecipients {
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
}

/** Where a message stands on the server, as its row tells. */
export interface OutgoingPosition {
  readonly step: OutgoingStep;
  /** The draft; set from `saved` on. */
  readonly itemId: string | null;
  readonly changeKey: string | null;
  /** Looks in a row that did not find a message which may have been submitted. */
  readonly unseenLooks: number;
  /** Submissions after which delivery cannot be ruled out; the database refuses a third one. */
  readonly doubtful: number;
}

/** The position before anything is on the server. */
export const untouched: OutgoingPosition = { step: 'new', itemId: null, changeKey: null, unseenLooks: 0, doubtful: 0 };

/** Submissions of one message that may be in doubt; the constraint outgoing_at_most_two_in_doubt repeats it. */
export const maxDoubtful = 2;
