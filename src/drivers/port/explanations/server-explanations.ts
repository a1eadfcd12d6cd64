import type { FailureCategory } from '../failure-class.js';
import type { MailErrorKind } from '../mail-error-class.js';
import type { CodeRow } from './code-row.js';
import type { Command } from './command.js';
import type { Names } from './names.js';
import type { SetupFacts, SetupGuide } from './setup-guide.js';

/** What a driver can tell people of its kind of server. */
export interface ServerExplanations {
  /** The row of an error that was stored, which keeps the code and the category but not the origin; every code has one. */
  readonly rowOf: (code: string, category: FailureCategory) => CodeRow;
  /** The kind of an error that was stored. */
  readonly kindOf: (code: string) => MailErrorKind;
  /** Whether an error can have this code as far as the driver knows; servers and networks invent further ones. */
  readonly isKnown: (code: string) => boolean;
  /** How a person sees how far a call to the server comes. */
  readonly callCommands: (names: Names) => readonly Command[];
  /** The steps that make a server ready, in their order. */
  readonly setupGuide: (facts: SetupFacts) => SetupGuide;
}
