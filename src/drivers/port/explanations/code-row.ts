import type { FailureCategory, FailureClass, FailureRetry, FailureScope } from '../failure-class.js';
import type { Command } from './command.js';
import type { Names } from './names.js';

/** What a person is told. Sentences end with a full stop; the title is no sentence, and has no names. */
export interface Words {
  readonly title: string;
  /** What happened, and what it means. */
  readonly meaning: string;
  /** Most likely first; none where `meaning` says all there is. */
  readonly causes?: readonly string[];
  /** What to do. */
  readonly advice: string;
  readonly commands?: readonly Command[];
  /** Whether it usually passes with nobody doing anything; by default, when the class says that waiting helps. */
  readonly selfHealing?: boolean;
}

/** One row of a table of error codes: what a code is, and how it is told. */
export interface CodeRow {
  readonly category: FailureCategory;
  readonly scope: FailureScope;
  readonly retry: FailureRetry;
  readonly words: (names: Names) => Words;
}

/** Rows by their codes. */
export type CodeRows = Readonly<Record<string, CodeRow>>;

/** A code with words of its own. */
export function row([category, scope, retry]: FailureClass, words: (names: Names) => Words): CodeRow {
  return { category, scope, retry, words };
}
