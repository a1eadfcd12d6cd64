const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long after each failed attempt the next one comes; the first attempt comes at once. */
const waits = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];

export const maxAttempts = waits.length + 1;

/** Spreads what failed together; at most this share is added. */
const jitter = 0.1;

/** A receiver cannot put us off for longer than this in one go. */
const maxWaitMs = 24 * hour;

/**
 * @param attempts how many have failed
 * @param random from 0 up to 1
 * @param askedMs what the receiver asked for by Retry-After
 * @returns ms until the next attempt, or null when there is none left
 */
export function retryWait(attempts: number, random: number, askedMs: number | null): number | null {
  const wait = waits[attempts - 1];
  if (wait === undefined) return null;
  return Math.max(Math.round(wait * (1 + jitter * random)), Math.min(askedMs ?? 0, maxWaitMs));
}

/** Retry-After in ms: seconds, or a date; null when there is none to be understood. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * second : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), maxWaitMs) : null;
}

/** Failing for so long without any success, an endpoint is switched off. */
export const givenUpAfterMs = 5 * 24 * hour;
