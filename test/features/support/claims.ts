import type { DataSource } from 'typeorm';
import type { Claim, PacingStore } from '../../../src/features/scheduling/pacing.store.js';

/**
 * What a dispatcher would hand out at that time, but for audits, which are put off: they come due at random times of
 * the day, and one that a test claims and does not carry out holds a place of the profile's budget.
 */
export async function claimDue(dataSource: DataSource, pacing: PacingStore, now: Date, limit = 100): Promise<Claim[]> {
  await dataSource.query(
    `UPDATE mailbox_work SET due_at = $1::timestamptz + interval '1 day' WHERE kind = 'audit' AND due_at <= $1`,
    [now],
  );
  return pacing.claimDue(now, limit);
}
