import type { Names } from '../remedies/names.js';
import { family, row, type CodeRows, type FailureClass, type Words } from './code-row.js';
import { unsupportedQuery } from './unsupported-query.js';

const item: FailureClass = ['client-bug', 'item', 'never'];
const folder: FailureClass = ['client-bug', 'mailbox', 'never'];
const request: FailureClass = ['client-bug', 'server', 'never'];

const report = 'Report it with the technical details; the fault is more likely in Postroom than in your server.';

const wrongKind = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `One entry of ${mailbox} was used in a way that its kind does not allow. Others are not affected.`,
  advice: report,
});

const wrongId = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The server does not take the id by which an item or folder of ${mailbox} was named.`,
  causes: [
    'The mailbox was moved or restored, and ids from before are not valid any more.',
    'The id was cut short or changed on its way.',
  ],
  advice: `Nothing at first: ids are learnt anew by the next sync. If it stays: ${report.charAt(0).toLowerCase()}${report.slice(1)}`,
});

const folderUse = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `A folder of ${mailbox} does not allow what was asked of it.`,
  causes: ['The folders chosen for the mailbox hold one of a special kind.'],
  advice: 'Check the folders of the mailbox here. If they are ordinary ones, report it with the technical details.',
});

const version = ({ Server }: Names): Omit<Words, 'title'> => ({
  meaning: `${Server} is older than the version of EWS that Postroom spoke to it. Postroom steps down a version and remembers it.`,
  causes: ['The server was replaced by, or the mailbox moved to, one of an older version.'],
  advice: 'Nothing. If it comes for every call, report it with the server’s version.',
});

const malformed = ({ Server }: Names): Omit<Words, 'title'> => ({
  meaning: `${Server} does not accept the form of a request.`,
  causes: [
    'A message holds something that Postroom writes in a way the server does not take.',
    'A proxy or gateway changes requests on the way.',
  ],
  advice: report,
});

const sending = ({ mailbox }: Names): Omit<Words, 'title'> => ({
  meaning: `The server does not accept how a message of ${mailbox} was to be made or sent.`,
  advice: report,
});

const query = ({ Server }: Names): Omit<Words, 'title'> => ({
  meaning: `${Server} does not accept a property, a filter or a range that a request named.`,
  advice: report,
});

const lookup = (): Omit<Words, 'title'> => ({
  meaning: 'This is the result of looking up a name, and not a failure of mail.',
  advice: 'Nothing, or write the name or address in full.',
});

/** Requests that the server does not understand or accept: mostly faults of ours. */
export const requestCodes: CodeRows = {
  ...family(item, wrongKind, {
    ErrorCannotCreateContactInNonContactFolder: 'A contact can be made in a folder of contacts only',
    ErrorCannotCreatePostItemInNonMailFolder: 'A post can be made in a folder of mail only',
    ErrorCannotCreateTaskInNonTaskFolder: 'A task can be made in a folder of tasks only',
    ErrorDistributionListMemberNotExist: 'The member is not in the distribution list',
    ErrorInvalidContactEmailAddress: 'The e-mail address of the contact is not valid',
    ErrorInvalidContactEmailIndex: 'The contact has no e-mail address of that number',
    ErrorInvalidItemForOperationExpandDL: 'This is no distribution list that could be expanded',
    ErrorInvalidMailbox: 'The mailbox that an entry names is not valid',
    ErrorInvalidNameForNameResolution: 'The name to look up is not valid',
    ErrorInvalidRoutingType: 'The kind of an address is not valid',
    ErrorResolveNamesInvalidFolderType: 'Names can be looked up in folders of contacts only',
    ErrorResolveNamesOnlyOneContactsFolderAllowed: 'Names can be looked up in one folder of contacts only',
  }),
  ...family(item, wrongId, {
    ErrorCannotUseFolderIdForItemId: 'The id of a folder stands where that of an item belongs',
    ErrorCannotUseItemIdForFolderId: 'The id of an item stands where that of a folder belongs',
    ErrorInvalidChangeKey: 'The server does not know that version of the item',
    ErrorInvalidFolderId: 'The id of the folder is not valid',
    ErrorInvalidId: 'The id is not valid',
    ErrorInvalidIdEmpty: 'The id is empty',
    ErrorInvalidIdMalformed: 'The id is malformed',
    ErrorInvalidIdMalformedEwsLegacyIdFormat: 'The id of the older form is malformed',
    ErrorInvalidIdMonikerTooLong: 'The id is longer than ids can be',
    ErrorInvalidIdReturnedByResolveNames: 'An id from looking up names cannot be used here',
    ErrorInvalidIdStoreObjectIdTooLong: 'The id of the store is longer than ids can be',
    ErrorInvalidIdXml: 'The id is not written as it should be',
  }),
  ...family(folder, folderUse, {
    ErrorCannotGetSourceFolderPath: 'The path of the folder cannot be found out',
    ErrorDeleteDistinguishedFolder: 'A folder of the system cannot be deleted',
    ErrorDuplicateInputFolderNames: 'Two folders were given the same name',
    ErrorFolderSave: 'The folder could not be saved',
    ErrorFolderSaveFailed: 'Saving the folder failed',
    ErrorFolderSavePropertyError: 'The folder could not be saved because of one of its properties',
    ErrorInvalidFolderTypeForOperation: 'The folder is of the wrong kind for this',
    ErrorInvalidParentFolder: 'The parent folder is not valid',
    ErrorMoveDistinguishedFolder: 'A folder of the system cannot be moved',
    ErrorNoFolderClassOverride: 'The kind of a folder cannot be set here',
    ErrorOperationNotAllowedWithPublicFolderRoot: 'The root of the public folders does not allow this',
  }),
  ...family(['client-bug', 'server', 'immediately'], version, {
    ErrorIncorrectSchemaVersion: 'The server speaks an older version of EWS',
    ErrorInvalidSchemaVersionForMailboxVersion: 'The mailbox lives on a server with an older version of EWS',
    ErrorInvalidServerVersion: 'The server does not know the version of EWS that was asked for',
  }),
  ErrorContentIndexingNotEnabled: row(request, (of) => ({
    title: 'The mailbox database has no search index',
    meaning: `${of.Server} cannot search by words, because content indexing is off for the database of ${of.mailbox}.`,
    advice: 'Postroom needs no index for mail. Switch it on for the database if Outlook searches are slow too.',
  })),
  ErrorFolderExists: row(request, ({ mailbox }) => ({
    title: 'A folder of that name exists already',
    meaning: `A folder that was to be made in ${mailbox} is there already, and is used as it is.`,
    advice: 'Nothing.',
    selfHealing: true,
  })),
  ErrorSchemaValidation: row(request, (of) => ({
    title: 'The server finds the request malformed',
    ...malformed(of),
    meaning: `${of.Server} compared a request with the rules of EWS and refused it${of.value('Violation') ? ` (${of.value('Violation')})` : ''}.`,
  })),
  ...family(request, malformed, {
    ErrorInvalidArgument: 'A value in the request is not valid',
    ErrorInvalidOperation: 'The server does not allow this operation here',
    ErrorInvalidRequest: 'The server finds the request not valid',
    ErrorMessageDispositionRequired: 'The request does not say whether to save or to send',
    ErrorMissingArgument: 'A value is missing in the request',
    ErrorDuplicateSOAPHeader: 'A header stands in the request twice',
  }),
  ...family(request, lookup, {
    ErrorNameResolutionMultipleResults: 'The name fits several entries',
    ErrorNameResolutionNoResults: 'The name fits no entry',
  }),
  ...family(request, sending, {
    ErrorInvalidItemForOperationCreateItem: 'An item of this kind cannot be made in this way',
    ErrorInvalidItemForOperationCreateItemAttachment: 'An item of this kind cannot be attached',
    ErrorInvalidItemForOperationSendItem: 'An item of this kind cannot be sent',
    ErrorInvalidSendItemSaveSettings: 'The request contradicts itself about saving a copy',
    ErrorMissingItemForCreateItemAttachment: 'The item to attach is missing',
    ErrorRequiredPropertyMissing: 'A property that the server needs is missing',
  }),
  ...family(request, unsupportedQuery, {
    ErrorUnsupportedPathForQuery: 'The server cannot search by this property',
    ErrorUnsupportedPathForSortGroup: 'The server cannot sort by this property',
    ErrorUnsupportedQueryFilter: 'The server does not support this filter',
    ErrorRestrictionTooLong: 'The condition of the search is too long',
    ErrorRestrictionTooComplex: 'The condition of the search is too complex',
    ErrorQueryFilterTooLong: 'The filter of the query is too long',
  }),
  ...family(request, query, {
    ErrorInvalidPushSubscriptionUrl: 'The address for pushed notifications is not valid',
    ErrorInvalidSubscriptionRequest: 'The request for a subscription is not valid',
    ErrorADSessionFilter: 'The filter for the directory is not valid',
    ErrorContainsFilterWrongType: 'Text was looked for in a property that is no text',
    ErrorEmailAddressMismatch: 'Two addresses in the request do not agree',
    ErrorIncorrectUpdatePropertyCount: 'A change names more or less than one property',
    ErrorInvalidAttachmentSubfilter: 'The filter for attachments is not valid',
    ErrorInvalidAttachmentSubfilterTextFilter: 'The text filter for attachments is not valid',
    ErrorInvalidExcludesRestriction: 'A filter that excludes bits is not valid',
    ErrorInvalidExtendedProperty: 'The name of an extended property is not valid',
    ErrorInvalidExtendedPropertyValue: 'The value of an extended property is not valid',
    ErrorInvalidFractionalPagingParameters: 'The page of a list, given as a fraction, is not valid',
    ErrorInvalidIndexedPagingParameters: 'The page of a list is not valid',
    ErrorInvalidPagingMaxRows: 'The size of a page is not valid',
    ErrorInvalidPropertyAppend: 'Nothing can be appended to this property',
    ErrorInvalidPropertyDelete: 'This property cannot be deleted',
    ErrorInvalidPropertyForExists: 'Whether this property exists cannot be asked',
    ErrorInvalidPropertyForOperation: 'The property does not fit the operation',
    ErrorInvalidPropertySet: 'This property cannot be set',
    ErrorInvalidRecipientSubfilter: 'The filter for recipients is not valid',
    ErrorInvalidRecipientSubfilterComparison: 'The comparison in the filter for recipients is not valid',
    ErrorInvalidRecipientSubfilterOrder: 'The order in the filter for recipients is not valid',
    ErrorInvalidRecipientSubfilterTextFilter: 'The text filter for recipients is not valid',
    ErrorInvalidValueForProperty: 'The value does not fit the property',
    ErrorMailboxScopeNotAllowedWithoutQueryString: 'A search over mailboxes needs words to search for',
    ErrorNoPropertyTagForCustomProperties: 'A custom property has no tag to be named by',
    ErrorResultSetTooBig: 'The result is larger than the server gives out',
    ErrorUpdatePropertyMismatch: 'A change names one property and gives another',
    ErrorUnsupportedCulture: 'The server does not know the language',
    ErrorUnsupportedMapiPropertyType: 'The server does not support properties of this type',
    ErrorValueOutOfRange: 'A value is out of range',
  }),
};
