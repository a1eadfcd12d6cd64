import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildConnector, type Dispatcher } from 'undici';
import { DEFAULT_LIMITS, type ExchangeServerOptions, type ExchangeTimeouts } from '../exchange-options.js';
import { ProtocolViolation } from '../soap/protocol-violation.js';
import type { AnswerHead, Arrival } from './answer-head.js';
import type { Connection, Connector } from './connection.js';
import { ConnectionPool } from './connection-pool.js';
import { decompressor } from './decompress.js';
import { MinimumRate, type Pace } from './minimum-rate.js';
import { echoOf, MisplacedAnswer } from './request-echo.js';
import { transportCode, TransportFailure } from './transport-failure.js';

export interface PostRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** On a connection of its own: the last one broke. */
  readonly fresh?: boolean;
  /** The request only reads, so that an answer in doubt costs no more than asking again. */
  readonly repeatable: boolean;
  readonly onHead: (head: AnswerHead, arrival: Arrival) => void;
  /** The body, decompressed; may throw, which ends the exchange. */
  readonly onData: (chunk: Buffer) => void;
}

/**
 * A connection that has carried a request larger than this is closed behind it: some servers leave a part of
 * such a body unread and take it for the beginning of the next request. Beside the upload it costs nothing.
 */
const LARGE_BODY_BYTES = 64 * 1024;

/** One EWS URL and its kept-alive connections. */
export class EwsEndpoint {
  private readonly pool: ConnectionPool;
  private readonly path: string;
  private readonly pace: Pace;

  constructor(
    options: Pick<ExchangeServerOptions, 'ewsUrl' | 'maxConnections' | 'tls' | 'lookup' | 'guard' | 'limits'>,
    timeouts: ExchangeTimeouts,
  ) {
    const url = new URL(options.ewsUrl);
    this.path = url.pathname + url.search;
    const { minBytesPerSecond } = { ...DEFAULT_LIMITS, ...options.limits };
    this.pace = { periodMs: timeouts.paceMs, minBytesPerSecond };
    this.pool = new ConnectionPool({
      origin: url.origin,
      connect: connectorOf(options, timeouts.connectMs),
      headersMs: timeouts.headersMs,
      bodyMs: timeouts.bodyMs,
      restMs: timeouts.restMs,
      maxConnections: options.maxConnections,
    });
  }

  /**
   * One POST, one attempt. Redirects are answers like any other: the credentials go to no other URL. The
   * connection is used again only after an answer with a status of 2xx that `conclude` did not throw over.
   * @param conclude called when the whole answer is there
   * @throws TransportFailure, what `onData` or `conclude` threw, MisplacedAnswer, or ProtocolViolation for a
   *   damaged body.
   */
  async post<T>(request: PostRequest, conclude: () => T): Promise<T> {
    const connection = await this.pool.lease(request.signal, request.fresh ?? false);
    const last = this.pool.isDistrusted || request.body.length > LARGE_BODY_BYTES;
    let keep = false;
    try {
      const { status } = await this.exchange(connection, request, last);
      const result = conclude();
      keep = !last && isSuccess(status);
      return result;
    } catch (error) {
      if (error instanceof MisplacedAnswer) this.pool.distrust();
      throw error;
    } finally {
      this.pool.release(connection, keep);
    }
  }

  close(): Promise<void> {
    this.pool.close();
    return Promise.resolve();
  }

  private async exchange(connection: Connection, request: PostRequest, last: boolean): Promise<AnswerHead> {
    const { body, headers, signal } = request;
    let response: Dispatcher.ResponseData;
    connection.asks();
    try {
      response = await connection.client.request({
        path: this.path,
        method: 'POST',
        headers,
        body,
        signal,
        ...(last ? { reset: true } : {}),
      });
    } catch (error) {
      throw failureOf(error, connection, !connection.neverConnected(error));
    }
    const head = { status: response.statusCode, headers: response.headers };
    const source: Readable = response.body;
    const rate = new MinimumRate(
      this.pace,
      () => connection.bytesRead,
      (failure) => source.destroy(failure),
    );
    try {
      const echoed = checkEcho(connection, request, head);
      const { address, isKeptAlive } = connection;
      request.onHead(head, { address, keptAlive: isKeptAlive, proven: echoed || !isKeptAlive });
      const encoding = response.headers['content-encoding'];
      const transform = await decompressor(typeof encoding === 'string' ? encoding : null, source);
      if (transform === null) await drain(source, request.onData);
      else await Promise.all([pipeline(source, transform, { end: true }), drain(transform, request.onData)]);
      connection.answered(echoed);
      return head;
    } catch (error) {
      // Whatever went wrong, the rest of the answer is of no use and the socket must not be reused.
      source.on('error', () => undefined).destroy();
      if (error instanceof TransportFailure || error instanceof ProtocolViolation) throw error;
      const code = transportCode(error);
      if (code?.startsWith('Z_') === true) {
        throw new ProtocolViolation('UnexpectedAnswer', `the compressed answer is damaged (${code})`);
      }
      throw code === null ? error : failureOf(error, connection, true);
    } finally {
      rate.stop();
    }
  }
}

function connectorOf(
  { tls, lookup, guard }: Pick<ExchangeServerOptions, 'tls' | 'lookup' | 'guard'>,
  timeout: number,
): Connector {
  const resolve = guard?.lookup ?? lookup;
  const connect = buildConnector({
    timeout,
    allowH2: false,
    ca: tls?.ca as string | Buffer | (string | Buffer)[] | undefined,
    ...(resolve ? { lookup: resolve } : {}),
  });
  if (!guard) return connect;
  return (options, callback) => {
    // A literal address in the URL is never looked up.
    const refusal = guard.refusal(options.hostname);
    if (refusal) callback(refusal, null);
    else connect(options, callback);
  };
}

/**
 * Some gateways and foreign servers leave the id out now and then. A reading call is then made again; a change is
 * taken as answered, because another attempt could deliver a message twice and its answer's name is checked.
 * @returns whether the answer repeats the request's id
 * @throws MisplacedAnswer for another id, and for a reading call without one where every answer before had one
 */
function checkEcho(connection: Connection, request: PostRequest, { status, headers }: AnswerHead): boolean {
  const echo = echoOf(request.headers, headers);
  if (echo === 'other') throw new MisplacedAnswer('it carries the id of another one');
  const isUnlikeOthers = echo === 'none' && connection.isKeptAlive && connection.isEchoing;
  // A gateway's own error page carries none and is an error in any case.
  if (isUnlikeOthers && request.repeatable && isSuccess(status)) {
    throw new MisplacedAnswer('it carries no request id, unlike the answers before it');
  }
  return echo === 'same';
}

const isSuccess = (status: number) => status >= 200 && status < 300;

function failureOf(error: unknown, connection: Connection, requestSent: boolean): TransportFailure {
  const code = transportCode(error) ?? 'Unknown';
  const { message } = error as { message?: unknown };
  const text = typeof message === 'string' && message !== '' ? message : code;
  const options = { cause: error, keptAlive: requestSent && connection.isKeptAlive };
  return new TransportFailure(code, text, requestSent, options);
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
