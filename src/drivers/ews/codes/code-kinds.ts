import type { MailErrorKind } from '../../port/mail-error-class.js';
import type { MailErrorDetails } from '../../port/mail-error.js';

const codes = (kind: MailErrorKind, ...those: readonly string[]) => those.map((code) => [code, kind] as const);

/** Codes by what they say; the names of one thing differ between operations and servers. */
const kinds: ReadonlyMap<string, MailErrorKind> = new Map([
  ...codes('item-gone', 'ErrorItemNotFound'),
  ...codes('folder-gone', 'ErrorFolderNotFound', 'ErrorSyncFolderNotFound', 'ErrorParentFolderNotFound'),
  ...codes('unknown-id', 'ErrorObjectNotFound', 'ErrorInvalidFolderId', 'ErrorInvalidId', 'ErrorInvalidIdMalformed'),
  ...codes('item-changed', 'ErrorInvalidChangeKey', 'ErrorStaleObject', 'ErrorIrresolvableConflict'),
  ...codes('sync-state-invalid', 'ErrorInvalidSyncStateData', 'ErrorSyncStateTooBig', 'ErrorInvalidWatermark'),
  ...codes('access-denied', 'ErrorAccessDenied'),
  ...codes(
    'impersonation-denied',
    'ErrorImpersonateUserDenied',
    'ErrorImpersonationDenied',
    'ErrorImpersonationFailed',
  ),
  ...codes('credentials-refused', 'Http401'),
  ...codes('send-as-denied', 'ErrorSendAsDenied'),
  ...codes(
    'sending-quota',
    'ErrorSubmissionQuotaExceeded',
    'ErrorExceededMessageLimit',
    'ErrorExceededMessageLimitShowTierUpgrade',
  ),
  ...codes('recipient-unknown', 'ErrorInvalidRecipients', 'ErrorMailRecipientNotFound', 'ErrorRecipientNotFound'),
  ...codes(
    'message-too-large',
    'ErrorMessageSizeExceeded',
    'ErrorAttachmentSizeLimitExceeded',
    'ErrorDataSizeLimitExceeded',
    'ErrorRequestStreamTooBig',
    'Http413',
  ),
  ...codes(
    'too-many-recipients',
    'ErrorExceededMaxRecipientLimit',
    'ErrorExceededMaxRecipientLimitBlock',
    'ErrorExceededMaxRecipientLimitShowTierUpgrade',
  ),
]);

const neverSent = /^(?:E(?:CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH)$|ERR_TLS)|CERT|SELF_SIGNED/;

/** The kind of an error by its code alone, as a stored failure has it. */
export const kindOfCode = (code: string): MailErrorKind => kinds.get(code) ?? 'other';

/** The kind of an error. */
export const kindOf = ({ origin, code }: Pick<MailErrorDetails, 'origin' | 'code'>): MailErrorKind =>
  origin === 'transport' && neverSent.test(code) ? 'not-connected' : kindOfCode(code);

/** Codes of servers that ran out of time, memory or patience over what a call asked for, and of what lies before them. */
export const exhaustion: ReadonlySet<string> = new Set([
  'ErrorTimeoutExpired',
  'ErrorInsufficientResources',
  'ErrorTooManyObjectsOpened',
  'ErrorMailboxStoreUnavailable',
  'ErrorDataSourceOperation',
  'ErrorInternalServerError',
  'ErrorInternalServerTransientError',
  'ErrorExceededFindCountLimit',
  'ErrorResultSetTooBig',
  'ErrorMessageSizeExceeded',
  'ErrorDataSizeLimitExceeded',
  'ErrorNotEnoughMemory',
  'ErrorQueryTooComplex',
  'Http408',
  'Http413',
  'Http500',
  'Http502',
  'Http503',
  'Http504',
  'Http507',
  'Http524',
  'TimedOut',
  'SocketClosed',
  'ECONNRESET',
  'ECONNABORTED',
  'AnswerTooLarge',
  'InvalidXml',
]);

/** Codes with which some servers answer a sync state that they lost: an internal error, or a time-out over it. */
export const lostSyncState: ReadonlySet<string> = new Set([
  'ErrorInternalServerError',
  'ErrorTimeoutExpired',
  'ErrorDataSourceOperation',
]);
