import type { MailServerError } from './mail-error.js';

/** An item's identity on the server. The id changes when the item moves; the key on each change. */
export interface ItemRef {
  readonly id: string;
  readonly changeKey: string | null;
}

/** One row of a listing; everything but the id may be missing in what a server answers. */
export interface FoundItem extends ItemRef {
  readonly receivedAt: Date | null;
  readonly internetMessageId: string | null;
}

export type SyncChange =
  | { readonly kind: 'create' | 'update'; readonly item: FoundItem & { readonly isRead: boolean | null } }
  | { readonly kind: 'delete'; readonly itemId: string }
  | { readonly kind: 'read-flag'; readonly itemId: string; readonly isRead: boolean };

export interface MailAddress {
  readonly name: string | null;
  /** Null when the server gives a name without an SMTP address. */
  readonly address: string | null;
  /** The X.500 name in place of an address, for `resolveAddress`: `/O=CONTOSO/OU=…/CN=JDOE`. */
  readonly exchangeName?: string;
}

/** What the server knows of an item apart from its MIME. */
export interface ItemProperties {
  readonly itemClass: string | null;
  readonly internetMessageId: string | null;
  /** Hex of PidTagSearchKey (0x300B): survives moves and copies. */
  readonly searchKey: string | null;
  readonly conversationId: string | null;
  readonly receivedAt: Date | null;
  readonly sentAt: Date | null;
  readonly isRead: boolean | null;
  readonly importance: 'low' | 'normal' | 'high' | null;
  readonly size: number | null;
  readonly subject: string | null;
  readonly from: MailAddress | null;
  readonly sender: MailAddress | null;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly inReplyTo: string | null;
  readonly references: string | null;
  /** Filled by `fetchItemProperties` only, the headers also by `fetchItemHeaders`. */
  readonly textBody: string | null;
  readonly htmlBody: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly AttachmentRef[];
}

export interface AttachmentRef {
  readonly id: string;
  readonly kind: 'file' | 'item';
  readonly name: string | null;
  readonly contentType: string | null;
  readonly contentId: string | null;
  readonly isInline: boolean;
  /** Bytes as the server counts them, which includes its own overhead. */
  readonly size: number | null;
}

export interface AttachmentContent {
  readonly name: string | null;
  readonly contentType: string | null;
  readonly content: Buffer;
}

export interface FetchedItem extends ItemRef {
  /** The original message; null when the server sent none. */
  readonly mime: Buffer | null;
  readonly properties: ItemProperties;
}

export type FetchResult =
  | { readonly ok: true; readonly itemId: string; readonly item: FetchedItem }
  | { readonly ok: false; readonly itemId: string; readonly error: MailServerError };

export interface OutgoingAttachment {
  /** `message`: an attached message, whose MIME is `content`; a file when left out. */
  readonly kind?: 'file' | 'message';
  readonly name: string;
  readonly contentType: string;
  readonly contentId: string | null;
  readonly isInline: boolean;
  readonly content: Buffer;
}

/** An attachment as a saved draft holds it. */
export interface SavedAttachment {
  readonly kind: 'file' | 'message';
  /** Null when the server names none. */
  readonly name: string | null;
  /** Bytes as the server counts them; null when it does not say. */
  readonly size: number | null;
}

/** A draft as it lies on the server. */
export interface SavedDraft extends ItemRef {
  /** Null when the server does not show the marker of the draft: it has none, or the server does not keep it. */
  readonly marker: string | null;
  readonly attachments: readonly SavedAttachment[];
}

/** A message to save as a draft and send later. */
export interface OutgoingDraft {
  /** Our own id, looked up again by `findByMarker`; unique per message, printable ASCII. */
  readonly marker: string;
  /** With angle brackets. */
  readonly internetMessageId: string;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly subject: string;
  /** Exchange keeps one body and derives the other; HTML wins when both are given. */
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly OutgoingAttachment[];
  /** In whose name, where it is not the mailbox's own; the owner needs the right to send as that one. */
  readonly from?: MailAddress | null;
  readonly importance?: 'low' | 'normal' | 'high';
  /** With angle brackets, as all ids here. */
  readonly inReplyTo?: string | null;
  /** Oldest first. */
  readonly references?: readonly string[];
  readonly readReceipt?: boolean;
  readonly deliveryReceipt?: boolean;
  /** Further headers; their names are tokens, their values printable ASCII in one line. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}
