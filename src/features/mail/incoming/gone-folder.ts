import { MailServerError } from '../../../drivers/port/mail-error.js';

/** Servers name a deleted folder in any of these ways, whatever the operation. */
const codes = new Set([
  'ErrorFolderNotFound',
  'ErrorItemNotFound',
  'ErrorSyncFolderNotFound',
  'ErrorObjectNotFound',
  'ErrorParentFolderNotFound',
  'ErrorInvalidFolderId',
  'ErrorInvalidId',
  'ErrorInvalidIdMalformed',
]);

/** Whether an error of a call about a folder says that the folder is not there. */
export const saysGone = (error: unknown): error is MailServerError =>
  error instanceof MailServerError && error.details.origin === 'response' && codes.has(error.code);
