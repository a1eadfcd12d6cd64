import { consequenceOf } from '../../failures/classify.js';
import type { Failure } from '../../failures/failure.js';

/** The mailbox came back each time, so its other work is let in and this one is not. */
const deniedTimes = 3;
/** The server says that trying again is of no use. */
const refusedTimes = 5;
/** Some error of ours that waiting does not mend. */
const ownTimes = 20;

/**
 * Whether a backfill ends over a failure. Most pass, and are waited out however long that takes; what
 * cannot pass must not be tried for ever, above all not if it stops the mailbox each time.
 * @param attempts runs that failed since the last one that got on, this one included
 */
export function isHopeless(failure: Failure, attempts: number): boolean {
  const consequence = consequenceOf(failure);
  if (consequence === 'suspend-profile' || consequence === 'throttle-profile') return false;
  if (consequence === 'fail-mailbox') return attempts >= deniedTimes;
  if (failure.retry === 'never') return attempts >= refusedTimes;
  return failure.code === 'InternalError' && attempts >= ownTimes;
}
