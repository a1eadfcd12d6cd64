import type { ExtendedValue } from './extended-value.js';
import type { OrderedFolder } from './folder.js';
import type { MessageContent } from './message-content.js';

/** The numbers of PidTagFlagStatus, which is absent from an item without a flag. */
export const FLAG_STATUS = { NotFlagged: 0, Complete: 1, Flagged: 2 };
export type FlagStatus = keyof typeof FLAG_STATUS;

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
  flagStatus: FlagStatus;
  /** By the canonical key of `items/extended-field.ts`. */
  extended: Readonly<Record<string, ExtendedValue>>;
  /** Absent if none was ever set. */
  reminder?: Reminder;
}

/** A reminder of a message: due at epoch milliseconds. */
export interface Reminder {
  readonly isSet: boolean;
  readonly dueBy?: number;
  readonly minutesBefore?: number;
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
