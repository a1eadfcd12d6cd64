import type { FailureCategory } from '../../port/failure-class.js';
import type { MailErrorOrigin } from '../../port/mail-error.js';
import type { CodeRow, CodeRows } from './code-row.js';
import { httpCodes, httpRow } from './http-codes.js';
import { protocolCodes, protocolRow } from './protocol-codes.js';
import { responseCodes } from './response-codes.js';
import { transportCodes, transportRow } from './transport-codes.js';
import { codelessResponse, isWithoutCode, unknownResponse } from './unlisted-codes.js';

/** A code comes from a server, and may be any text: `constructor` is in no table. */
const among = (table: CodeRows, code: string): CodeRow | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

/** The row of an error; every code has one. */
export function rowOf(origin: MailErrorOrigin, code: string): CodeRow {
  switch (origin) {
    case 'response':
      return among(responseCodes, code) ?? unlisted(code);
    case 'http':
      return among(httpCodes, code) ?? httpRow(code);
    case 'transport':
      return among(transportCodes, code) ?? transportRow(code);
    case 'protocol':
      return among(protocolCodes, code) ?? protocolRow;
  }
}

/** Whether a failure can have this code as far as the table knows; servers and networks invent further ones. */
export const isKnownCode = (code: string): boolean =>
  [responseCodes, httpCodes, transportCodes, protocolCodes].some((table) => among(table, code)) ||
  /^Http[1-5]\d\d$/.test(code);

/** The row of a failure that was stored, which keeps the code and the category but not the origin. */
export function rowOfStored(code: string, category: FailureCategory): CodeRow {
  const known =
    among(responseCodes, code) ?? among(httpCodes, code) ?? among(transportCodes, code) ?? among(protocolCodes, code);
  if (known) return known;
  if (category === 'network') return code.startsWith('Http') ? httpRow(code) : transportRow(code);
  return category === 'protocol' ? protocolRow : unlisted(code);
}

/** The row of a response code that no table has. */
const unlisted = (code: string): CodeRow => (isWithoutCode(code) ? codelessResponse : unknownResponse);
