import type { Change } from './change-log.js';
import type { FolderInfo } from './folder.js';
import type { ItemState } from './item.js';
import type { MessageContent } from './message-content.js';

/** Who a mailbox is; everything but its folders and items. */
export interface MailboxRecord {
  /** 32 hex digits; part of every id in the mailbox. */
  readonly guid: string;
  readonly address: string;
  displayName: string;
  aliases: string[];
  upn: string;
  sid: string;
  /** Basic authentication as the user; without one only service accounts and delegates get in. */
  password: string | null;
  groups: string[];
  /** A disabled AD account: still receives mail, but nobody can act as it. */
  disabled: boolean;
  /** User names that may open the mailbox as delegates. */
  delegates: string[];
  /** Addresses of mailboxes that may send in this one's name; absent in the journals of older versions. */
  sendAs?: string[];
  /** Raised to make every sync state of the mailbox invalid. */
  syncEpoch: number;
  /** Highest sequence number given out. */
  seq: number;
}

/** A management scope of the ApplicationImpersonation role. */
export type Scope = { all: true } | { all: false; addresses: string[]; groups: string[] };

export interface AccountRecord {
  readonly username: string;
  password: string;
  scope: Scope;
  /** Primary address of the account's own mailbox, if it has one. */
  mailbox: string | null;
  locked: boolean;
}

export interface DeliveryRecord {
  readonly messageId: string;
  readonly recipient: string;
  /** ISO 8601. */
  readonly at: string;
  /** Outside the sandbox's domain: counted, and kept nowhere else. */
  readonly external: boolean;
}

/** Item state with the content replaced by its number in the journal. */
export type StoredState = Omit<ItemState, 'content'> & { readonly content: number };

export interface PutRecord {
  readonly o: 'put';
  readonly g: string;
  readonly folder: string;
  readonly id: string;
  readonly changeKey: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly searchKey: string;
  readonly state: StoredState;
  /** Only in a compacted journal, where the change log comes by itself. */
  readonly enteredSeq?: number;
}

export interface UpdateRecord {
  readonly o: 'upd';
  readonly g: string;
  readonly id: string;
  readonly changeKey: string;
  readonly modifiedAt: number;
  readonly kind: 'update' | 'read';
  readonly patch: Partial<StoredState>;
}

/** One line of the journal. `g` is the guid of the mailbox; `at`, in epoch ms, is absent in the journals of older versions. */
export type JournalRecord =
  | { readonly o: 'mailbox'; readonly mailbox: MailboxRecord }
  | { readonly o: 'no-mailbox'; readonly g: string }
  | { readonly o: 'account'; readonly account: AccountRecord }
  | { readonly o: 'folder'; readonly g: string; readonly folder: FolderInfo }
  | { readonly o: 'no-folder'; readonly g: string; readonly id: string; readonly at?: number }
  | { readonly o: 'content'; readonly n: number; readonly content: StoredContent }
  | PutRecord
  | UpdateRecord
  | { readonly o: 'rm'; readonly g: string; readonly id: string; readonly at?: number }
  | {
      readonly o: 'log';
      readonly g: string;
      readonly folder: string;
      readonly entries: readonly Change[];
      /** When something in the folder was changed last. */
      readonly at?: number;
    }
  | { readonly o: 'delivery'; readonly delivery: DeliveryRecord };

/** A message in JSON: its MIME when it has one (parsed again at the start), else its properties. */
export type StoredContent =
  | { readonly mime: string; readonly bcc: MessageContent['bcc'] }
  | {
      readonly fields: Omit<MessageContent, 'mime' | 'attachments'>;
      readonly attachments: readonly (Omit<MessageContent['attachments'][number], 'content'> & { content: string })[];
    };
