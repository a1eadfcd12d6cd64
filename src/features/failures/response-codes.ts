import { accountCodes } from './codes/account-codes.js';
import { calendarCodes } from './codes/calendar-codes.js';
import type { CodeRows } from './codes/code-row.js';
import { foreignCodes } from './codes/foreign-codes.js';
import { impersonationCodes } from './codes/impersonation-codes.js';
import { itemCodes } from './codes/item-codes.js';
import { limitCodes } from './codes/limit-codes.js';
import { mailboxCodes } from './codes/mailbox-codes.js';
import { requestCodes } from './codes/request-codes.js';
import { serverCodes } from './codes/server-codes.js';
import { syncCodes } from './codes/sync-codes.js';

export type { FailureCategory, FailureClass, FailureRetry, FailureScope } from './codes/code-row.js';

/**
 * Every error code an Exchange server can answer with (messages.xsd, `ResponseCodeType`, and some that it
 * lacks), classified and explained. The tail of rare codes is a judgement from their names.
 */
export const responseCodes: CodeRows = {
  ...impersonationCodes,
  ...accountCodes,
  ...mailboxCodes,
  ...limitCodes,
  ...serverCodes,
  ...syncCodes,
  ...itemCodes,
  ...calendarCodes,
  ...requestCodes,
  ...foreignCodes,
};
