import type { MailboxSession } from '../../../src/drivers/port/mail-server.js';

/** Mail as it comes from outside. Times are ISO 8601. */
export interface Delivered {
  readonly count?: number;
  readonly folder?: 'inbox' | 'junkemail';
  /** Of the first; each further one comes a second later. */
  readonly receivedAt?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly isRead?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly {
    readonly name: string;
    readonly content: Buffer;
    readonly contentType: string;
    readonly contentId: string;
    readonly inline: boolean;
  }[];
}

/** What becomes of the next call. */
export type Trouble =
  /** The server asks for quiet, for so many ms. */
  | { readonly busyMs: number }
  /** It is carried out, and the answer is lost on its way. */
  | 'lost-answer'
  /** Something in between answers, which is no mail server. */
  | 'web-page'
  /** The server is there, and its store is not. */
  | 'unavailable';

/**
 * A server with the mailboxes of a small company, a driver that is connected to it, and what happens there without the
 * driver. Ids are those that the driver knows items and folders by.
 */
export interface PortWorld {
  /** Addresses of two mailboxes that the service account may open, both empty. */
  readonly alice: string;
  readonly bob: string;
  /** Whether the server shows a text beside the HTML of a message. */
  readonly showsText: boolean;
  open(address: string): MailboxSession;
  /** The same mailbox by an account whose password is wrong. */
  openWithWrongPassword(address: string): MailboxSession;

  /** @returns the ids, in the order in which the messages came */
  deliver(address: string, mail?: Delivered): Promise<string[]>;
  deliverMime(address: string, mime: Buffer, receivedAt: string): Promise<string>;
  addFolder(address: string, name: string, parentId?: string): string;
  removeFolder(address: string, id: string): void;
  markRead(address: string, itemId: string): void;
  deleteItem(address: string, itemId: string): void;
  moveToJunk(address: string, itemId: string): void;
  /** The server can produce the item no more, and says so whenever it is asked for. */
  makeUnreadable(address: string, itemId: string): void;
  /** The places up to which folders were read are no longer valid. */
  loseSyncStates(address: string): void;

  /** The next call that `during` makes, and no other, meets the trouble. */
  trouble(trouble: Trouble, during: 'saveDraft' | 'sendDraft' | 'openFolder'): void;
  /** Takes the right to open the mailbox from the service account. */
  deny(address: string): void;

  /** To whom the server delivered a message, by address, in alphabetical order. */
  recipientsOf(internetMessageId: string): string[];
  close(): Promise<void>;
}
