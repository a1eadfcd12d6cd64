import type { CallDiagnostics, MailErrorDetails, MailServerError } from '../port/mail-error.js';
import { exchangeError } from './exchange-error.js';
import { NOT_HTTP, type TransportFailure } from './http/transport-failure.js';
import { isRefusal } from './refusals.js';
import { attribute, child, childText, type XmlElement } from './soap/element.js';
import { readMessageError, type ServerError } from './soap/error-details.js';

/** A call as its errors tell of it. */
export interface CallFacts {
  readonly operation: string;
  readonly changes: boolean;
  readonly diagnostics: CallDiagnostics;
  readonly redact: (text: string) => string;
  /** Whether the host is known to be a mail server. Text from other hosts is for administrators only. */
  readonly isMailServer: boolean;
}

/** Enough to recognise the service. */
const MAX_HOST_WORDS = 1_000;

/** The error of a code that the server itself gave. */
export function responseError(
  call: CallFacts,
  error: ServerError,
  { answer = null, hostWords = null }: Pick<MailErrorDetails, 'answer' | 'hostWords'> = {},
): MailServerError {
  const values = Object.fromEntries(Object.entries(error.values).map(([name, value]) => [name, call.redact(value)]));
  return exchangeError({
    origin: 'response',
    code: error.code,
    operation: call.operation,
    text: call.redact(error.text) || 'The server gave no text.',
    values,
    backOffMs: error.backOffMs,
    effectPossible: call.changes && !isRefusal(error.code, call.operation),
    diagnostics: call.diagnostics,
    answer,
    hostWords: hostWords === null ? null : call.redact(hostWords).slice(0, MAX_HOST_WORDS),
  });
}

/**
 * The error of an answer that is not what the protocol promises.
 * @param details.values `isEws` where the answer is one of EWS all the same, which lacks something
 */
export function protocolError(
  call: CallFacts,
  code: 'InvalidXml' | 'UnexpectedAnswer' | 'AnswerTooLarge',
  text: string,
  { values = {}, hostWords = null }: Pick<MailErrorDetails, 'values' | 'hostWords'> = {},
): MailServerError {
  return exchangeError({
    origin: 'protocol',
    code,
    operation: call.operation,
    text: call.redact(text),
    values,
    hostWords: hostWords === null ? null : call.redact(hostWords).slice(0, MAX_HOST_WORDS),
    backOffMs: null,
    effectPossible: call.changes,
    diagnostics: call.diagnostics,
  });
}

/** The error of a call that was not answered. */
export function transportError(call: CallFacts, failure: TransportFailure): MailServerError {
  if (failure.code === NOT_HTTP) {
    // Without its cause: that holds what came over the wire, which can be our own request echoed.
    return protocolError(call, 'UnexpectedAnswer', `the server does not speak HTTP: ${failure.message}`);
  }
  return exchangeError(
    {
      origin: 'transport',
      code: failure.code,
      operation: call.operation,
      text: call.redact(failure.message),
      backOffMs: null,
      effectPossible: call.changes && failure.requestSent,
      diagnostics: call.diagnostics,
    },
    { cause: failure.cause },
  );
}

/** The response messages of one call that was answered, each of which may hold an error of its own. */
export class EwsAnswer {
  constructor(
    readonly messages: readonly XmlElement[],
    private readonly call: CallFacts,
    /** It cannot be another request's: it repeats the request's id, or is the first on its connection. */
    readonly isProven: boolean,
  ) {}

  /**
   * The error in a response message, null when there is none. A warning is one only without a
   * payload: ErrorBatchProcessingStopped comes as a warning.
   */
  errorOf(message: XmlElement, payload: XmlElement | null): MailServerError | null {
    const responseClass = attribute(message, 'ResponseClass')?.toLowerCase();
    const code = childText(message, 'ResponseCode')?.trim() ?? 'NoError';
    const failed =
      responseClass === 'error' || (responseClass === 'success' ? false : code !== 'NoError' && payload === null);
    return failed ? responseError(this.call, readMessageError(message)) : null;
  }

  /**
   * The only response message of a call about one thing.
   * @throws MailServerError its error, or UnexpectedAnswer when there is none.
   */
  single(payloadName?: string): XmlElement {
    const [message] = this.messages;
    if (message === undefined) throw this.unexpected('the answer has no response message');
    const payload = payloadName === undefined ? null : child(message, payloadName);
    // A failed message still has its payload element, empty (`<m:Folders/>`).
    const empty = payload !== null && payload.children.length === 0 && payload.text === '';
    const error = this.errorOf(message, empty ? null : payload);
    if (error !== null) throw error;
    return message;
  }

  /** For metrics: the code that all messages failed with, by the first of them; `NoError` when one came through. */
  get outcome(): string {
    const errors = this.messages.map((message) =>
      attribute(message, 'ResponseClass')?.toLowerCase() === 'error' ? readMessageError(message).code : null,
    );
    return errors.includes(null) ? 'NoError' : (errors[0] ?? 'NoError');
  }

  unexpected(text: string): MailServerError {
    return protocolError(this.call, 'UnexpectedAnswer', text, { values: { isEws: 'true' } });
  }
}
