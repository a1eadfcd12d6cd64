import type { MailErrorKind } from '../../../drivers/port/mail-error-class.js';
import { MailServerError } from '../../../drivers/port/mail-error.js';

/** Servers name a deleted folder in any of these ways, whatever the operation. */
const kinds: ReadonlySet<MailErrorKind> = new Set(['folder-gone', 'item-gone', 'unknown-id']);

/** Whether an error of a call about a folder says that the folder is not there. */
export const saysGone = (error: unknown): error is MailServerError =>
  error instanceof MailServerError && error.details.origin === 'response' && kinds.has(error.details.kind);
