import type { ResponseHeaders } from './answer-head.js';
import { header } from './http-problem.js';
import { ProtocolViolation } from '../soap/protocol-violation.js';

/** Exchange repeats this header of a request in its answer when `return-client-request-id` is true. */
const ID_HEADER = 'client-request-id';

export type Echo = 'same' | 'other' | 'none';

/** Whose answer it is, by the request id that it repeats. Gateways write ids in capitals or braces. */
export function echoOf(sent: Readonly<Record<string, string>>, answer: ResponseHeaders): Echo {
  const echoed = header(answer, ID_HEADER);
  if (echoed === null || echoed.trim() === '') return 'none';
  const plain = (id: string) => id.replace(/[{}\s]/g, '').toLowerCase();
  return plain(echoed) === plain(sent[ID_HEADER] ?? '') ? 'same' : 'other';
}

/** An answer that belongs, or may belong, to another request than the one it came for; nothing of it is taken. */
export class MisplacedAnswer extends ProtocolViolation {
  constructor(why: string) {
    super('UnexpectedAnswer', `the answer belongs to another request: ${why}`);
  }
}
