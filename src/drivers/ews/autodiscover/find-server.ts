import { randomUUID } from 'node:crypto';
import type { DiscoveryAttempt, DiscoveryFinding } from '../../port/mail-server-probe.js';
import { DEFAULT_USER_AGENT, type ExchangeServerOptions } from '../exchange-options.js';
import { PROBE_TIMEOUTS } from '../exchange-probe.js';
import { EwsEndpoint } from '../http/ews-endpoint.js';
import { header, httpProblem, plainText } from '../http/http-problem.js';
import { offeredSchemes, offersBasic } from '../http/offered-authentication.js';
import { redactor } from '../http/redact.js';
import { shortPost, type ShortAnswer } from '../http/short-post.js';
import { transportCode, TransportFailure } from '../http/transport-failure.js';
import { ProtocolViolation } from '../soap/protocol-violation.js';
import { readPoxAnswer, type PoxAnswer } from './pox-answer.js';
import { poxRequest } from './pox-request.js';
import { domainOf, refusalOf, type Refusal } from './redirect-rules.js';

export interface FindServerOptions extends Pick<
  ExchangeServerOptions,
  'auth' | 'tls' | 'lookup' | 'guard' | 'timeouts'
> {
  readonly emailAddress: string;
  /** Hosts of other domains to which the credentials may go. */
  readonly trustedHosts: readonly string[];
  /** 443 by default. */
  readonly port?: number;
}

/** Microsoft says ten; a path of more than a few is a mistake or a trap. */
const maxHops = 5;

const refusals: Readonly<Record<Refusal, string>> = {
  'not-https': 'it is not encrypted',
  'not-a-server': 'it is no plain address of a server',
  'other-domain': 'it lies in another domain, and nobody has vouched for it',
};

/**
 * Asks the servers of an address’s domain where its mailbox lives (Autodiscover, POX), over HTTPS only. Each
 * is asked without credentials first and gets them only when it asks for them; one refusal of them ends it
 * all, since every try counts towards a lock-out. Never rejects but for an abort.
 */
export async function findServer(options: FindServerOptions, signal?: AbortSignal): Promise<DiscoveryFinding> {
  return new Search(options, signal).run();
}

/** What one address came to. */
type Outcome =
  | { readonly next: 'found'; readonly serverUrl: string }
  | { readonly next: 'ask'; readonly url: string }
  | { readonly next: 'restart'; readonly address: string }
  | { readonly next: 'give-up' }
  | { readonly next: 'refused' };

class Search {
  private readonly attempts: DiscoveryAttempt[] = [];
  private readonly asked = new Set<string>();
  private readonly redact: (text: string) => string;
  private readonly authorization: string;
  private address: string;

  constructor(
    private readonly options: FindServerOptions,
    private readonly signal: AbortSignal | undefined,
  ) {
    const { username, password } = options.auth;
    const token = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
    this.authorization = `Basic ${token}`;
    this.redact = redactor([token, password]);
    this.address = options.emailAddress;
  }

  async run(): Promise<DiscoveryFinding> {
    let waiting = this.candidates();
    for (let hops = 0; ;) {
      const url = waiting.shift();
      if (url === undefined) return this.finding(null);
      const question = `${url} ${this.address}`;
      if (this.asked.has(question)) continue;
      this.asked.add(question);
      const outcome = await this.ask(url);
      if (outcome.next === 'found') return this.finding(outcome.serverUrl);
      if (outcome.next === 'refused') return this.finding(null, true);
      if (outcome.next === 'give-up') continue;
      hops += 1;
      if (hops > maxHops) {
        this.note(url, 'TooManyRedirects', `more than ${maxHops} redirects were met`, null);
        return this.finding(null);
      }
      if (outcome.next === 'ask') waiting = [outcome.url, ...waiting];
      else {
        this.address = outcome.address;
        waiting = this.candidates();
      }
    }
  }

  private candidates(): string[] {
    const domain = domainOf(this.address);
    if (domain === '') return [];
    const port = this.options.port ?? 443;
    const authority = (host: string) => (port === 443 ? host : `${host}:${port}`);
    return [domain, `autodiscover.${domain}`].map((host) => `https://${authority(host)}/autodiscover/autodiscover.xml`);
  }

  private async ask(url: string): Promise<Outcome> {
    const { tls, lookup, guard, timeouts } = this.options;
    const times = { ...PROBE_TIMEOUTS, totalMs: 30_000, ...timeouts };
    const given = { ewsUrl: url, maxConnections: 1, guard, ...(tls ? { tls } : {}), ...(lookup ? { lookup } : {}) };
    const endpoint = new EwsEndpoint(given, times);
    try {
      const first = await this.post(endpoint, times.totalMs, false);
      if (first.head.status !== 401) return this.judge(url, first, false);
      const offered = offeredSchemes(first.head.headers);
      if (!offersBasic(offered)) {
        const text = `it offers ${offered.join(', ') || 'no way to sign in'}, and not Basic`;
        return this.giveUp(url, 'BasicNotOffered', text, first);
      }
      return this.judge(url, await this.post(endpoint, times.totalMs, true), true);
    } catch (error) {
      this.signal?.throwIfAborted();
      if (error instanceof ProtocolViolation) return this.giveUp(url, error.code, error.message, null);
      const code = transportCode(error);
      if (code === null && !(error instanceof TransportFailure)) throw error;
      return this.giveUp(url, code ?? 'Unknown', error instanceof Error ? error.message : '', null);
    } finally {
      await endpoint.close();
    }
  }

