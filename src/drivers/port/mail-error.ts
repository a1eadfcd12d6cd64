import type { MailErrorClass } from './mail-error-class.js';

/** Where an error arose on its way. */
export type MailErrorOrigin =
  /** The server answered with an error code of its own (a SOAP fault or a response message). */
  | 'response'
  /** The HTTP status says it, without a readable fault. */
  | 'http'
  /** No answer: DNS, TCP, TLS, a cut connection, a time limit. */
  | 'transport'
  /** An answer that is not what the protocol promises: no XML, cut short, wrong element, over a limit. */
  | 'protocol';

/** What a server's administrator needs to find the call in the logs. */
export interface CallDiagnostics {
  readonly clientRequestId: string | null;
  readonly requestId: string | null;
  readonly httpStatus: number | null;
  /** `X-FEServer`, `X-TargetBEServer`. */
  readonly frontEndServer: string | null;
  readonly backEndServer: string | null;
  /** `X-DiagInfo`, `x-ms-diagnostics`. */
  readonly diagnosticInfo: string | null;
  /** For example `15.2.2562.17`. */
  readonly serverVersion: string | null;
  readonly durationMs: number | null;
}

/** Of what is no call: nothing reached a server that could have logged it. */
export const withoutCall: CallDiagnostics = {
  clientRequestId: null,
  requestId: null,
  httpStatus: null,
  frontEndServer: null,
  backEndServer: null,
  diagnosticInfo: null,
  serverVersion: null,
  durationMs: null,
};

/** Everything that an error says: where it arose, what it means, and what a person needs to find it in the logs. */
export interface MailErrorDetails extends MailErrorClass {
  readonly origin: MailErrorOrigin;
  /**
   * Stable, for people and logs: the server's own code, `Http401`, a socket code (`ECONNREFUSED`, `ENOTFOUND`,
   * `CERT_HAS_EXPIRED`, `TimedOut`), or `InvalidXml`, `UnexpectedAnswer`, `AnswerTooLarge`, `SyncStateStuck`.
   * What it means is in the class; nobody above the driver reads it out of the code.
   */
  readonly code: string;
  /** The EWS operation (`FindItem`). */
  readonly operation: string;
  /** The message of the mail server, or ours if there is none; never a secret. */
  readonly text: string;
  /** What the server said besides its code, by name: for example the primary address of an alias. */
  readonly values?: Readonly<Record<string, string>>;
  /** BackOffMilliseconds or Retry-After, in ms; null when the server named no time. */
  readonly backOffMs?: number | null;
  /**
   * False only when the request surely did not reach the server or was refused before any effect;
   * true when an effect (a saved or sent message) cannot be ruled out.
   */
  readonly effectPossible: boolean;
  readonly diagnostics: CallDiagnostics;
  /** The start of a fault as the server wrote it, without secrets; faults hold no content of mail. At most 1,500 characters. */
  readonly answer?: string | null;
  /**
   * Text of a host that is not recognised as a mail server: a web page, another service’s fault, a redirect target. In
   * no other field, and for administrators only, because whoever sets an address could use it to read other hosts.
   */
  readonly hostWords?: string | null;
}

/** The only error a `MailServer` rejects with. */
export class MailServerError extends Error {
  override readonly name = 'MailServerError';

  constructor(
    readonly details: MailErrorDetails,
    options?: { cause?: unknown },
  ) {
    super(`${details.operation}: ${details.code}: ${details.text}`, options);
  }

  get code(): string {
    return this.details.code;
  }
}
