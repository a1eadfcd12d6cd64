import type { Socket } from 'node:net';
import { Client, errors, type buildConnector } from 'undici';
import { InterimAnswers } from './interim-answers.js';

export type Connector = ReturnType<typeof buildConnector>;

/** Longer than most gaps between two polls of a mailbox, shorter than IIS's own 120 s. */
const KEEP_ALIVE_MS = 30_000;

/** Gateways add dozens of cookies and policies. Node’s own limit of 16 KiB is meant for requests. */
const MAX_HEADER_BYTES = 256 * 1024;

export interface ConnectionOptions {
  readonly origin: string;
  readonly connect: Connector;
  readonly headersMs: number;
  readonly bodyMs: number;
  /** The connection is gone; `unasked` when the server sent bytes that no request had asked for. */
  readonly onLost: (connection: Connection, unasked: boolean) => void;
}

/**
 * One connection to a server, with at most one request under way, and what undici does not tell of it:
 * whether it was ever made, whether it has served a request before, and whether its answers were proven.
 */
export class Connection {
  readonly client: Client;
  private socket: Socket | null = null;
  private connectedTo: string | null = null;
  private interim: InterimAnswers | null = null;
  private connectError: unknown = null;
  private answers = 0;
  private echoed = 0;
  private isAsking = false;
  /** When the last answer was complete, by `performance.now()`. */
  quietSince = 0;

  constructor({ origin, connect, headersMs, bodyMs, onLost }: ConnectionOptions) {
    this.client = new Client(origin, {
      connect: (options, callback) => {
        connect(options, (...[error, socket]) => {
          if (error !== null) {
            this.connectError = error;
            callback(error, null);
            return;
          }
          this.socket = socket;
          // A socket that is gone tells it no more.
          this.connectedTo = socket.remoteAddress ?? null;
          this.interim = new InterimAnswers(socket);
          if (this.isAsking) this.interim.expect();
          this.answers = 0;
          this.echoed = 0;
          callback(null, socket);
        });
      },
      allowH2: false,
      headersTimeout: headersMs,
      bodyTimeout: bodyMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      pipelining: 1,
    });
    this.client.on('disconnect', (_origin, _targets, error) => onLost(this, isUnasked(error)));
  }

  /** The address at the other end, whatever name led there. */
  get address(): string | null {
    return this.connectedTo;
  }

  /** The socket has served a request before, so that what arrives next may belong to that one. */
  get isKeptAlive(): boolean {
    return this.answers > 0;
  }

  /** Every answer so far carried the id of its request. */
  get isEchoing(): boolean {
    return this.echoed === this.answers;
  }

  get isAlive(): boolean {
    return this.socket !== null && !this.socket.destroyed;
  }

  /** The error is that of a connection that was never made. */
  neverConnected(error: unknown): boolean {
    return error !== null && error === this.connectError;
  }

  /** Bytes that have arrived on this connection. */
  get bytesRead(): number {
    return this.socket?.bytesRead ?? 0;
  }

  /** Called before each request, including the first one on the connection. */
  asks(): void {
    this.isAsking = true;
    this.interim?.expect();
  }

  answered(echoed: boolean): void {
    this.isAsking = false;
    this.answers += 1;
    if (echoed) this.echoed += 1;
    this.quietSince = performance.now();
  }

  destroy(): void {
    this.client.destroy().catch(() => undefined);
  }
}

/** undici closes an idle connection on which an answer, or anything else, begins. */
function isUnasked(error: Error): boolean {
  return error.name === 'HTTPParserError' || (error instanceof errors.SocketError && error.message === 'bad response');
}
