import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, errors, request } from 'undici';
import { Clock } from '../../platform/clock/clock.js';
import type { Settings } from '../../platform/config/settings.js';
import { SETTINGS } from '../../platform/tokens.js';
import { AddressRules } from './address-rules.js';
import { AddressRefused, guardedConnector } from './guarded-connector.js';
import { retryAfterMs } from './retry-schedule.js';
import type { WebhookRequest } from './webhook-request.js';

const requestTimeoutMs = 20_000;
const connectTimeoutMs = 10_000;
/** Read so that the connection can be used again; an answer has nothing to tell but its status. */
const readBytes = 16 * 1024;
const connectionsPerEndpoint = 64;

/** What came of one request. */
export interface Attempt {
  readonly ok: boolean;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** In a few words, for people; null when all went well. */
  readonly error: string | null;
  readonly ms: number;
  /** What the receiver asked us to wait, in ms. */
  readonly retryAfterMs: number | null;
}

const redirects = 'redirects are not followed; set the address that answers';

/** Sends webhooks. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  readonly rules: AddressRules;
  /** For a whole request. A test shortens it. */
  timeoutMs = requestTimeoutMs;
  private readonly agent: Agent;

  constructor(
    private readonly clock: Clock,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.rules = new AddressRules(settings.webhookAllowedNetworks);
    this.agent = new Agent({
      connect: guardedConnector(this.rules, connectTimeoutMs),
      connections: connectionsPerEndpoint,
      // An event must not be sent a second time because another one behind it broke the connection.
      pipelining: 1,
      keepAliveTimeout: 10_000,
      headersTimeout: requestTimeoutMs,
      bodyTimeout: requestTimeoutMs,
    });
  }

  /** Never throws: whatever goes wrong is a failed attempt. */
  async send(url: string, { headers, body }: WebhookRequest): Promise<Attempt> {
    const start = performance.now();
    const ms = () => Math.round(performance.now() - start);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.timeoutMs);
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: this.agent,
        headers: headers as Record<string, string>,
        body,
        // One limit for everything: a receiver that trickles its answer stays within each of undici's own.
        signal: timeout.signal,
      });
      const { statusCode: status } = answer;
      await answer.body.dump({ limit: readBytes }).catch(() => undefined);
      const ok = status >= 200 && status < 300;
      const wait = status === 429 || status === 503 ? headerOf(answer.headers['retry-after']) : undefined;
      return {
        ok,
        status,
        error: ok ? null : wordsFor(status),
        ms: ms(),
        retryAfterMs: retryAfterMs(wait, this.clock.now()),
      };
    } catch (error) {
      const words = timeout.signal.aborted ? `no answer within ${this.timeoutMs / 1000} s` : wordsOf(error);
      return { ok: false, status: null, error: words, ms: ms(), retryAfterMs: null };
    } finally {
      clearTimeout(timer);
    }
  }

  /** After the sessions have ended: a request cut off here would count as a failed attempt. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }
}

const headerOf = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

function wordsFor(status: number): string {
  return status >= 300 && status < 400 ? `answered ${status}: ${redirects}` : `answered ${status}`;
}

const wordsOfCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is not signed by a known authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is not signed by a known authority',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
};

/** Only words of our own: texts of errors may hold what a peer sent. */
function wordsOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.message;
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  if (typeof code === 'string' && wordsOfCode[code]) return wordsOfCode[code];
  if (error instanceof errors.SocketError) return 'the connection was closed without an answer';
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)
    ? `the request failed: ${code}`
    : 'the request failed';
}
