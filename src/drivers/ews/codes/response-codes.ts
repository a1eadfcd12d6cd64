import { accountCodes } from './account-codes.js';
import { calendarCodes } from './calendar-codes.js';
import type { CodeRows } from './code-row.js';
import { foreignCodes } from './foreign-codes.js';
import { impersonationCodes } from './impersonation-codes.js';
import { itemCodes } from './item-codes.js';
import { limitCodes } from './limit-codes.js';
import { mailboxCodes } from './mailbox-codes.js';
import { requestCodes } from './request-codes.js';
import { serverCodes } from './server-codes.js';
import { syncCodes } from './sync-codes.js';

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
