import { consequenceOf } from '../failures/classify.js';
import type { Failure } from '../failures/failure.js';

const triesUnderThrottling = 5;
const triesInBatch = 3;
const triesOfOurs = 3;

/**
 * Whether a test goes on later instead of failing. That the server asks for quiet says nothing of the mailbox.
 * Whoever asks about one mailbox is told of any other trouble at once; among thousands, one lost connection must
 * not count as a result.
 * @param tries so often it has met trouble, this time included
 */
export function isWorthAnotherTry(failure: Failure, tries: number, isInBatch: boolean): boolean {
  const consequence = consequenceOf(failure);
  if (consequence === 'throttle-profile') return tries < triesUnderThrottling;
  if (failure.code === 'InternalError') return tries < triesOfOurs;
  return isInBatch && consequence === 'retry-later' && failure.retry !== 'never' && tries < triesInBatch;
}
