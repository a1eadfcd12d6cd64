import { classOf } from '../../../src/drivers/ews/exchange-error.js';
import type { MailErrorClass, MailErrorKind } from '../../../src/drivers/port/mail-error-class.js';
import type { MailErrorOrigin } from '../../../src/drivers/port/mail-error.js';

const response = (code: string): MailErrorClass => classOf({ origin: 'response', code });

it.each<[string, MailErrorKind]>([
  ['ErrorItemNotFound', 'item-gone'],
  ['ErrorFolderNotFound', 'folder-gone'],
  ['ErrorSyncFolderNotFound', 'folder-gone'],
  ['ErrorParentFolderNotFound', 'folder-gone'],
  ['ErrorObjectNotFound', 'unknown-id'],
  ['ErrorInvalidFolderId', 'unknown-id'],
  ['ErrorInvalidId', 'unknown-id'],
  ['ErrorInvalidIdMalformed', 'unknown-id'],
  ['ErrorInvalidChangeKey', 'item-changed'],
  ['ErrorInvalidSyncStateData', 'sync-state-invalid'],
  ['ErrorSyncStateTooBig', 'sync-state-invalid'],
  ['ErrorInvalidWatermark', 'sync-state-invalid'],
  ['ErrorAccessDenied', 'access-denied'],
  ['ErrorImpersonateUserDenied', 'impersonation-denied'],
  ['ErrorImpersonationDenied', 'impersonation-denied'],
  ['ErrorImpersonationFailed', 'impersonation-denied'],
  ['ErrorSendAsDenied', 'send-as-denied'],
  ['ErrorSubmissionQuotaExceeded', 'sending-quota'],
  ['ErrorExceededMessageLimit', 'sending-quota'],
  ['ErrorExceededMessageLimitShowTierUpgrade', 'sending-quota'],
  ['ErrorInvalidRecipients', 'recipient-unknown'],
  ['ErrorRequestStreamTooBig', 'message-too-large'],
  ['ErrorExceededMaxRecipientLimit', 'too-many-recipients'],
  // Of the message that is saved, and of nothing that is read: no folder is closed by it.
  ['ErrorCreateItemAccessDenied', 'other'],
  ['ErrorServerBusy', 'other'],
  ['ErrorOfACodeFromTheFuture', 'other'],
  ['constructor', 'other'],
])('%s is %s', (code, kind) => {
  expect(response(code).kind).toBe(kind);
});

it.each<[MailErrorOrigin, string, MailErrorKind]>([
  ['http', 'Http401', 'credentials-refused'],
  ['http', 'Http403', 'other'],
  ['http', 'Http413', 'message-too-large'],
  ['transport', 'ECONNREFUSED', 'not-connected'],
  ['transport', 'ENOTFOUND', 'not-connected'],
  ['transport', 'CERT_HAS_EXPIRED', 'not-connected'],
  ['transport', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'not-connected'],
  ['transport', 'ERR_TLS_CERT_ALTNAME_INVALID', 'not-connected'],
  ['transport', 'ECONNRESET', 'other'],
  ['transport', 'TimedOut', 'other'],
  ['protocol', 'InvalidXml', 'other'],
])('of origin %s, %s is %s', (origin, code, kind) => {
  expect(classOf({ origin, code }).kind).toBe(kind);
});

it('says of an internal error that it may be of the sync state, and may be too much at once', () => {
  expect(response('ErrorInternalServerError')).toEqual({
    kind: 'other',
    category: 'transient-server',
    scope: 'server',
    retry: 'backoff',
    mayBeTooMuch: true,
    mayBeSyncState: true,
    queryRefusal: null,
  });
  expect(response('ErrorResultSetTooBig')).toMatchObject({ mayBeTooMuch: true, mayBeSyncState: false });
  expect(response('ErrorInvalidSyncStateData')).toMatchObject({ mayBeTooMuch: false, mayBeSyncState: false });
});
