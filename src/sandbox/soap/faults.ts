import type { XmlElement } from '../xml/element.js';

/** Texts of Exchange for the codes the sandbox answers with; other codes get a neutral one. */
const TEXTS: Record<string, string> = {
  ErrorAccessDenied: 'Access is denied. Check credentials and try again.',
  ErrorAccountDisabled: 'The account is disabled.',
  ErrorAttachmentSizeLimitExceeded: 'The attachment size limit has been exceeded.',
  ErrorCannotEmptyFolder: 'The folder cannot be emptied.',
  ErrorCannotDeleteObject: 'The object cannot be deleted.',
  ErrorCannotUseFolderIdForItemId: 'Id must be an item Id.',
  ErrorCannotUseItemIdForFolderId: 'Id must be a folder Id.',
  ErrorChangeKeyRequired: 'The required change key is missing.',
  ErrorChangeKeyRequiredForWriteOperations: 'A change key is required for this operation.',
  ErrorContainsFilterWrongType: 'A Contains restriction can only be made for a text property.',
  ErrorContentConversionFailed: 'Content conversion failed.',
  ErrorCorruptData: 'Data is corrupt.',
  ErrorCreateItemAccessDenied: 'User must have at least folder contributor rights to create items in this folder.',
  ErrorDuplicateSOAPHeader: 'The SOAP header has a block twice.',
  ErrorEmailAddressMismatch: 'The folders of a search folder must be in its mailbox.',
  ErrorExceededConnectionCount:
    'You have exceeded the available concurrent connections for your account.  Try again once your other requests have completed.',
  ErrorDeleteDistinguishedFolder: 'Distinguished folders cannot be deleted.',
  ErrorFolderExists: 'A folder with the specified name already exists.',
  ErrorFolderNotFound: 'The specified folder could not be found in the store.',
  ErrorImpersonateUserDenied: 'The account does not have permission to impersonate the requested user.',
  ErrorInternalServerError: 'An internal server error occurred. The operation failed.',
  ErrorInvalidArgument: 'The argument is invalid.',
  ErrorInvalidExchangeImpersonationHeaderData: 'ExchangeImpersonation header is invalid.',
  ErrorInvalidIdEmpty: 'Id is empty.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorInvalidChangeKey: 'The change key is invalid.',
  ErrorInvalidExcludesRestriction: 'The bitmask of an Excludes restriction is invalid.',
  ErrorInvalidExtendedProperty: 'The extended property attribute combination is invalid.',
  ErrorInvalidExtendedPropertyValue: 'The extended property value is invalid.',
  ErrorIncorrectUpdatePropertyCount: 'An update must set exactly one property.',
  ErrorInvalidFolderTypeForOperation: 'The folder is of a type that is not valid for this operation.',
  ErrorInvalidPropertyAppend: 'Property is not valid for this operation: append.',
  ErrorInvalidPropertyDelete: 'Property is not valid for this operation: delete.',
  ErrorInvalidPagingMaxRows: 'The maximum number of rows to be returned must be positive.',
  ErrorInvalidParentFolder: 'The specified parent folder is invalid.',
  ErrorInvalidPropertyForExists: 'An Exists restriction cannot be made for this property.',
  ErrorInvalidPropertySet: 'Set action is invalid for property.',
  ErrorInvalidPropertyUpdateSentMessage: 'This property of a sent message cannot be changed.',
  ErrorInvalidRecipients: 'At least one recipient is not valid.',
  ErrorInvalidRequest: 'The request is invalid.',
  ErrorInvalidServerVersion: 'The specified server version is invalid.',
  ErrorInvalidSid: 'The SID is malformed.',
  ErrorInvalidSmtpAddress: 'The SMTP address format is invalid.',
  ErrorInvalidSyncStateData: 'Synchronization state data is corrupt or otherwise invalid.',
  ErrorInvalidUserPrincipalName: 'The user principal name (UPN) is not valid.',
  ErrorInvalidValueForProperty: 'The specified value is invalid for property.',
  ErrorIrresolvableConflict:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorItemSave: 'An error occurred while saving the item.',
  ErrorMessageSizeExceeded: 'The message exceeds the maximum supported size.',
  ErrorMissingEmailAddress:
    'When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.',
  ErrorMissingRecipients: 'At least one recipient must be specified.',
  ErrorMoveCopyFailed: 'The move or copy operation failed.',
  ErrorMoveDistinguishedFolder: 'Distinguished folders cannot be moved.',
  ErrorNameResolutionNoResults: 'No results were found.',
  ErrorNoFolderClassOverride: 'The folder class can only be set on a generic folder.',
  ErrorNonExistentMailbox: 'The SMTP address has no mailbox associated with it.',
  ErrorNonPrimarySmtpAddress: 'The specified SMTP address is not the primary SMTP address of the mailbox.',
  ErrorNoPropertyTagForCustomProperties:
    'Properties in the custom range, 0x8000 and greater, cannot be named by their tags.',
  ErrorObjectTypeChanged: 'The type of the object cannot be changed.',
  ErrorParentFolderNotFound: 'The specified parent folder could not be found.',
  ErrorPasswordExpired: 'The password has expired.',
  ErrorSavedItemFolderNotFound: 'The specified folder for saved items could not be found.',
  ErrorSchemaValidation: 'The request failed schema validation.',
  ErrorSendAsDenied: 'You do not have permission to send as this user.',
  ErrorServerBusy: 'The server cannot service this request right now. Try again later.',
  ErrorStaleObject:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorSubscriptionNotFound: 'The subscription was not found.',
  ErrorSyncFolderNotFound: 'The folder to synchronize could not be found.',
  ErrorTimeoutExpired: 'The request has timed out.',
  ErrorToFolderNotFound: 'The destination folder could not be found.',
  ErrorUpdatePropertyMismatch: 'Property for update does not match property in object.',
  ErrorUnsupportedMapiPropertyType: 'Extended properties of this type are not supported.',
  ErrorUnsupportedPathForQuery: 'The property can not be used with this type of restriction.',
  ErrorUnsupportedPathForSortGroup: 'The property can not be used for sorting or grouping.',
};

