import type { FailureCategory } from '../failure-class.js';
import type { MailErrorKind } from '../mail-error-class.js';
import type { CodeRow } from './code-row.js';
import type { Command } from './command.js';
import type { Names } from './names.js';
import type { SetupFacts, SetupGuide } from './setup-guide.js';

/** What a person reads of a message that is not sent. */
export interface SendingWords {
  /** One line, without names. */
  readonly title: string;
  readonly cause: string;
  /** What to do, with the commands. */
  readonly remedy: string;
}

/** Who sends a message. */
export interface Sender {
  readonly mailbox: string;
  /** In whose name it was to go out; null for the mailbox's own. */
  readonly from: string | null;
}

/** What a driver can tell people of its kind of server. */
export interface ServerExplanations {
  /** The row of an error that was stored, which keeps the code and the category but not the origin; every code has one. */
  readonly rowOf: (code: string, category: FailureCategory) => CodeRow;
  /** The kind of an error that was stored. */
  readonly kindOf: (code: string) => MailErrorKind;
  /** Whether an error can have this code as far as the driver knows; servers and networks invent further ones. */
  readonly isKnown: (code: string) => boolean;
  /** What keeps a message from being sent, where that is more than the words of the code say; else null. */
  readonly sendingWords: (kind: MailErrorKind, sender: Sender) => SendingWords | null;
  /** How a person sees how far a call to the server comes. */
  readonly callCommands: (names: Names) => readonly Command[];
  /** The steps that make a server ready, in their order. */
  readonly setupGuide: (facts: SetupFacts) => SetupGuide;
}
