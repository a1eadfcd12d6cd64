import { MailServerError } from '../../drivers/port/mail-error.js';
import { classify, consequenceOf } from './classify.js';
import type { Failure } from './failure.js';

/** What the end of one call proves of the profile, whatever it means for the mailbox. */
export interface Proof {
  /** The server accepted the service account. */
  readonly signedIn: boolean;
  /** The server worked on the call instead of asking for quiet. */
  readonly answered: boolean;
}

const nothing: Proof = { signedIn: false, answered: false };

/**
 * What a call proves that failed. A code of the server's own comes from behind the sign-in, even one that refuses
 * impersonation; an HTTP status can be the answer of anything in between.
 */
export function proofOf(error: unknown): Proof {
  if (!(error instanceof MailServerError) || error.details.origin !== 'response') return nothing;
  const consequence = consequenceOf(classify(error));
  return {
    signedIn: consequence !== 'suspend-profile',
    answered: !['suspend-profile', 'throttle-profile'].includes(consequence),
  };
}

/** What of a profile a failure raises a doubt about. */
export const doubtKinds = ['credentials', 'throttling', 'address'] as const;
export type DoubtKind = (typeof doubtKinds)[number];

/**
 * Whether one more cheap call of the same run decides if the failure is the mailbox's: an HTTP status without a
 * fault can be the answer to one call alone. What named a time to wait is not asked before that.
 */
export function wantsConfirmation(failure: Failure): boolean {
  const consequence = consequenceOf(failure);
  if (consequence === 'suspend-profile') return true;
  if (failure.origin !== 'http') return false;
  return consequence === 'fail-mailbox' || (consequence === 'throttle-profile' && failure.backOffMs === null);
}
