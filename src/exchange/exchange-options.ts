import type { LookupFunction } from 'node:net';
import type { CallDiagnostics } from '../mail/mail-error.js';
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
  readonly onCall?: (report: CallReport) => void;
  /** The newest schema version to offer; the server may make us step down. */
  readonly requestVersion?: RequestVersion;
}

export const DEFAULT_TIMEOUTS: ExchangeTimeouts = {
  connectMs: 15_000,
  headersMs: 120_000,
  bodyMs: 60_000,
  totalMs: 600_000,
};

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: ExchangeLimits = {
  maxAnswerBytes: 128 * MIB,
  maxDepth: 64,
  maxElements: 500_000,
  maxRequestBytes: 20 * MIB,
};

export const DEFAULT_USER_AGENT = 'Postroom/0.1.0';
export const DEFAULT_VERSION: RequestVersion = 'Exchange2013_SP1';
