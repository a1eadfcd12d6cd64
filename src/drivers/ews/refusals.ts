/**
 * Whether a server's error code says that a change was refused before any of it happened. The
 * features resend at once after a refusal, and look on the server first after anything else, so a
 * code that may come after the effect (a time limit, an internal error, a lost store) is not here. Nor
 * is ErrorItemNotFound: a draft that is gone may have been sent.
 * @param operation of some, codes that refuse everywhere else can speak of what comes after the effect
 */
export function isRefusal(code: string, operation = ''): boolean {
  if (operation === 'SendItem' && MAY_FOLLOW_DELIVERY.some((pattern) => pattern.test(code))) return false;
  return EXACT.has(code) || PATTERNS.some((pattern) => pattern.test(code));
}

const PATTERNS = [
  /^ErrorInvalid/,
  /^ErrorImpersonat/,
  /AccessDenied$/,
  /^ErrorCannot/,
  /^ErrorExceeded/,
  /^ErrorUnsupported/,
  /^ErrorMissing/,
  /Required$/,
  /QuotaExceeded$/,
];

/** SendItem delivers first and files the copy afterwards: these can be about the copy. */
const MAY_FOLLOW_DELIVERY = [
  /^ErrorQuotaExceeded$/,
  /^ErrorFolderNotFound$/,
  /^ErrorAccessDenied$/,
  /^ErrorCannot/,
  /^ErrorIrresolvableConflict$/,
  /^ErrorPropertyUpdate$/,
  /^ErrorInvalidFolder/,
  /^ErrorUnsupported/,
];

/** Statuses with which a web server rejects a request without processing it. */
const REFUSING = new Set([400, 401, 404, 405, 407, 411, 413, 414, 415, 417, 421, 426, 429, 431, 440, 456]);

/**
 * The same for an HTTP status without a fault. A gateway’s 5xx may follow a request that the server behind it has
 * processed. A message must not be sent twice, so for SendItem that also holds for whatever a scanner (403) or a front
 * end (a redirect to its error page) turns a response into.
 */
export function isRefusingStatus(status: number, operation: string): boolean {
  return operation === 'SendItem' ? REFUSING.has(status) : status < 500;
}

const EXACT = new Set([
  'ErrorAccountDisabled',
  'ErrorAttachmentSizeLimitExceeded',
  'ErrorCallerIsInvalidADAccount',
  'ErrorFolderNotFound',
  'ErrorIncorrectSchemaVersion',
  'ErrorIrresolvableConflict',
  'ErrorMailboxMoveInProgress',
  'ErrorMailRecipientNotFound',
  'ErrorMessageSizeExceeded',
  'ErrorMessageSubmissionBlocked',
  'ErrorNonExistentMailbox',
  'ErrorNonPrimarySmtpAddress',
  'ErrorPasswordExpired',
  'ErrorPropertyUpdate',
  'ErrorQuotaExceeded',
  'ErrorRecipientNotFound',
  'ErrorSchemaValidation',
  'ErrorSendAsDenied',
  'ErrorServerBusy',
  'ErrorStaleObject',
  'ErrorTokenSerializationDenied',
  'ErrorTooManyObjectsOpened',
]);

/**
 * Whether a code says that the request came to a server that does not hold the mailbox (any more), so that
 * cookies leading there are of no use.
 */
export function isMisrouted(code: string): boolean {
  return MISROUTED.has(code) || /^ErrorWrongServer/.test(code) || /^ErrorNo\w*CAS/.test(code);
}

const MISROUTED = new Set([
  'ErrorConnectionFailed',
  'ErrorConnectionFailedTransientError',
  'ErrorCrossSiteRequest',
  'ErrorMailboxFailover',
  'ErrorMailboxLogonFailed',
  'ErrorMailboxMoveInProgress',
  'ErrorMailboxStoreUnavailable',
  'ErrorMultiLegacyMailboxAccess',
  'ErrorProxyCallFailed',
  'ErrorProxyRequestNotAllowed',
  'ErrorProxyRequestProcessingFailed',
  'ErrorProxyServiceDiscoveryFailed',
  'ErrorProxyTokenExpired',
  'ErrorServiceDiscoveryFailed',
]);
