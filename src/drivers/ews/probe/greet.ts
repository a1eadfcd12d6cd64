import { randomUUID } from 'node:crypto';
import type { GreetingFinding } from '../../port/mail-server-probe.js';
import { readDiagnostics } from '../call-diagnostics.js';
import { DEFAULT_USER_AGENT, DEFAULT_VERSION } from '../exchange-options.js';
import type { EwsEndpoint } from '../http/ews-endpoint.js';
import { hasExchangeMarks, knownSchemes } from '../http/exchange-marks.js';
import { header, plainText } from '../http/http-problem.js';
import { offeredSchemes } from '../http/offered-authentication.js';
import { shortPost } from '../http/short-post.js';
import { ownInbox } from './own-inbox.js';
import { probeError } from './probe-error.js';

/** What servers answer an empty request with before they ask who it comes from. */
const EMPTY_REFUSED = new Set([400, 405, 411, 415, 422, 500, 501]);

/**
 * Asks without credentials and without a document, so that whatever lets it pass has nothing to carry out.
 * A server that stumbles over the missing document is asked again with one that only reads.
 * @param redact applied to what the server says: others may have sent it our secrets
 */
export async function greet(
  endpoint: EwsEndpoint,
  totalMs: number,
  redact: (text: string) => string,
  signal: AbortSignal | undefined,
): Promise<GreetingFinding> {
  const first = await ask(endpoint, Buffer.alloc(0), totalMs, redact, signal);
  if (!EMPTY_REFUSED.has(first.status)) return first;
  return ask(endpoint, ownInbox(DEFAULT_VERSION), totalMs, redact, signal);
}

async function ask(
  endpoint: EwsEndpoint,
  document: Buffer,
  totalMs: number,
  redact: (text: string) => string,
  signal: AbortSignal | undefined,
): Promise<GreetingFinding> {
  const id = randomUUID();
  const started = performance.now();
  try {
    const { head, body } = await shortPost(
      endpoint,
      {
        headers: {
          'Content-Type': 'text/xml; charset=utf-8',
          'Accept-Encoding': 'gzip, deflate',
          'User-Agent': DEFAULT_USER_AGENT,
          'client-request-id': id,
          'return-client-request-id': 'true',
        },
        body: document,
        totalMs,
      },
      signal,
    );
    const isMailServer = hasExchangeMarks(head.headers);
    const offered = offeredSchemes(head.headers);
    return {
      status: head.status,
      isMailServer,
      offered: isMailServer ? offered : knownSchemes(offered),
      // Redacted first: taking the markup out could tear a secret apart and leave its pieces.
      words: plainText(redact(body.subarray(0, 4_096).toString('utf8'))),
      location: redact((header(head.headers, 'location') ?? '').split(/[?#]/, 1)[0] ?? '') || null,
      diagnostics: readDiagnostics(id, head, null, performance.now() - started),
    };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw probeError('Greet', error);
  }
}
