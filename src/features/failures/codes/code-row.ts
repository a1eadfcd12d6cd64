import type { Command } from '../remedies/command.js';
import type { Names } from '../remedies/names.js';

/** What kind of trouble a code stands for; decides the words and who can mend it. */
export type FailureCategory =
  | 'client-bug'
  | 'credentials-auth'
  | 'impersonation-permission'
  | 'item-permanent'
  | 'mailbox-gone-moved'
  | 'network'
  | 'other'
  | 'protocol'
  | 'quota-size'
  | 'sync-state-invalid'
  | 'throttling'
  | 'transient-server';

/** How far the trouble reaches, as far as one answer can tell. */
export type FailureScope = 'item' | 'mailbox' | 'profile' | 'server';

/** Whether and how the same call can succeed later. */
export type FailureRetry = 'never' | 'backoff' | 'resync' | 'immediately';

export type FailureClass = readonly [category: FailureCategory, scope: FailureScope, retry: FailureRetry];

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

/** One row of the table: what a code is, and how it is told. */
export interface CodeRow {
  readonly category: FailureCategory;
  readonly scope: FailureScope;
  readonly retry: FailureRetry;
  readonly words: (names: Names) => Words;
}

export type CodeRows = Readonly<Record<string, CodeRow>>;

/** A code with words of its own. */
export function row([category, scope, retry]: FailureClass, words: (names: Names) => Words): CodeRow {
  return { category, scope, retry, words };
}

/**
 * Codes that mean the same for a person but for their titles: rare ones, or of functions that Postroom
 * does not use.
 */
export function family(
  of: FailureClass,
  shared: (names: Names) => Omit<Words, 'title'>,
  titles: Readonly<Record<string, string>>,
): CodeRows {
  return Object.fromEntries(
    Object.entries(titles).map(([code, title]) => [code, row(of, (names) => ({ title, ...shared(names) }))]),
  );
}