  private post(endpoint: EwsEndpoint, totalMs: number, signedIn: boolean): Promise<ShortAnswer> {
    const headers = {
      'Content-Type': 'text/xml; charset=utf-8',
      Accept: 'text/xml',
      'Accept-Encoding': 'gzip, deflate',
      'User-Agent': DEFAULT_USER_AGENT,
      'client-request-id': randomUUID(),
      ...(signedIn ? { Authorization: this.authorization } : {}),
    };
    return shortPost(endpoint, { headers, body: poxRequest(this.address), totalMs }, this.signal);
  }

  private judge(url: string, answer: ShortAnswer, signedIn: boolean): Outcome {
    const { status, headers } = answer.head;
    // 456 is a 401 of Exchange Online that no other password mends.
    if (status === 401 || status === 456) {
      this.note(url, `Http${status}`, 'it refuses the name or the password', answer);
      return { next: 'refused' };
    }
    const location = header(headers, 'location');
    if (status >= 300 && status < 400 && location !== null) {
      const target = URL.canParse(location, url) ? new URL(location, url).href : location;
      // Sent before anybody looked at the credentials: whoever answers on that address can send it.
      return this.follow(url, target, false, answer);
    }
    if (status !== 200) {
      // Only administrators run Autodiscover, and they may read the response of any host.
      const problem = httpProblem(answer.head, this.excerpt(answer), true);
      return this.giveUp(url, problem.code, problem.text, answer);
    }
    const pox = this.read(url, answer);
    return pox === null ? { next: 'give-up' } : this.judgeDocument(url, pox, signedIn, answer);
  }

  private read(url: string, answer: ShortAnswer): PoxAnswer | null {
    try {
      if (!answer.isWhole) throw new ProtocolViolation('AnswerTooLarge', 'the answer is too large');
      return readPoxAnswer(answer.body);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      const words = plainText(this.excerpt(answer));
      const said = error.quoted === null ? error.message : `${error.message}: ${error.quoted}`;
      this.note(url, error.code, `${said}${words === '' ? '' : `. It says: ${words}`}`, answer);
      return null;
    }
  }

  private judgeDocument(url: string, pox: PoxAnswer, vouched: boolean, answer: ShortAnswer): Outcome {
    switch (pox.kind) {
      case 'error':
        return this.giveUp(url, pox.code, pox.text, answer);
      case 'redirect-url':
        return this.follow(url, pox.url, vouched, answer);
      case 'redirect-address': {
        const domain = domainOf(pox.address);
        if (!vouched && domain !== domainOf(this.address)) {
          return this.giveUp(url, 'RedirectNotFollowed', `it names another address, ${pox.address}`, answer);
        }
        this.note(url, 'Redirect', `it names another address, ${pox.address}`, answer);
        return { next: 'restart', address: pox.address };
      }
      case 'settings': {
        if (pox.ewsUrl === null) return this.giveUp(url, 'NoEwsUrl', 'it names no address of EWS', answer);
        const refusal = this.refusalOf(pox.ewsUrl, vouched);
        if (refusal !== null) {
          const text = `it names ${shown(pox.ewsUrl)}, but ${refusals[refusal]}`;
          return this.giveUp(url, 'AddressNotTrusted', text, answer);
        }
        this.note(url, 'NoError', `it names ${shown(pox.ewsUrl)}`, answer);
        return { next: 'found', serverUrl: pox.ewsUrl };
      }
    }
  }

  private follow(url: string, target: string, vouched: boolean, answer: ShortAnswer): Outcome {
    const refusal = this.refusalOf(target, vouched);
    if (refusal !== null) {
      const text = `it redirects to ${shown(target)}, but ${refusals[refusal]}`;
      return this.giveUp(url, 'RedirectNotFollowed', text, answer);
    }
    this.note(url, 'Redirect', `it redirects to ${shown(target)}`, answer);
    return { next: 'ask', url: target };
  }

  private refusalOf(url: string, vouched: boolean): Refusal | null {
    return refusalOf(url, { domain: domainOf(this.address), hosts: this.options.trustedHosts, vouched });
  }

  /** Redacted before its markup is taken out, which could tear a secret apart. */
  private excerpt(answer: ShortAnswer): string {
    return this.redact(answer.body.subarray(0, 4_096).toString('utf8'));
  }

  private giveUp(url: string, code: string, text: string, answer: ShortAnswer | null): Outcome {
    this.note(url, code, text, answer);
    return { next: 'give-up' };
  }

  private note(url: string, code: string, text: string, answer: ShortAnswer | null): void {
    const requestId = answer === null ? null : header(answer.head.headers, 'request-id');
    this.attempts.push({ url: shown(url), code, text: this.redact(text).slice(0, 500), requestId });
  }

  private finding(serverUrl: string | null, credentialsRefused = false): DiscoveryFinding {
    return { serverUrl, attempts: this.attempts, credentialsRefused };
  }
}

/** Without what may carry a token. */
function shown(url: string): string {
  return (url.split(/[?#]/, 1)[0] ?? '').replace(/\/\/[^/@]*@/, '//').slice(0, 300);
}
