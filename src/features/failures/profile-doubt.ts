import { attribute } from './attribution.js';
import type { DoubtKind } from './evidence.js';

/** What the calls of a profile have met since the last one that disproved it. */
export interface Doubt {
  readonly kind: DoubtKind;
  readonly cause: string;
  /** Start of the first call that met it. */
  readonly since: Date;
  /** Calls that met it, confirmations included. */
  readonly tries: number;
  /** Mailboxes that met it. */
  readonly met: number;
}

/** A second and a third mailbox make it the profile's. */
const mailboxesNeeded = 3;
/** Of a profile that has fewer, one mailbox's further tries stand for those that there are not. */
const triesOfFew = 4;
/**
 * Calls in a row before an account counts as refused. A server that refuses one call in 25 at random must not
 * come so far within months, and an account is locked by about ten.
 */
const signInsNeeded = 5;
const addressTriesNeeded = 3;
const addressLastsMs = 60_000;

/** What is further apart than this is not met at once. In ms. */
export const doubtLastsMs: Readonly<Record<DoubtKind, number>> = {
  credentials: 60 * 60_000,
  throttling: 2 * 60_000,
  address: 60 * 60_000,
};

/** Mailboxes besides the first that are asked at once. */
export const checksWanted = mailboxesNeeded - 1;

/**
 * Whether what some mailboxes met is the whole profile's.
 * @param atWork mailboxes of the profile that are neither paused nor stopped, the first one included
 */
export function isOfProfile(doubt: Doubt, atWork: number, now: Date): boolean {
  if (doubt.kind === 'address')
    return doubt.tries >= addressTriesNeeded && now.getTime() - doubt.since.getTime() >= addressLastsMs;
  const isFew = atWork < mailboxesNeeded;
  if (isFew && doubt.tries < triesOfFew) return false;
  if (!isFew && doubt.kind === 'credentials' && doubt.tries < signInsNeeded) return false;
  const missing = Math.max(0, mailboxesNeeded - Math.max(1, atWork));
  const checks = Array.from({ length: doubt.met - 1 + missing }, () => ({ scope: 'profile' as const, passed: false }));
  const found = attribute('mailbox', checks, 'profile');
  return 'scope' in found && found.scope === 'profile';
}

/** When an address that stays unanswered is looked at once more, so that it is decided then: ms after `since`. */
export const addressDecidedMs = addressLastsMs + 1_000;
