import type { CodeRow, CodeRows, Words } from '../../port/explanations/code-row.js';
import { row as rowOfPort } from '../../port/explanations/code-row.js';
import type { FailureClass } from '../../port/failure-class.js';
import { exchangeNames, type Names } from '../remedies/names.js';

export type { CodeRow, CodeRows, Words } from '../../port/explanations/code-row.js';
export type { FailureClass } from '../../port/failure-class.js';

/** A code with words of its own. */
export const row = (of: FailureClass, words: (names: Names) => Words): CodeRow =>
  rowOfPort(of, (names) => words(exchangeNames(names)));

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
