import { MailServerError } from '../../drivers/port/mail-error.js';
import type { Failure } from './failure.js';
import { ownError } from './own-codes.js';

/**
 * The one road from an error to a decision. An error that no mail server caused (the database away, a
 * bug) is ours: it backs off, and its text stays in the log because it may hold anything.
 */
export function classify(error: unknown): Failure {
  if (!(error instanceof MailServerError)) {
    return {
      code: 'InternalError',
      origin: null,
      kind: 'other',
      category: ownError.category,
      scope: ownError.scope,
      retry: ownError.retry,
      operation: '',
      message: 'An error on our side interrupted the run; the log of the worker has the details.',
      values: {},
      backOffMs: null,
      effectPossible: true,
      diagnostics: null,
      answer: null,
      hostWords: null,
    };
  }
  const { details } = error;
  return {
    code: details.code,
    origin: details.origin,
    kind: details.kind,
    category: details.category,
    scope: details.scope,
    retry: details.retry,
    operation: details.operation,
    message: details.text,
    values: details.values ?? {},
    backOffMs: details.backOffMs ?? null,
    effectPossible: details.effectPossible,
    diagnostics: details.diagnostics,
    answer: details.answer ?? null,
    hostWords: details.hostWords ?? null,
  };
}

/** What a failed run means for the mailbox and its profile. */
export type Consequence =
  /** The mailbox stops, an incident opens or grows, probes bring it back. */
  | 'fail-mailbox'
  /** Nobody of the profile calls again, for each try may count towards a lock-out; one canary at a time asks anew. */
  | 'suspend-profile'
  /** The whole profile waits and then presses less. */
  | 'throttle-profile'
  /** This work waits a growing time; nothing else changes. */
  | 'retry-later';

const stopping = new Set(['impersonation-permission', 'credentials-auth', 'mailbox-gone-moved']);

export function consequenceOf(failure: Failure): Consequence {
  // By kind and first: the class rightly calls some of them the profile's or passing, but the mailbox is what stops.
  if (failure.kind === 'impersonation-denied') return 'fail-mailbox';
  if (failure.category === 'throttling' && failure.scope !== 'mailbox') return 'throttle-profile';
  if (failure.retry === 'never' && stopping.has(failure.category)) {
    return failure.category === 'credentials-auth' && failure.scope === 'profile' ? 'suspend-profile' : 'fail-mailbox';
  }
  return failure.backOffMs !== null && failure.scope !== 'mailbox' ? 'throttle-profile' : 'retry-later';
}
