import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);
const WORTH_COMPRESSING = 1024;

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an answer, compressed when that is allowed, accepted and worth it. `cut`: half of it, then the socket dies. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  options: { gzip: boolean; cut?: boolean },
): Promise<void> {
  let bytes: Buffer = Buffer.from(answer.body, 'utf8');
  response.statusCode = answer.status;
  response.setHeader('Content-Type', answer.contentType);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (
    options.gzip &&
    bytes.length > WORTH_COMPRESSING &&
    /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  ) {
    bytes = await compress(bytes, { level: 1 });
    response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Vary', 'Accept-Encoding');
  }
  response.setHeader('Content-Length', bytes.length);
  if (options.cut) {
    response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.destroy());
    return;
  }
  response.end(bytes);
}
