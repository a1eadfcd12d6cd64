import type { Connector } from './connection.js';
import { Connection } from './connection.js';
import { TransportFailure } from './transport-failure.js';

/** Bytes that come later than this on an idle connection are a server's goodbye (HTTP 408), no second answer. */
const SECOND_ANSWER_MS = 5_000;
/** How long a server that has mixed up answers gets a connection of its own for each request. */
const DISTRUST_MS = 60 * 60_000;

interface Waiting {
  readonly fresh: boolean;
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: Error) => void;
}

export interface PoolOptions {
  readonly origin: string;
  readonly connect: Connector;
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly restMs: number;
  readonly maxConnections: number;
}

/**
 * The connections to one server. Each is lent to one request at a time, and used again only when the next
 * answer on it is sure to be the next request's: because the server echoes our request ids, or because
 * nothing else has come for a while. A server that was caught mixing up answers loses that trust for an hour.
 */
export class ConnectionPool {
  private readonly busy = new Set<Connection>();
  /** The one used last at the end. */
  private readonly idle: Connection[] = [];
  private readonly waiting: Waiting[] = [];
  private distrustedUntil = 0;
  private closed = false;

  constructor(private readonly options: PoolOptions) {}

  /** Each request gets a connection of its own, which is closed behind it. */
  get isDistrusted(): boolean {
    return this.distrustedUntil > performance.now();
  }

  /** Notes that the server sent an answer that belonged to another request. */
  distrust(): void {
    this.distrustedUntil = performance.now() + DISTRUST_MS;
    for (const connection of this.idle.splice(0)) connection.destroy();
  }

  /**
   * A connection for one request, in the order of asking; `release` must follow.
   * @param fresh a new one, whatever is idle
   * @throws TransportFailure when the pool is closed or the signal is aborted before one is free
   */
  lease(signal: AbortSignal, fresh: boolean): Promise<Connection> {
    if (this.closed) return Promise.reject(closedFailure());
    if (this.busy.size < this.options.maxConnections) return Promise.resolve(this.take(fresh));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        fresh,
        resolve: (connection) => {
          signal.removeEventListener('abort', abort);
          resolve(connection);
        },
        reject,
      };
      const abort = () => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(new TransportFailure('Aborted', 'no connection became free', false, { cause: signal.reason }));
      };
      this.waiting.push(waiting);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  /** @param keep the connection may serve another request */
  release(connection: Connection, keep: boolean): void {
    this.busy.delete(connection);
    if (keep && !this.closed && !this.isDistrusted && connection.isAlive) this.idle.push(connection);
    else connection.destroy();
    if (this.waiting.length === 0 || this.busy.size >= this.options.maxConnections) return;
    const next = this.waiting.shift();
    next?.resolve(this.take(next.fresh));
  }

  close(): void {
    this.closed = true;
    for (const connection of [...this.busy, ...this.idle.splice(0)]) connection.destroy();
    for (const { reject } of this.waiting.splice(0)) reject(closedFailure());
  }

  private take(fresh: boolean): Connection {
    const connection = (fresh || this.isDistrusted ? null : this.reusable()) ?? this.open();
    this.busy.add(connection);
    return connection;
  }

  private reusable(): Connection | null {
    const restedSince = performance.now() - this.options.restMs;
    const index = this.idle.findLastIndex(
      (connection) => connection.isAlive && (connection.isEchoing || connection.quietSince <= restedSince),
    );
    return index < 0 ? null : (this.idle.splice(index, 1)[0] ?? null);
  }

  private open(): Connection {
    const { origin, connect, headersMs, bodyMs, maxConnections } = this.options;
    while (this.idle.length > 0 && this.busy.size + this.idle.length >= maxConnections) this.idle.shift()?.destroy();
    return new Connection({
      origin,
      connect,
      headersMs,
      bodyMs,
      onLost: (connection, unasked) => this.lost(connection, unasked),
    });
  }

  private lost(connection: Connection, unasked: boolean): void {
    const index = this.idle.indexOf(connection);
    if (index >= 0) this.idle.splice(index, 1);
    // What breaks under a request is that request's error.
    if (this.busy.has(connection)) return;
    connection.destroy();
    if (unasked && performance.now() - connection.quietSince < SECOND_ANSWER_MS) {
      this.distrust();
    }
  }
}

const closedFailure = () => new TransportFailure('SocketClosed', 'the connections are closed', false);
