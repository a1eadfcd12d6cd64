import type {
  FetchedItem,
  FetchResult,
  FoundItem,
  ItemRef,
  OutgoingAttachment,
  OutgoingDraft,
  SavedDraft,
  SyncChange,
  AttachmentContent,
} from './mail-item.js';

/** How a connecting SID names the mailbox owner (EWS types.xsd, `ConnectingSIDType`). */
export type ConnectingSidType = 'SmtpAddress' | 'PrimarySmtpAddress' | 'PrincipalName' | 'SID';

/** Whether calls carry an impersonation header, or name the mailbox in the folder id (delegate access). */
export type MailboxAccess = 'impersonation' | 'delegation';

/** Which mailbox to open, and as whom. */
export interface MailboxIdentity {
  /** SMTP address: anchors the request to the right server and names the mailbox under delegation. */
  readonly address: string;
  readonly access: MailboxAccess;
  /** Sent as the one ConnectingSID; ignored under delegation. */
  readonly connectingSid: { readonly type: ConnectingSidType; readonly value: string };
}

/** A folder by its well-known EWS name (`DistinguishedFolderIdNameType`) or by its own id. */
export type FolderRef = { readonly distinguished: DistinguishedFolder } | { readonly id: string };
export type DistinguishedFolder =
  'inbox' | 'drafts' | 'sentitems' | 'outbox' | 'deleteditems' | 'junkemail' | 'msgfolderroot';

export interface FoundPage {
  readonly items: readonly FoundItem[];
  /** False while the server has more rows behind this page. */
  readonly last: boolean;
  /** Offset to ask for next; only meaningful while `last` is false, and not moved on by a page that lists nothing. */
  readonly nextOffset: number;
  /** Rows of the page that name no item; they stand for something that this listing does not tell. */
  readonly unreadable: number;
  /** Ids of rows older than requested, which were filtered out here because the server does not filter. */
  readonly older?: readonly string[];
  /** What the server does not support, so that it was asked in another way; null: it supports everything. */
  readonly limitation: ListingLimitation | null;
}

/** `no-restrictions`: everything is listed and filtered here, the newest first; `no-sorting`: in the server's own order. */
export type ListingLimitation = 'no-restrictions' | 'no-sorting';

export interface SyncPage {
  readonly changes: readonly SyncChange[];
  /** Opaque; must be stored in the transaction that stores the items it covers. */
  readonly syncState: string;
  readonly last: boolean;
  /** Changes of the page that name no item. The sync state has passed them, so that only another listing finds what they are. */
  readonly unreadable: number;
}

export interface FolderInfo {
  readonly id: string;
  readonly displayName: string;
  readonly totalCount: number | null;
}

/** A folder of the mailbox's folder tree. */
export interface FolderNode {
  readonly id: string;
  /** Null for the children of the root of the folders that people see (msgfolderroot). */
  readonly parentId: string | null;
  readonly displayName: string;
  /** `IPF.Note` for mail; null when the server names none. */
  readonly folderClass: string | null;
  /** Which well-known folder it is; null for all others. Display names are in the owner's language. */
  readonly distinguished: DistinguishedFolder | null;
}

/** Where a message carrying our marker was found. */
export interface MarkedItem extends ItemRef {
  readonly folder: 'sentitems' | 'outbox' | 'drafts';
}

/** Cancels the calls of one run; every method takes it and rejects with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * One mailbox, opened as its owner. Every method makes its own calls, none keeps state on the
 * server. All reject with `MailServerError` (mail-error.ts) and nothing else, but for an abort.
 */
export interface MailboxSession {
  /** The cheapest call that proves the right to act as this mailbox: reads the folder's own properties. */
  openFolder(folder: FolderRef, options?: CallOptions): Promise<FolderInfo>;

  /** The whole tree of folders below msgfolderroot. */
  listFolders(options?: CallOptions): Promise<FolderNode[]>;

  /**
   * Items received at or after `since`, oldest first where the server sorts (see `limitation`). An error for
   * which `queryRefusal` (mail-error-class.ts) has a reason means that the server lists nothing by date.
   * @param page `offset` in items from the start of the result, `limit` at most 1000.
   */
  findReceivedSince(
    folder: FolderRef,
    since: Date,
    page: { offset: number; limit: number },
    options?: CallOptions,
  ): Promise<FoundPage>;

  /** How many items were received at or after `from` and before `to`; null when the server does not say. */
  countReceivedBetween(folder: FolderRef, from: Date, to: Date, options?: CallOptions): Promise<number | null>;

  /** Changes since `syncState` (null: from the beginning); `limit` 1 to 512. */
  syncFolder(folder: FolderRef, syncState: string | null, limit: number, options?: CallOptions): Promise<SyncPage>;

  /** Full content with MIME, one result per id in the order asked; an item's own error does not reject the call. */
  fetchItems(itemIds: readonly string[], options?: CallOptions): Promise<FetchResult[]>;

  /** What the headers and the server tell of items, without MIME, bodies and attachments; results as of `fetchItems`. */
  fetchItemHeaders(itemIds: readonly string[], options?: CallOptions): Promise<FetchResult[]>;

  /**
   * The same by properties, without MIME: for items whose MIME the server cannot produce.
   * Attachments are listed in `properties.attachments`; read each by `fetchAttachment`.
   */
  fetchItemProperties(itemId: string, options?: CallOptions): Promise<FetchedItem>;
  fetchAttachment(attachmentId: string, options?: CallOptions): Promise<AttachmentContent>;

  /** The SMTP address for an `exchangeName`; null if the directory has no match. */
  resolveAddress(exchangeName: string, options?: CallOptions): Promise<string | null>;

  /**
   * Saves the message in Drafts without sending it, carrying `draft.marker` in a named property. Only a
   * complete draft has the marker: one that a crash cut short is not found by it.
   */
  saveDraft(draft: OutgoingDraft, options?: CallOptions): Promise<ItemRef>;
  /** A draft by its id, with its current change key; null when no item has the id (any longer). */
  readDraft(itemId: string, options?: CallOptions): Promise<SavedDraft | null>;
  /** Adds attachments to a saved draft. @returns its new change key, as far as the server names one */
  addAttachments(draft: ItemRef, attachments: readonly OutgoingAttachment[], options?: CallOptions): Promise<ItemRef>;
  /** Sends a saved draft and keeps the copy in Sent Items; the change key must be current. */
  sendDraft(ref: ItemRef, options?: CallOptions): Promise<void>;
  /**
   * Every item in Sent Items, Outbox and Drafts that carries the marker, in that order. Nothing found means
   * that nothing is there: where the server does not let itself be searched, this rejects.
   */
  findByMarker(marker: string, options?: CallOptions): Promise<MarkedItem[]>;
  /** Deletes for good (HardDelete); succeeds when the item is already gone. */
  deleteItem(itemId: string, options?: CallOptions): Promise<void>;
}

/** A connection to one server with one service account's credentials; shared by all its mailboxes. */
export interface MailServer {
  /** Opens a mailbox; no network traffic. */
  openMailbox(identity: MailboxIdentity): MailboxSession;
  /** Closes idle connections; calls under way are cut. */
  close(): Promise<void>;
}
