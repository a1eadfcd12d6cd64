import type { HoldReason } from './waiting-reason.js';

/** The rate limit counts what was submitted within this time. */
export const rateWindowMs = 60_000;

const minute = 60_000;
/** After refusals by quota in a row: Exchange counts recipients a day and messages a minute, and does not say which. */
const quotaMinutes = [1, 5, 15, 30, 60];
/** A server cannot hold a mailbox longer than this in one go. */
const maxHoldMs = 120 * minute;

/** The mailbox may not send before `until`. */
export interface Hold {
  readonly until: Date;
  readonly reason: HoldReason;
}

/**
 * @param strikes refusals in a row, this one included (from 1)
 * @param random from 0 up to 1
 * @param atLeastMs what the server asked for
 */
export function quotaWait(strikes: number, random: number, atLeastMs: number): number {
  const minutes = quotaMinutes[Math.min(strikes, quotaMinutes.length) - 1] ?? 1;
  return Math.max(Math.min(atLeastMs, maxHoldMs), Math.round(minutes * minute * (1 + 0.1 * random)));
}

/** The mailbox may not submit now. Not an error of anything: the message waits. */
export class SendingHeld extends Error {
  override readonly name = 'SendingHeld';

  constructor(readonly hold: Hold) {
    super(`sending is held by ${hold.reason} until ${hold.until.toISOString()}`);
  }
}
