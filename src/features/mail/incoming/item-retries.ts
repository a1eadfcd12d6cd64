const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Why an item is to be tried again. */
export const failureKinds = ['unread', 'outage', 'missing', 'incomplete'] as const;
export type FailureKind = (typeof failureKinds)[number];

/** After so many failed tries: 1, 5, 15 minutes, 1 hour, 6 hours, then daily for 14 days. */
const waits = [1 * minute, 5 * minute, 15 * minute, 1 * hour, 6 * hour, ...Array<number>(14).fill(day)];

/** In an outage a try asks whether it is over, so the waits grow with its age, and not with each try. */
const outageShare = 20;
const maxOutageWait = 6 * hour;
const maxOutage = 15 * day;

/** How long an id is asked for that the server has told of and does not know. */
const missingMs = 10 * minute;
/**
 * The same if the server knows none of several ids and no other item was read: it may then be unable to find anything.
 */
const noneFoundMs = day;

/** When to request an unknown id again. @returns ms; null: give up */
export function missingRetryAfter(ageMs: number, isNoneFound: boolean): number | null {
  if (ageMs < missingMs) return minute;
  return isNoneFound && ageMs < noneFoundMs ? Math.round(Math.max(minute, ageMs / outageShare)) : null;
}

/** Of an item that the server knows; see `missingRetryAfter` for the others. */
export type KnownItemKind = Exclude<FailureKind, 'missing'>;

/**
 * When an item that could not be read is tried again.
 * @param kind `unread`, `incomplete`: over days; `outage`: as long as nothing of the mailbox could be read
 * @param attempts failed tries so far, this one included (from 1)
 * @param ageMs since the first of them
 * @returns ms from the last try; null: no more by itself
 */
export function retryAfter(kind: KnownItemKind, attempts: number, ageMs: number): number | null {
  if (kind === 'outage') {
    if (ageMs > maxOutage) return null;
    return Math.round(Math.min(maxOutageWait, Math.max(minute, ageMs / outageShare)));
  }
  return waits[Math.max(attempts, 1) - 1] ?? null;
}
