import type { Schema } from '../../api/schemas.js';

type Summary = Schema<'OutgoingMessageSummary'>;
export type OutgoingState = Summary['state'];

interface StateWords {
  readonly label: string;
  readonly color: string;
  readonly means: string;
}

const words: Record<OutgoingState, StateWords> = {
  pending: { label: 'waiting', color: 'yellow', means: 'nobody has received it; it can be cancelled' },
  sending: { label: 'sending', color: 'blue', means: 'on its way, or its outcome is being looked up' },
  sent: { label: 'sent', color: 'green', means: 'the server has taken it' },
  failed: { label: 'failed', color: 'red', means: 'given up; it can be retried' },
  cancelled: { label: 'cancelled', color: 'gray', means: 'cancelled before it went out' },
};

/** Every state of an outgoing message, in the order that a message goes through them. */
export const outgoingStates = Object.keys(words) as OutgoingState[];

const isState = (state: string): state is OutgoingState => Object.hasOwn(words, state);

/** The words for a state, also for one that this console does not know yet. */
export const stateWords = (state: string): StateWords =>
  isState(state) ? words[state] : { label: state, color: 'gray', means: '' };

/** How a message stands: words, the time they are about, and the reason. */
export interface Standing {
  readonly words: string;
  readonly at: string | null;
  readonly why: string | null;
}

/** What a message waits for, or what became of it. */
export function standingOf(
  message: Pick<
    Summary,
    'state' | 'waitingFor' | 'nextAttemptAt' | 'failure' | 'mayHaveBeenSent' | 'sentAt' | 'updatedAt'
  >,
): Standing {
  const { failure, nextAttemptAt } = message;
  switch (message.state) {
    case 'sent':
      return { words: 'Sent', at: message.sentAt, why: null };
    case 'cancelled':
      return { words: 'Cancelled before it went out', at: message.updatedAt, why: null };
    case 'failed':
      return {
        words: message.mayHaveBeenSent ? 'May have been delivered; a person decides' : 'Given up',
        at: failure?.at ?? message.updatedAt,
        why: failure?.title ?? null,
      };
    case 'pending':
    case 'sending':
      return { ...waitOf(message), at: nextAttemptAt, why: failure?.title ?? null };
  }
}

function waitOf({ state, waitingFor }: Pick<Summary, 'state' | 'waitingFor'>): { readonly words: string } {
  switch (waitingFor) {
    case 'send-time':
      return { words: 'Waits for the time it was asked to go out at:' };
    case 'retry':
      return { words: 'Next try:' };
    case 'outcome':
      return { words: 'It may have gone out; Postroom looks for it on the server:' };
    case 'rate-limit':
      return { words: 'Its mailbox has sent as much as it may within a minute. Next try:' };
    case 'submission-quota':
      return { words: 'The server takes no more from its mailbox for now. Next try:' };
    case null:
      return { words: state === 'sending' ? 'On its way' : 'Goes out as soon as its mailbox sends' };
  }
}
