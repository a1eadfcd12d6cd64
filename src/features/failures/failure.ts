import type { FailureCategory, FailureRetry, FailureScope } from '../../drivers/port/failure-class.js';
import type { MailErrorKind } from '../../drivers/port/mail-error-class.js';
import type { CallDiagnostics, MailErrorOrigin } from '../../drivers/port/mail-error.js';

/** Any error of a run, in the one form that decisions, incidents, notifications and the API share. */
export interface Failure {
  /** As `MailErrorDetails.code`. */
  readonly code: string;
  /** Null when no mail server caused it. */
  readonly origin: MailErrorOrigin | null;
  readonly kind: MailErrorKind;
  readonly category: FailureCategory;
  readonly scope: FailureScope;
  readonly retry: FailureRetry;
  /** The EWS operation; empty when the error arose on our side. */
  readonly operation: string;
  /** The server's own words. */
  readonly message: string;
  readonly values: Readonly<Record<string, string>>;
  /** Time that the server asked for before the next call, in ms. */
  readonly backOffMs: number | null;
  /** Whether a message may have been saved or sent although the call failed. */
  readonly effectPossible: boolean;
  readonly diagnostics: CallDiagnostics | null;
  /** As `MailErrorDetails.answer`. */
  readonly answer: string | null;
  /** Like `MailErrorDetails.hostWords`; for administrators only. */
  readonly hostWords: string | null;
}

/** A failure as a row keeps it: what people and the analysis need, no call state. */
export interface StoredFailure {
  readonly code: string;
  readonly category: FailureCategory;
  readonly operation: string;
  /** What the mailbox was doing: also which work proves that it is well again. */
  readonly during: Stream;
  readonly message: string;
  readonly values: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly requestId: string | null;
  readonly clientRequestId: string | null;
  readonly httpStatus: number | null;
  readonly frontEndServer: string | null;
  readonly backEndServer: string | null;
  readonly serverVersion: string | null;
  /** As `MailErrorDetails.answer`; absent where there was none. */
  readonly answer?: string;
  /** Like `MailErrorDetails.hostWords`; absent if there is none. Read by `messageFor` only. */
  readonly hostWords?: string;
}

/**
 * The message of a failure for a caller. Text from a host that is not known to be a mail server is for administrators:
 * callers limited to profiles could point them at other hosts to read it.
 * @param profileIds the profiles that the caller is limited to; null: no limit
 */
export const messageFor = (
  { message, hostWords }: Pick<StoredFailure, 'message' | 'hostWords'>,
  profileIds: readonly string[] | null,
): string => (profileIds === null && hostWords !== undefined ? `${message} It says: ${hostWords}` : message);

export type Stream = 'incoming' | 'outgoing';

export function storedFailure(failure: Failure, during: Stream, at: Date): StoredFailure {
  const { diagnostics } = failure;
  return {
    code: failure.code,
    category: failure.category,
    operation: failure.operation,
    during,
    message: failure.message,
    values: failure.values,
    at: at.toISOString(),
    requestId: diagnostics?.requestId ?? null,
    clientRequestId: diagnostics?.clientRequestId ?? null,
    httpStatus: diagnostics?.httpStatus ?? null,
    frontEndServer: diagnostics?.frontEndServer ?? null,
    backEndServer: diagnostics?.backEndServer ?? null,
    serverVersion: diagnostics?.serverVersion ?? null,
    ...(failure.answer === null ? {} : { answer: failure.answer }),
    ...(failure.hostWords === null ? {} : { hostWords: failure.hostWords }),
  };
}

/** A failure without a call to a server: Postroom itself found it. */
export const ownFailure = (
  facts: Pick<StoredFailure, 'code' | 'operation' | 'during' | 'message' | 'values'>,
  at: Date,
): StoredFailure => ({
  ...facts,
  category: 'other',
  at: at.toISOString(),
  requestId: null,
  clientRequestId: null,
  httpStatus: null,
  frontEndServer: null,
  backEndServer: null,
  serverVersion: null,
});
