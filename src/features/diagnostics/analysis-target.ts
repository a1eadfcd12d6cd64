import type { AddressSetter } from '../profiles/server-address-rules.js';
import type { ConnectingSidType, MailboxAccess } from '../../drivers/port/mail-server.js';

/** A mailbox to open. */
export interface TargetMailbox {
  readonly address: string;
  /** What names its owner, of the kind that the target's `connectingSidType` says. */
  readonly connectingSid: string;
}

/** What an analysis looks at; holds a password, so never to be shown or logged. */
export interface AnalysisTarget {
  /** Null: to be found by Autodiscover. */
  readonly ewsUrl: string | null;
  /** Who set the address, or requested Autodiscover. */
  readonly addressSetBy: AddressSetter;
  readonly auth: { readonly type: 'basic'; readonly username: string; readonly password: string };
  /** PEM certificates to trust instead of the system's; null: the system's. */
  readonly ca: string | null;
  /** Hosts of other domains that Autodiscover may send the credentials to. */
  readonly trustedHosts: readonly string[];
  readonly access: MailboxAccess;
  readonly connectingSidType: ConnectingSidType;
  /** Null: the server is looked at, and the canary opened, but no mailbox is written to. */
  readonly mailbox: TargetMailbox | null;
  /** A mailbox that should work, to compare with. */
  readonly canary: TargetMailbox | null;
  readonly sendToSelf: boolean;
}
