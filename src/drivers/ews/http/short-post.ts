import type { AnswerHead } from './answer-head.js';
import type { EwsEndpoint } from './ews-endpoint.js';
import { CallDeadline } from './call-deadline.js';

/** More than any page or short document that is worth reading. */
const maxBytes = 256 * 1024;

export interface ShortAnswer {
  readonly head: AnswerHead;
  /** The beginning of the body, all of it where it is short. */
  readonly body: Buffer;
  readonly isWhole: boolean;
}

/**
 * One POST that changes nothing, with an answer of any kind and no more of it than 256 KiB.
 * @throws TransportFailure, ProtocolViolation for a damaged body, or the signal's reason
 */
export async function shortPost(
  endpoint: EwsEndpoint,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer; readonly totalMs: number },
  signal: AbortSignal | undefined,
): Promise<ShortAnswer> {
  signal?.throwIfAborted();
  const deadline = new CallDeadline(request.totalMs, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: AnswerHead = { status: 0, headers: {} };
  try {
    return await endpoint.post(
      {
        body: request.body,
        headers: request.headers,
        signal: deadline.signal,
        repeatable: true,
        onHead: (seen) => (head = seen),
        onData: (chunk) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > maxBytes) throw new Enough();
        },
      },
      () => ({ head, body: Buffer.concat(chunks), isWhole: true }),
    );
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (error instanceof Enough) return { head, body: Buffer.concat(chunks).subarray(0, maxBytes), isWhole: false };
    throw deadline.explain(error);
  } finally {
    deadline.clear();
  }
}

class Enough extends Error {}
