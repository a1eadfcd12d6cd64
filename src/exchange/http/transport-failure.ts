/** No answer, or only a part of one: DNS, TCP, TLS, a cut connection, a time limit. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';

  constructor(
    /** A socket or TLS code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), `SocketClosed` or `TimedOut`. */
    readonly code: string,
    message: string,
    /** False only when the connection was never made, so that nothing of the request left. */
    readonly requestSent: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Codes of undici and Node that say the same thing in several ways. */
const ALIASES: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'TimedOut',
  UND_ERR_HEADERS_TIMEOUT: 'TimedOut',
  UND_ERR_BODY_TIMEOUT: 'TimedOut',
  ETIMEDOUT: 'TimedOut',
  ESOCKETTIMEDOUT: 'TimedOut',
  UND_ERR_SOCKET: 'SocketClosed',
  UND_ERR_DESTROYED: 'SocketClosed',
  UND_ERR_CLOSED: 'SocketClosed',
  EPIPE: 'SocketClosed',
};

/** The stable code of a socket, DNS, TLS or undici error; null when it is none of these. */
export function transportCode(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const code: unknown = (at as { code?: unknown }).code;
    if (typeof code === 'string') return ALIASES[code] ?? code;
    // Happy eyeballs: one error per address tried, the first is as good as any.
    if (at instanceof AggregateError && at.errors.length > 0) return transportCode(at.errors[0]);
  }
  return null;
}

/** Whether the peer cut the connection, as against a time limit or a refused handshake. */
export function isConnectionCut(code: string): boolean {
  return code === 'SocketClosed' || code === 'ECONNRESET';
}
