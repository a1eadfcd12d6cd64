/** Texts of Exchange for the codes the sandbox answers with; other codes get a neutral one. */
const TEXTS: Record<string, string> = {
  ErrorAccessDenied: 'Access is denied. Check credentials and try again.',
  ErrorAccountDisabled: 'The account is disabled.',
  ErrorAttachmentSizeLimitExceeded: 'The attachment size limit has been exceeded.',
  ErrorCannotDeleteObject: 'The object cannot be deleted.',
  ErrorChangeKeyRequired: 'The required change key is missing.',
  ErrorChangeKeyRequiredForWriteOperations: 'A change key is required for this operation.',
  ErrorContentConversionFailed: 'Content conversion failed.',
  ErrorCorruptData: 'Data is corrupt.',
  ErrorCreateItemAccessDenied: 'User must have at least folder contributor rights to create items in this folder.',
  ErrorExceededConnectionCount:
    'You have exceeded the available concurrent connections for your account.  Try again once your other requests have completed.',
  ErrorFolderExists: 'A folder with the specified name already exists.',
  ErrorFolderNotFound: 'The specified folder could not be found in the store.',
  ErrorImpersonateUserDenied: 'The account does not have permission to impersonate the requested user.',
  ErrorInternalServerError: 'An internal server error occurred. The operation failed.',
  ErrorInvalidArgument: 'The argument is invalid.',
  ErrorInvalidExchangeImpersonationHeaderData: 'ExchangeImpersonation header is invalid.',
  ErrorInvalidIdEmpty: 'Id is empty.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorInvalidChangeKey: 'The change key is invalid.',
  ErrorInvalidRecipients: 'At least one recipient is not valid.',
  ErrorInvalidRequest: 'The request is invalid.',
  ErrorInvalidServerVersion: 'The specified server version is invalid.',
  ErrorInvalidSid: 'The SID is malformed.',
  ErrorInvalidSmtpAddress: 'The SMTP address format is invalid.',
  ErrorInvalidSyncStateData: 'Synchronization state data is corrupt or otherwise invalid.',
  ErrorInvalidUserPrincipalName: 'The user principal name (UPN) is not valid.',
  ErrorIrresolvableConflict:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorItemSave: 'An error occurred while saving the item.',
  ErrorMessageSizeExceeded: 'The message exceeds the maximum supported size.',
  ErrorMissingEmailAddress:
    'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.',
  ErrorMissingRecipients: 'At least one recipient must be specified.',
  ErrorNameResolutionNoResults: 'No results were found.',
  ErrorNonExistentMailbox: 'The SMTP address has no mailbox associated with it.',
  ErrorNonPrimarySmtpAddress: 'The specified SMTP address is not the primary SMTP address of the mailbox.',
  ErrorPasswordExpired: 'The password has expired.',
  ErrorSchemaValidation: 'The request failed schema validation.',
  ErrorSendAsDenied: 'You do not have permission to send as this user.',
  ErrorServerBusy: 'The server cannot service this request right now. Try again later.',
  ErrorStaleObject:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorSubscriptionNotFound: 'The subscription was not found.',
  ErrorTimeoutExpired: 'The request has timed out.',
};

/** The English text that Exchange gives with a response code. */
export function textOf(code: string): string {
  return TEXTS[code] ?? `The operation failed (${code}).`;
}

export type MessageValues = Readonly<Record<string, string>>;

/** Ends the whole call with a SOAP fault (HTTP 500). `values` become MessageXml. */
export class SoapFault extends Error {
  constructor(
    readonly code: string,
    message = textOf(code),
    readonly values: MessageValues = {},
  ) {
    super(message);
  }
}

/** Fails one item, folder or attachment of a call: a response message of class Error inside HTTP 200. */
export class ItemError extends Error {
  constructor(
    readonly code: string,
    message = textOf(code),
    readonly values: MessageValues = {},
  ) {
    super(message);
  }
}

export const schemaFault = (detail: string): SoapFault =>
  new SoapFault('ErrorSchemaValidation', `The request failed schema validation: ${detail}`);
