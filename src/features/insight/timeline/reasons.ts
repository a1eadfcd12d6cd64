import { folderReasons } from './folder-reasons.js';
import { holdReasons } from './hold-reasons.js';
import { directionReasons, stateReason } from './mailbox-reasons.js';
import { reasonCodes, type Reason, type StandingFacts } from './standing.js';
import { sendingReason, unreadableReason, workReasons } from './work-reasons.js';

/**
 * Why a mailbox does not sync, or that it does: what it waits for, in the order in which it matters. The first
 * reason is the verdict. Whatever the facts, there is one.
 */
export function reasonsOf(facts: StandingFacts, now: Date): Reason[] {
  const own = [stateReason(facts, now), sendingReason(facts), unreadableReason(facts, now)].filter(
    (reason) => reason !== null,
  );
  const reasons = [
    ...own,
    ...holdReasons(facts, now),
    ...directionReasons(facts),
    ...folderReasons(facts),
    ...workReasons(facts, now),
  ];
  return reasons.sort((one, other) => reasonCodes.indexOf(one.code) - reasonCodes.indexOf(other.code));
}
