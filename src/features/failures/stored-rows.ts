import type { CodeRow } from '../../drivers/port/explanations/code-row.js';
import type { FailureCategory } from '../../drivers/port/failure-class.js';
import type { MailErrorKind } from '../../drivers/port/mail-error-class.js';
import { serverExplanations } from './driver-explanations.js';
import { ownCodes } from './own-codes.js';

/** A code is a server's text in the end, and may be `constructor`. */
const own = (code: string): CodeRow | undefined => (Object.hasOwn(ownCodes, code) ? ownCodes[code] : undefined);

/** The row of a failure that was stored, which keeps the code and the category: Postroom's own, or the driver's. */
export const rowOfStored = (code: string, category: FailureCategory): CodeRow =>
  own(code) ?? serverExplanations.rowOf(code, category);

/** The kind of a failure that was stored, which keeps the code only. */
export const kindOfStored = (code: string): MailErrorKind =>
  own(code) === undefined ? serverExplanations.kindOf(code) : 'other';

/** Whether a failure can have this code as far as is known; servers and networks invent further ones. */
export const isKnownCode = (code: string): boolean => own(code) !== undefined || serverExplanations.isKnown(code);
