/** The failed password attempts from one network, or from all unknown networks together. */
export interface GuessDelay {
  readonly tries: number;
  /** When the next attempt is allowed, in ms since 1970, like all times here. */
  readonly waitUntil: number;
  /** When the row no longer counts. */
  readonly endsAt: number;
}

const minuteMs = 60_000;

/** Attempts that a network has without a delay. */
export const freeTries = 5;
const firstDelayMs = minuteMs;
const maxDelayMs = 60 * minuteMs;
const forgetAfterMs = 24 * 60 * minuteMs;

/** The allowance that all unknown networks of a user share, and the time until it grows by one. */
export const strangeTries = 30;
export const strangeDelayMs = 10 * minuteMs;
/** Time until the whole allowance is available again after its last attempt. */
export const strangeRefillMs = strangeTries * strangeDelayMs;

/** The most attempts in any 24 hours: from one network, and from all unknown networks together. */
export const maxTriesADay = { ofNetwork: 33, ofStrangers: strangeTries + forgetAfterMs / strangeDelayMs };

/** @param before null: none that still counts */
const live = (before: GuessDelay | null, now: number): GuessDelay | null =>
  before !== null && before.endsAt > now ? before : null;

/** Time to wait before the next attempt, in ms; 0: it is allowed. */
export const waitMs = (delay: GuessDelay | null, now: number): number =>
  Math.max(0, (live(delay, now)?.waitUntil ?? now) - now);

/**
 * The state after one more attempt from one network: five are free, then the delay doubles from a minute to an hour. A
 * day without an attempt resets it. The delays are long enough that one network never uses up the shared allowance.
 */
export function afterTryOfNetwork(before: GuessDelay | null, now: number): GuessDelay {
  const tries = (live(before, now)?.tries ?? 0) + 1;
  const doublings = tries - freeTries;
  const delay = doublings < 0 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(doublings, 10));
  return { tries, waitUntil: now + delay, endsAt: now + forgetAfterMs };
}

/** The state after one more attempt from a network that the user has not signed in from: an allowance that refills. */
export function afterTryOfStranger(before: GuessDelay | null, now: number): GuessDelay {
  const known = live(before, now);
  const spared = strangeRefillMs - strangeDelayMs;
  const waitUntil = Math.max(known?.waitUntil ?? 0, now - spared) + strangeDelayMs;
  return { tries: (known?.tries ?? 0) + 1, waitUntil, endsAt: waitUntil + spared };
}

/** Takes back an attempt that had the right password; attempts counted since then stay. */
export function withoutTryOfNetwork(present: GuessDelay, before: GuessDelay, after: GuessDelay): GuessDelay {
  const waitUntil = present.waitUntil === after.waitUntil ? before.waitUntil : present.waitUntil;
  return { tries: Math.max(0, present.tries - 1), waitUntil, endsAt: present.endsAt };
}

/** Like `withoutTryOfNetwork`, for the shared allowance. */
export function withoutTryOfStranger(present: GuessDelay): GuessDelay {
  return {
    tries: Math.max(0, present.tries - 1),
    waitUntil: present.waitUntil - strangeDelayMs,
    endsAt: present.endsAt - strangeDelayMs,
  };
}
