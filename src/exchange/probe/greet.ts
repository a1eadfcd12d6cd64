import { randomUUID } from 'node:crypto';
import type { GreetingFinding } from '../../mail/mail-server-probe.js';
import { readDiagnostics } from '../call-diagnostics.js';
import { DEFAULT_USER_AGENT } from '../exchange-options.js';
import type { EwsEndpoint } from '../http/ews-endpoint.js';
import { header, plainText } from '../http/http-problem.js';
import { offeredSchemes } from '../http/offered-authentication.js';
import { shortPost } from '../http/short-post.js';
import { probeError } from './probe-error.js';

/**
 * Asks without credentials and without a document, so that whatever lets it pass has nothing to carry out.
 * @param redact applied to what the server says: others may have sent it our secrets
 */
export async function greet(
  endpoint: EwsEndpoint,
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
        body: Buffer.alloc(0),
        totalMs,
      },
      signal,
    );
    return {
      status: head.status,
      offered: offeredSchemes(head.headers),
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
