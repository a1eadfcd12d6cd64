import type { MailErrorClass } from '../port/mail-error-class.js';
import { MailServerError, type MailErrorDetails } from '../port/mail-error.js';
import { exhaustion, kindOf, lostSyncState } from './codes/code-kinds.js';
import { rowOf } from './codes/code-table.js';
import { queryRefusal } from './query-refusal.js';

/** An error as its call knows it, before it is classed. */
export type ErrorFacts = Omit<MailErrorDetails, keyof MailErrorClass>;

/** What a code means, which is decided here and nowhere above the driver. */
export function classOf(facts: Pick<ErrorFacts, 'origin' | 'code' | 'backOffMs'>): MailErrorClass {
  const { category, scope, retry } = rowOf(facts.origin, facts.code);
  return {
    kind: kindOf(facts),
    category,
    scope,
    retry,
    mayBeTooMuch: exhaustion.has(facts.code),
    mayBeSyncState: lostSyncState.has(facts.code),
    queryRefusal: queryRefusal(facts),
  };
}

/** The only place where the driver makes an error, so that each has its class. */
export const exchangeError = (facts: ErrorFacts, options?: { cause?: unknown }): MailServerError =>
  new MailServerError({ ...facts, ...classOf(facts) }, options);
