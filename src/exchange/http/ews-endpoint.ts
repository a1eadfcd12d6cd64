import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Pool } from 'undici';
import type { ExchangeServerOptions, ExchangeTimeouts } from '../exchange-options.js';
import { ProtocolViolation } from '../soap/protocol-violation.js';
import { WatchedConnector } from './connector.js';
import { decompressor } from './decompress.js';
import { isConnectionCut, transportCode, TransportFailure } from './transport-failure.js';

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface AnswerHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
}

export interface PostRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The request changes nothing on the server, so that sending it again is harmless. */
  readonly readOnly: boolean;
  readonly onHead: (head: AnswerHead) => void;
  /** The body, decompressed; may throw, which ends the exchange. */
  readonly onData: (chunk: Buffer) => void;
}

/** Longer than most gaps between two polls of a mailbox, shorter than IIS's own 120 s. */
const KEEP_ALIVE_MS = 30_000;

/** One EWS URL and its kept-alive connections. */
export class EwsEndpoint {
  private readonly pool: Pool;
  private readonly connector: WatchedConnector;
  private readonly path: string;

  constructor(
    options: Pick<ExchangeServerOptions, 'ewsUrl' | 'maxConnections' | 'tls' | 'lookup'>,
    timeouts: ExchangeTimeouts,
  ) {
    const url = new URL(options.ewsUrl);
    this.path = url.pathname + url.search;
    this.connector = new WatchedConnector({
      timeout: timeouts.connectMs,
      allowH2: false,
      ca: options.tls?.ca as string | Buffer | (string | Buffer)[] | undefined,
      ...(options.lookup ? { lookup: options.lookup } : {}),
    });
    this.pool = new Pool(url.origin, {
      connections: options.maxConnections,
      connect: this.connector.connect,
      allowH2: false,
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.bodyMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  }

  /**
   * One POST, one attempt. Redirects are answers like any other: the credentials go to no other URL.
   * The exception is the race that bites everybody: the server closes an idle connection just as the
   * request goes out. Where that is all that happened and the request only reads, it is sent once more.
   * @throws TransportFailure, or what `onData` threw, or ProtocolViolation for a damaged body.
   */
  async post(request: PostRequest): Promise<void> {
    try {
      await this.attempt(request);
    } catch (error) {
      if (!(error instanceof IdleConnectionClosed)) throw error;
      if (!request.readOnly || request.signal.aborted) throw error.failure;
      await this.attempt(request).catch((second: unknown) => {
        throw second instanceof IdleConnectionClosed ? second.failure : second;
      });
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async attempt(request: PostRequest): Promise<void> {
    const { body, headers, signal } = request;
    let response: Awaited<ReturnType<Pool['request']>>;
    try {
      response = await this.pool.request({ path: this.path, method: 'POST', headers, body, signal });
    } catch (error) {
      const failure = this.failure(error, !this.connector.wasConnecting(error));
      const raced = isConnectionCut(failure.code) && this.connector.wasKeptAlive(error);
      throw raced ? new IdleConnectionClosed(failure) : failure;
    }
    request.onHead({ status: response.statusCode, headers: response.headers });
    const source: Readable = response.body;
    try {
      const encoding = response.headers['content-encoding'];
      const transform = await decompressor(typeof encoding === 'string' ? encoding : null, source);
      if (transform === null) await drain(source, request.onData);
      else await Promise.all([pipeline(source, transform, { end: true }), drain(transform, request.onData)]);
    } catch (error) {
      // Whatever went wrong, the rest of the answer is of no use and the socket must not be reused.
      source.on('error', () => undefined).destroy();
      if (error instanceof TransportFailure || error instanceof ProtocolViolation) throw error;
      const code = transportCode(error);
      if (code?.startsWith('Z_') === true) {
        throw new ProtocolViolation('UnexpectedAnswer', `the compressed answer is damaged (${code})`);
      }
      throw code === null ? error : this.failure(error, true);
    }
  }

  private failure(error: unknown, requestSent: boolean): TransportFailure {
    const code = transportCode(error) ?? 'Unknown';
    const { message } = error as { message?: unknown };
    const text = typeof message === 'string' && message !== '' ? message : code;
    return new TransportFailure(code, text, requestSent, { cause: error });
  }
}

/** Internal to the endpoint: the connection was kept alive, and cut before any byte of an answer. */
class IdleConnectionClosed extends Error {
  constructor(readonly failure: TransportFailure) {
    super(failure.message);
  }
}

function drain(stream: Readable, onData: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('error', reject);
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new TransportFailure('SocketClosed', 'the answer was cut short', true));
    });
    stream.on('data', (chunk: Buffer) => {
      try {
        onData(chunk);
      } catch (error) {
        stream.removeAllListeners('data');
        reject(error instanceof Error ? error : new Error(String(error)));
        stream.destroy();
      }
    });
  });
}
