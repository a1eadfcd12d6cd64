import type { Caller } from '../access/authentication.js';
import type { MissingFolderCode } from '../behaviour.js';
import type { MailFlow } from '../mail-flow/mail-flow.js';
import type { AnswerStyle } from '../soap/envelope.js';
import type { Mailbox } from '../store/mailbox.js';
import type { Organisation } from '../store/organisation.js';
import type { Subscriptions } from '../streaming/subscriptions.js';
import type { XmlElement } from '../xml/element.js';

/** What an operation knows about the call it answers. */
export interface Call {
  readonly organisation: Organisation;
  readonly mailFlow: MailFlow;
  readonly subscriptions: Subscriptions;
  readonly caller: Caller;
  /** Acts as its owner; null for an account without a mailbox that does not impersonate. */
  readonly mailbox: Mailbox | null;
  readonly impersonating: boolean;
  readonly style: Readonly<AnswerStyle>;
  readonly findCountLimit: number;
  /** The code for a missing folder, in operations without a code of their own; servers differ. */
  readonly missingFolder: MissingFolderCode;
}

/** Answers with the operation's response element. */
export type Operation = (call: Call, request: XmlElement) => string | Promise<string>;
