/**
 * Whether a server's error code says that a change was refused before any of it happened. The
 * features resend at once after a refusal, and look on the server first after anything else, so a
 * code that may come after the effect (a time limit, an internal error, a lost store) is not here. Nor
 * is ErrorItemNotFound: a draft that is gone may have been sent.
 */
export function isRefusal(code: string): boolean {
  return EXACT.has(code) || PATTERNS.some((pattern) => pattern.test(code));
}

const PATTERNS = [
  /^ErrorInvalid/,
  /^ErrorImpersonat/,
  /AccessDenied$/,
  /^ErrorCannot/,
  /^ErrorUnsupported/,
  /^ErrorMissing/,
  /Required$/,
  /QuotaExceeded$/,
];

const EXACT = new Set([
  'ErrorAccountDisabled',
  'ErrorAttachmentSizeLimitExceeded',
  'ErrorCallerIsInvalidADAccount',
  'ErrorExceededConnectionCount',
  'ErrorExceededSubscriptionCount',
  'ErrorFolderNotFound',
  'ErrorIncorrectSchemaVersion',
  'ErrorIrresolvableConflict',
  'ErrorMailboxMoveInProgress',
  'ErrorMailRecipientNotFound',
  'ErrorMessageSizeExceeded',
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
