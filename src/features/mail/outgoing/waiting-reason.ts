import type { OutgoingState, OutgoingStep } from './outgoing-state.js';

/** Why the sending of a whole mailbox waits. */
export const holdReasons = ['rate-limit', 'submission-quota'] as const;
export type HoldReason = (typeof holdReasons)[number];

/** What a message waits for. */
export const waits = ['send-time', 'retry', 'outcome', ...holdReasons] as const;
export type Wait = (typeof waits)[number];

interface Waiting {
  readonly state: OutgoingState;
  readonly step: OutgoingStep;
  readonly nextAttemptAt: Date | null;
  readonly sendAt: Date | null;
  readonly failure: object | null;
  readonly heldUntil: Date | null;
  readonly holdReason: HoldReason | null;
}

/** When a message is tried next and why not now: its own wait or its mailbox's, whichever is longer. */
export function waitOf(
  message: Waiting,
  now: Date,
): { readonly nextAttemptAt: Date | null; readonly waitingFor: Wait | null } {
  const { state, nextAttemptAt, heldUntil, holdReason } = message;
  if (state !== 'pending' && state !== 'sending') return { nextAttemptAt, waitingFor: null };
  // A look needs no leave to send, so a hold of the mailbox does not put it off.
  const isHeld =
    heldUntil !== null && message.step !== 'submitting' && heldUntil > (nextAttemptAt ?? now) && heldUntil > now;
  if (isHeld) return { nextAttemptAt: heldUntil, waitingFor: holdReason };
  return { nextAttemptAt, waitingFor: nextAttemptAt === null ? null : ownWait(message) };
}

function ownWait({ step, failure, sendAt }: Waiting): Wait | null {
  if (step === 'submitting') return 'outcome';
  if (failure !== null) return 'retry';
  return sendAt === null ? null : 'send-time';
}
