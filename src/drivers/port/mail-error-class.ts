import type { FailureCategory, FailureRetry, FailureScope } from './failure-class.js';

/** What an error says, where more is decided by it than by its category, scope and retry. */
export type MailErrorKind =
  /** The server does not know the item: moved, deleted, or not known yet by the id that was just listed. */
  | 'item-gone'
  /** The folder, or the one that it lies in, is not there any more. */
  | 'folder-gone'
  /** The server does not take the id for one of its own, or knows nothing by it: of an item or of a folder. */
  | 'unknown-id'
  /** The item is another version than the one that was meant (a change key that is out of date). */
  | 'item-changed'
  /** The place up to which a folder was read is no longer valid; the folder is read anew. */
  | 'sync-state-invalid'
  /** The folder or item at hand is closed to the mailbox; others of it may be open. */
  | 'access-denied'
  /** The service account may not act as the mailbox, or the server could not let it. */
  | 'impersonation-denied'
  /** The name and password were refused: each further try may count towards a lock-out. */
  | 'credentials-refused'
  /** The mailbox may not send in the name that the message has. */
  | 'send-as-denied'
  /** The mailbox may send no more for now; it goes on receiving. */
  | 'sending-quota'
  /** A recipient that the server does not know or accept. */
  | 'recipient-unknown'
  /** The message or an attachment is larger than the server takes. */
  | 'message-too-large'
  /** The message has more recipients than the server allows. */
  | 'too-many-recipients'
  /** No connection came about, so that the request was not sent. */
  | 'not-connected'
  /** Anything else: category, scope and retry are all that is decided by. */
  | 'other';

/** What a refused query may have been refused for. */
export type QueryRefusal = 'restriction' | 'sort-order' | 'unknown';

/** What an error means, as the driver judges it: the codes of a kind of server are its driver's alone. */
export interface MailErrorClass {
  readonly kind: MailErrorKind;
  readonly category: FailureCategory;
  readonly scope: FailureScope;
  readonly retry: FailureRetry;
  /** Whether the server, or what lies before it, may have run out of time, memory or patience: less at once may come through. */
  readonly mayBeTooMuch: boolean;
  /** Whether a server may answer so to a sync state that it lost, besides to other trouble. */
  readonly mayBeSyncState: boolean;
  /**
   * What the server may accept the same query without; null when the error is about something else. A server may
   * refuse what others support: restrictions on a property, sorting, traversal of a whole tree.
   */
  readonly queryRefusal: QueryRefusal | null;
}
