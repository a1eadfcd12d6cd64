import type { CallDiagnostics } from '../port/mail-error.js';
import type { AnswerHead } from './http/answer-head.js';
import { hasExchangeMarks } from './http/exchange-marks.js';
import { header } from './http/http-problem.js';

/** Gathers what finds a call in the server's logs; `head` is null when no answer came. */
export function readDiagnostics(
  clientRequestId: string,
  head: AnswerHead | null,
  serverVersion: string | null,
  durationMs: number,
): CallDiagnostics {
  const read = (name: string) => (head === null ? null : header(head.headers, name));
  return {
    clientRequestId,
    requestId: head !== null && hasExchangeMarks(head.headers) ? read('request-id') : guidOf(read('request-id')),
    httpStatus: head?.status ?? null,
    frontEndServer: read('x-feserver'),
    backEndServer: read('x-targetbeserver') ?? read('x-beserver'),
    diagnosticInfo: [read('x-diaginfo'), read('x-ms-diagnostics')].filter((part) => part !== null).join('; ') || null,
    serverVersion,
    durationMs: Math.round(durationMs),
  };
}

/** Exchange uses GUIDs. Values from other hosts may be shown to administrators only. */
const guidOf = (text: string | null): string | null =>
  text !== null && /^\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?$/i.test(text) ? text : null;
