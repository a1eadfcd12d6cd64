import { MailServerError, type CallDiagnostics } from '../mail/mail-error.js';
import { isRefusal } from './refusals.js';
import { attribute, child, childText, type XmlElement } from './soap/element.js';
import { readMessageError, type ServerError } from './soap/error-details.js';

/** A call as its errors tell of it. */
export interface CallFacts {
  readonly operation: string;
  readonly changes: boolean;
  readonly diagnostics: CallDiagnostics;
  readonly redact: (text: string) => string;
}

/** The error of a code that the server itself gave. */
export function responseError(call: CallFacts, error: ServerError, answer: string | null = null): MailServerError {
  const values = Object.fromEntries(Object.entries(error.values).map(([name, value]) => [name, call.redact(value)]));
  return new MailServerError({
    origin: 'response',
    code: error.code,
    operation: call.operation,
    text: call.redact(error.text) || 'The server gave no text.',
    values,
    backOffMs: error.backOffMs,
    effectPossible: call.changes && !isRefusal(error.code),
    diagnostics: call.diagnostics,
    answer,
  });
}

/** The error of an answer that is not what the protocol promises. */
export function protocolError(
  call: CallFacts,
  code: 'InvalidXml' | 'UnexpectedAnswer' | 'AnswerTooLarge',
  text: string,
): MailServerError {
  return new MailServerError({
    origin: 'protocol',
    code,
    operation: call.operation,
    text: call.redact(text),
    backOffMs: null,
    effectPossible: call.changes,
    diagnostics: call.diagnostics,
  });
}

/** The response messages of one call that was answered, each of which may hold an error of its own. */
export class EwsAnswer {
  constructor(
    readonly messages: readonly XmlElement[],
    private readonly call: CallFacts,
  ) {}

  /**
   * The error in a response message, null when there is none. A warning is one only without a
   * payload: ErrorBatchProcessingStopped comes as a warning.
   */
  errorOf(message: XmlElement, payload: XmlElement | null): MailServerError | null {
    const responseClass = attribute(message, 'ResponseClass')?.toLowerCase();
    const code = childText(message, 'ResponseCode') ?? 'NoError';
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
    return protocolError(this.call, 'UnexpectedAnswer', text);
  }
}
