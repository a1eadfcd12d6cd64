import type { StoredFailure } from '../failures/failure.js';

/** What a notification is sent for. */
type NotificationOccasion =
  | 'opened'
  /** The set of mailboxes grew, or it simply lasts. */
  | 'digest'
  | 'recovered'
  /** To the escalation contact: nobody has taken it up. */
  | 'escalated';

/** How far the trouble reaches: `server` is a host that several profiles of the owner share; `notice` stops no mail. */
type NotificationReach = 'mailbox' | 'profile' | 'server' | 'notice';

/** What was being done when the trouble arose. */
interface NotifiedWork {
  readonly activity: 'receiving' | 'sending' | 'test' | 'first-import';
  /** Of the message that was to be sent. */
  readonly subject?: string | null;
  readonly messageId?: string | null;
}

/** All that a notification says. What is optional may be unknown; the text does without. */
export interface NotificationFacts {
  readonly kind: NotificationOccasion;
  /** Whom it is addressed to: the owner, or the escalation contact. */
  readonly ownerName: string;
  readonly profile: {
    readonly id?: string;
    readonly name: string;
    readonly username: string;
    readonly ewsUrl: string;
  };
  readonly incident: {
    readonly id: string;
    readonly scope: NotificationReach;
    readonly failure: StoredFailure;
    readonly openedAt: Date;
    readonly closedAt: Date | null;
    /** Mailboxes that it ever stopped. */
    readonly affected: number;
    /** Mailboxes that stand still now. */
    readonly stopped?: number | null;
  };
  /** A few of the mailboxes that stand still, or stood. */
  readonly mailboxes: readonly string[];
  /** Their ids, in the same order. */
  readonly mailboxIds?: readonly string[];
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** Of a server: the names of all profiles of the owner that use it. */
  readonly profiles?: readonly string[];
  /** By default what the failure says: receiving or sending mail. */
  readonly work?: NotifiedWork | null;
  /** When this is written; a digest and an escalation tell by it how long it has lasted. */
  readonly now?: Date;
  /** Mailboxes that met the same once and are being looked at again, so that they may join. */
  readonly checking?: number;
  /** Of a digest: how many mailboxes have joined since the last message. */
  readonly newly?: number | null;
  /** Of a recovery: how many messages were fetched and sent since; null: not known. */
  readonly caughtUp?: { readonly received: number | null; readonly sent: number | null };
  /** Of an escalation: who was told, and when. */
  readonly unanswered?: { readonly ownerName: string; readonly ownerEmail: string | null; readonly toldAt: Date };
  /** A piece of the server's answer, without secrets and content of mail. */
  readonly soapExcerpt?: string | null;
}
