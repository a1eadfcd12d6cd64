/** Wrong passwords in a row that lock a user. */
export const wrongBeforeLock = 10;
const firstLockMs = 15 * 60_000;
/** Long enough that guessing is hopeless, and short enough that whoever only means to annoy does not keep a person out for a day. */
const longestLockMs = 4 * 60 * 60_000;

/**
 * How long the user is locked after so many wrong passwords in a row, in ms; null: not. After the first
 * lock each further wrong one locks for twice as long.
 */
export function lockMs(wrongInARow: number): number | null {
  if (wrongInARow < wrongBeforeLock) return null;
  return Math.min(longestLockMs, firstLockMs * 2 ** Math.min(10, wrongInARow - wrongBeforeLock));
}
