const minute = 60_000;

/** When a failed mailbox is looked at again: after 1, 2, 5, 10, then every 15 minutes. */
const probeMinutes = [1, 2, 5, 10, 15];

/** Spreads what would otherwise come back in one instant; at most this share is added. */
const probeJitter = 0.2;

/** So many mailboxes that one cause has stopped are each probed at the schedule's times. */
const probedSingly = 10;

/** In a crowd a mailbox waits longer, but not longer than this: it may have been mended alone. */
const maxProbeMs = 240 * minute;

/**
 * When a stopped mailbox is looked at again. In a crowd that one cause has stopped, a few mailboxes speak for
 * all, so the probes of all together stay about as many as those of ten; the times are spread at random, and
 * the first success wakes the others.
 * @param failedProbes how many probes have failed since the mailbox stopped
 * @param random from 0 up to 1
 * @param peers mailboxes that the same cause has stopped
 * @returns ms until the next probe; never less than the schedule's own time
 */
export function probeDelay(failedProbes: number, random: number, peers = 0): number {
  const minutes = probeMinutes[Math.min(failedProbes, probeMinutes.length - 1)] ?? 15;
  const alone = minutes * minute;
  const inCrowd = Math.min(maxProbeMs, (alone * 2 * peers) / probedSingly);
  const spread = peers > probedSingly ? inCrowd - alone : alone * probeJitter;
  return Math.round(alone + spread * random);
}

/** After a first denial, which may be a mood of the server: 30 to 90 s. */
export const secondLookDelay = (random: number): number => Math.round(30_000 + 60_000 * random);

const serverProbeSeconds = [15, 30, 60, 120];

/** When one call asks again whether a server is there that did not answer, after so many such calls. In ms. */
export function serverProbeDelay(failedProbes: number, random: number): number {
  const seconds = serverProbeSeconds[Math.min(failedProbes, serverProbeSeconds.length - 1)] ?? 120;
  return Math.round(seconds * 1_000 * (1 + probeJitter * random));
}

/** A server cannot hold us longer than this in one go: a typo in its policy must not stop a profile for a day. */
const maxHoldMs = 60 * minute;

const firstRetryMs = 5_000;
const maxRetryMs = 15 * minute;

/**
 * Exponential with jitter: half of the time is fixed, half is random, so that many mailboxes struck by
 * one outage do not return together.
 * @param attempts consecutive failures, this one included (from 1)
 * @param atLeastMs what the server asked for
 */
export function retryDelay(attempts: number, random: number, atLeastMs = 0): number {
  const ceiling = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(attempts - 1, 20));
  return Math.max(Math.min(atLeastMs, maxHoldMs), Math.round(ceiling / 2 + (ceiling / 2) * random));
}

/** A server that names no time gets this long to breathe. */
const defaultHoldMs = 10_000;

/** How long a whole profile keeps still after a throttling answer, in ms. */
export function throttleHold(backOffMs: number | null, random: number): number {
  return Math.min(maxHoldMs, Math.round((backOffMs ?? defaultHoldMs) * (1 + 0.1 * random)));
}
