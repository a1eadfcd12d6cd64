/**
 * In what the server differs from Exchange, each a switch of its own. All of them were seen on servers of other
 * vendors, most of them on one and the same.
 */
export interface Quirks {
  /** `SOAP:` for the envelope, no prefix for the messages, and another one for the types. */
  readonly foreignPrefixes: boolean;
  /** `m:Responses` around the response messages of what changes something, and `m:x` for their names elsewhere. */
  readonly foreignWrappers: boolean;
  /** Children of one element in an order that is not that of the schema: ids last, codes after the payload. */
  readonly oddOrder: boolean;
  /** No change keys, and only what was asked for where the schema promises more; extended properties are left out. */
  readonly thinShapes: boolean;
  /** Dates have nine digits behind the second. */
  readonly nanoseconds: boolean;
  /** Faults come with HTTP 200. */
  readonly faultsWithStatus200: boolean;
  /** The code of a fault stands in its faultcode, without prefix and without a detail. */
  readonly bareFaultCodes: boolean;
  /** The client-request-id does not come back. */
  readonly noRequestIdEcho: boolean;
  /** After a request body of over 40 kB the next request on its connection is answered 400, or the connection is cut. */
  readonly largeBodyBreaksNext: '400' | 'cut' | null;
  /** Every so-manieth answer comes a second time on its connection, 1 to 20 ms later. */
  readonly answersTwice: number | null;

  /** The fault for an address that has no mailbox. */
  readonly unknownUserCode: string;
  /** The fault for a mailbox that the service account may not act as. */
  readonly deniedCode: string;
  /** Addresses in answers and in MIME have capitals. */
  readonly addressesInCapitals: boolean;
  /** Long ids with characters that need escaping, some of which differ only in case. */
  readonly strangeIds: boolean;
  /** Every third message is stored as received in the year 2185. */
  readonly datesIn2185: boolean;

  /** GetItem answers in the opposite order. */
  readonly itemsInOtherOrder: boolean;
  /** GetItem leaves out the items beyond this number. */
  readonly leavesItemsOutAfter: number | null;
  /** GetItem answers ErrorServerBusy for each item beyond this number. */
  readonly busyAfterItems: number | null;
  /** MIME is written anew at each request: other boundaries, and no Received and X- headers. */
  readonly regeneratedMime: boolean;

  /** FindItem with this in its restriction is refused: one on extended properties, one on dates, any. */
  readonly refusesRestrictions: 'extended' | 'dates' | 'all' | null;
  /** FindItem with a sort order is refused. */
  readonly refusesSorting: boolean;
  /** FindItem is refused, whatever is asked. */
  readonly refusesFindItem: boolean;
  /** No page of a listing is longer, whatever was asked for. */
  readonly longestPage: number | null;
  /** SyncFolderItems shows a changed read flag as an Update. */
  readonly readFlagsAsUpdates: boolean;

  /** SendItem delivers, and the draft stays in Drafts. */
  readonly draftStays: boolean;
  /** Where SendItem saves the copy that it was asked for. */
  readonly sentCopy: 'sentitems' | 'drafts' | 'none';
  /** Files of CreateItem are dropped without a word. */
  readonly dropsFilesOfCreateItem: boolean;
  /** Attached messages are dropped without a word by CreateItem, and by CreateAttachment as well. */
  readonly dropsAttachedMessages: 'of CreateItem' | 'always' | null;
  /** CreateItem and CreateAttachment name no ids of attachments, and not the item's new change key. */
  readonly noAttachmentIds: boolean;
  /** The Message-ID and the extended properties of what is created are dropped; sending makes a Message-ID. */
  readonly dropsIdsOfDrafts: boolean;
}

/** As Exchange does it. */
export const NO_QUIRKS: Quirks = {
  foreignPrefixes: false,
  foreignWrappers: false,
  oddOrder: false,
  thinShapes: false,
  nanoseconds: false,
  faultsWithStatus200: false,
  bareFaultCodes: false,
  noRequestIdEcho: false,
  largeBodyBreaksNext: null,
  answersTwice: null,
  unknownUserCode: 'ErrorNonExistentMailbox',
  deniedCode: 'ErrorImpersonateUserDenied',
  addressesInCapitals: false,
  strangeIds: false,
  datesIn2185: false,
  itemsInOtherOrder: false,
  leavesItemsOutAfter: null,
  busyAfterItems: null,
  regeneratedMime: false,
  refusesRestrictions: null,
  refusesSorting: false,
  refusesFindItem: false,
  longestPage: null,
  readFlagsAsUpdates: false,
  draftStays: false,
  sentCopy: 'sentitems',
  dropsFilesOfCreateItem: false,
  dropsAttachedMessages: null,
  noAttachmentIds: false,
  dropsIdsOfDrafts: false,
};

/** Everything at once; of what excludes each other, the worse. */
export const ALL_QUIRKS: Quirks = {
  foreignPrefixes: true,
  foreignWrappers: true,
  oddOrder: true,
  thinShapes: true,
  nanoseconds: true,
  faultsWithStatus200: true,
  bareFaultCodes: true,
  noRequestIdEcho: true,
  largeBodyBreaksNext: '400',
  answersTwice: 2,
  unknownUserCode: 'ErrorCannotFindUser',
  deniedCode: 'ErrorImpersonationFailed',
  addressesInCapitals: true,
  strangeIds: true,
  datesIn2185: true,
  itemsInOtherOrder: true,
  leavesItemsOutAfter: 4,
  busyAfterItems: 3,
  regeneratedMime: true,
  refusesRestrictions: 'all',
  refusesSorting: true,
  refusesFindItem: false,
  longestPage: 5,
  readFlagsAsUpdates: true,
  draftStays: true,
  sentCopy: 'none',
  dropsFilesOfCreateItem: true,
  dropsAttachedMessages: 'of CreateItem',
  noAttachmentIds: true,
  dropsIdsOfDrafts: true,
};
