import type { LookupFunction } from 'node:net';
import type { CallDiagnostics } from '../port/mail-error.js';
import type { RequestVersion } from './soap/request-version.js';

/** Basic credentials of the service account. */
export interface BasicAuth {
  readonly type: 'basic';
  readonly username: string;
  readonly password: string;
}

/** All in milliseconds. */
export interface ExchangeTimeouts {
  /** TCP and TLS together. */
  readonly connectMs: number;
  /** From the request sent to the answer's first byte: a FindItem over a large folder takes a while. */
  readonly headersMs: number;
  /** The longest silence inside an answer. */
  readonly bodyMs: number;
  /** How often the rate of an answer is looked at: each such period must bring `minBytesPerSecond`. */
  readonly paceMs: number;
  /**
   * How long a connection rests before it is used again when its answers carry no id of their request: a second
   * answer to one request comes within milliseconds, and does no harm on a resting connection.
   */
  readonly restMs: number;
  /** The whole call, waiting for a free connection included. */
  readonly totalMs: number;
}

export interface ExchangeLimits {
  /** Of one answer after decompression; a batch that exceeds it is halved. */
  readonly maxAnswerBytes: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  /** Above this the attachments of a new message go in requests of their own. The server's default is 64 MB. */
  readonly maxRequestBytes: number;
  /** The least average rate of an answer on the wire; a line of 1 Mbit/s brings a hundred times as much. */
  readonly minBytesPerSecond: number;
}

/** One call as it ended, for metrics: an attempt that was repeated in another schema version counts on its own. */
export interface CallReport {
  readonly operation: string;
  readonly durationMs: number;
  /** `NoError`, `Aborted`, or the code of the error. Errors of some of a batch's items are not in it. */
  readonly outcome: string;
  /** Null when no answer came. */
  readonly httpStatus: number | null;
  readonly diagnostics: CallDiagnostics;
}

/** Decides which addresses connections may go to; checked on the address that a socket connects to. */
export interface ConnectGuard {
  /** Resolves names. Rejects if no allowed address is left. */
  readonly lookup: LookupFunction;
  /** For the host of a URL; null for a name, and for an address that is allowed. */
  readonly refusal: (host: string) => Error | null;
}

export interface ExchangeServerOptions {
  /** `https://host/EWS/Exchange.asmx`. */
  readonly ewsUrl: string;
  readonly auth: BasicAuth;
  readonly maxConnections: number;
  readonly userAgent?: string;
  readonly timeouts?: Partial<ExchangeTimeouts>;
  readonly limits?: Partial<ExchangeLimits>;
  /** PEM certificates to trust instead of the system's. */
  readonly tls?: { readonly ca?: string | Buffer | readonly (string | Buffer)[] };
  /** How names are resolved; as the system does by default. */
  readonly lookup?: LookupFunction;
  /** Used instead of `lookup`. Without it, every address is allowed. */
  readonly guard?: ConnectGuard | undefined;
  readonly onCall?: (report: CallReport) => void;
  /** The newest schema version to offer; the server may make us step down. */
  readonly requestVersion?: RequestVersion;
  /** The time by which cookies expire and dates of mail lie in the future; the system's by default. */
  readonly now?: () => Date;
}

export const DEFAULT_TIMEOUTS: ExchangeTimeouts = {
  connectMs: 15_000,
  headersMs: 120_000,
  bodyMs: 60_000,
  paceMs: 60_000,
  restMs: 1_000,
  totalMs: 600_000,
};

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: ExchangeLimits = {
  maxAnswerBytes: 128 * MIB,
  maxDepth: 64,
  maxElements: 500_000,
  maxRequestBytes: 20 * MIB,
  minBytesPerSecond: 1_024,
};

export const DEFAULT_USER_AGENT = 'Postroom/0.1.0';
export const DEFAULT_VERSION: RequestVersion = 'Exchange2013_SP1';
