/** No answer, or only a part of one: DNS, TCP, TLS, a cut connection, a time limit. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';
  /** The connection had served a request before, so that the failure may be an after-effect of that one. */
  readonly keptAlive: boolean;

  constructor(
    /** A socket or TLS code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), `SocketClosed`, `TimedOut` or `Aborted`. */
    readonly code: string,
    message: string,
    /** False only when the connection was never made, so that nothing of the request left. */
    readonly requestSent: boolean,
    { keptAlive = false, ...options }: { cause?: unknown; keptAlive?: boolean } = {},
  ) {
    super(message, options);
    this.keptAlive = keptAlive;
  }
}

/** The code of an answer that is no HTTP at all. */
export const NOT_HTTP = 'NotHttp';

/** Codes of undici and Node that say the same thing in several ways. */
const ALIASES: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'TimedOut',
  UND_ERR_HEADERS_TIMEOUT: 'TimedOut',
  UND_ERR_BODY_TIMEOUT: 'TimedOut',
  ETIMEDOUT: 'TimedOut',
  ESOCKETTIMEDOUT: 'TimedOut',
  UND_ERR_SOCKET: 'SocketClosed',
  UND_ERR_HEADERS_OVERFLOW: NOT_HTTP,
  UND_ERR_DESTROYED: 'SocketClosed',
  UND_ERR_CLOSED: 'SocketClosed',
  EPIPE: 'SocketClosed',
};

/**
 * The stable code of a socket, DNS, TLS or undici error; null when it is none of these. Goes by
 * shape, not by `instanceof`: errors of Node's own modules can come from another realm.
 */
export function transportCode(error: unknown, depth = 0): string | null {
  if (typeof error !== 'object' || error === null || depth > 4) return null;
  const { code, name, errors, cause } = error as Record<'code' | 'name' | 'errors' | 'cause', unknown>;
  if (name === 'HTTPParserError') return NOT_HTTP;
  if (typeof code === 'string') return ALIASES[code] ?? code;
  // Happy eyeballs: one error per address tried, the first is as good as any.
  if (Array.isArray(errors) && errors.length > 0) return transportCode(errors[0], depth + 1);
  return transportCode(cause, depth + 1);
}

/** Whether the peer cut the connection, as against a time limit or a refused handshake. */
export function isConnectionCut(code: string): boolean {
  return code === 'SocketClosed' || code === 'ECONNRESET';
}
