import type { OrderedFolder } from './folder.js';
import type { MessageContent } from './message-content.js';

/** One extended (MAPI) property as a client wrote it; `values` has one entry unless the type is an array. */
export interface ExtendedValue {
  readonly type: string;
  readonly values: readonly string[];
}

/** The part of an item that an update may change. Times are epoch milliseconds. */
export interface ItemState {
  content: MessageContent;
  itemClass: string;
  receivedAt: number;
  isRead: boolean;
  isDraft: boolean;
  isSubmitted: boolean;
  /** Sent by the mailbox's owner (MSGFLAG_FROMME). */
  isFromMe: boolean;
  categories: readonly string[];
  flagStatus: 'NotFlagged' | 'Flagged' | 'Complete';
  /** By the canonical key of `items/extended-field.ts`. */
  extended: Readonly<Record<string, ExtendedValue>>;
}

export type Folder = OrderedFolder<Item>;

export interface Item extends ItemState {
  /** Changes when the item moves. */
  readonly id: string;
  changeKey: string;
  readonly folder: Folder;
  readonly createdAt: number;
  modifiedAt: number;
  /** PidTagSearchKey, base64 of 16 bytes: the same for all copies and after each move. */
  readonly searchKey: string;
  /** The mailbox's sequence number at which it came into this folder. */
  readonly enteredSeq: number;
}

/** Approximate PidTagMessageSize in bytes. */
export function itemSize(item: ItemState): number {
  const { content } = item;
  if (content.mime) return content.mime.length;
  const attachments = content.attachments.reduce((sum, attachment) => sum + attachment.content.length, 0);
  return 600 + content.subject.length + (content.text?.length ?? 0) + (content.html?.length ?? 0) + attachments;
}