/** The English text that Exchange gives with a response code. */
export function textOf(code: string): string {
  return TEXTS[code] ?? `The operation failed (${code}).`;
}

type MessageValues = Readonly<Record<string, string>>;

/** Where a request violates the schema; line and position count from 1. */
export interface Violation {
  readonly line: number;
  readonly position: number;
  readonly text: string;
}

/** Fails the whole call with a SOAP fault (HTTP 500). `values` and `violation` become MessageXml. */
export class SoapFault extends Error {
  constructor(
    readonly code: string,
    message = textOf(code),
    readonly values: MessageValues = {},
    readonly violation?: Violation,
  ) {
    super(message);
  }
}

/** A schema violation at an element or one of its attributes; it becomes a `SoapFault` with its position. */
export class SchemaViolation extends Error {
  constructor(
    readonly element: XmlElement,
    message: string,
    readonly attribute?: string,
  ) {
    super(message);
  }

  /** @param source the document that the element was parsed from */
  asFault(source: string): SoapFault {
    const offset =
      this.attribute === undefined ? this.element.offset : attributeOffset(source, this.element.offset, this.attribute);
    return violationAt(source, offset, this.message);
  }
}

/** The fault for a document that violates the schema, or is not well-formed, at an offset (in UTF-16 units). */
export function violationAt(source: string, offset: number, text: string): SoapFault {
  const before = source.slice(0, offset);
  const violation = { line: before.split('\n').length, position: offset - before.lastIndexOf('\n'), text };
  return new SoapFault('ErrorSchemaValidation', `The request failed schema validation: ${text}`, {}, violation);
}

/** The position of an attribute's name in the tag at `start`; that of the tag if it is not found. */
function attributeOffset(source: string, start: number, name: string): number {
  for (let at = source.indexOf(name, start); at >= 0; at = source.indexOf(name, at + 1)) {
    if (/\s/.test(source.charAt(at - 1)) && /^\s*=/.test(source.slice(at + name.length, at + name.length + 20)))
      return at;
  }
  return start;
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
