import type { Failure } from './failure.js';

/** So often what should pass is tried; with growing waits that takes about three quarters of an hour. */
const passingAttempts = 10;

/** Whether trouble that should have passed has not, so that somebody should be told. */
export const hasLasted = (attempts: number): boolean => attempts >= passingAttempts;

/** Whether the server as a whole did not answer as one: every mailbox on it would meet the same. */
export const isServerAway = (failure: Pick<Failure, 'scope' | 'category'>): boolean =>
  failure.scope === 'server' && (failure.category === 'network' || failure.category === 'protocol');

/** Fewer mailboxes than this are never taken for their whole profile. */
export const minWide = 3;

/** A cause of three mailboxes and of half of the profile is the profile's. */
export const isWidespread = (stopped: number, ofProfile: number): boolean =>
  stopped >= minWide && stopped * 2 >= ofProfile;

/** At which numbers of stopped mailboxes to count the profile's: 3, 4, 6, 8, 12, 16, 24 and so on, for counting is not free. */
export function isTimeToCount(stopped: number): boolean {
  const powers = (value: number) => Number.isInteger(Math.log2(value));
  return stopped >= minWide && (powers(stopped) || powers(stopped / 3));
}
