import fc from 'fast-check';
import { probeDelay, retryDelay, throttleHold } from '../../src/features/failures/backoff.js';

const minute = 60_000;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const count = fc.integer({ min: 1, max: 1_000_000 });

it('looks at a failed mailbox after 1, 2, 5, 10, then every 15 minutes, never earlier and at most a fifth later', () => {
  const minutes = [1, 2, 5, 10, 15, 15, 15, 15];
  expect(minutes.map((_, probes) => probeDelay(probes, 0) / minute)).toEqual(minutes);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), random, (probes, dice) => {
      const planned = (minutes[Math.min(probes, 4)] ?? 0) * minute;
      const delay = probeDelay(probes, dice);
      return delay >= planned && delay <= planned * 1.2 + 1 && Number.isInteger(delay);
    }),
  );
});

it('waits longer with each failure, never longer than a quarter of an hour, with half of it left to chance', () => {
  fc.assert(
    fc.property(count, random, random, (attempts, dice, other) => {
      const [least, most] = [retryDelay(attempts, 0), retryDelay(attempts, 1)];
      const delay = retryDelay(attempts, dice);
      return (
        delay >= least &&
        delay <= most &&
        most <= 15 * minute &&
        Math.abs(least * 2 - most) <= 1 &&
        retryDelay(attempts + 1, other) >= least &&
        Number.isFinite(delay)
      );
    }),
  );
  expect([1, 2, 3, 4, 20, 1_000].map((attempts) => retryDelay(attempts, 0))).toEqual([
    2_500, 5_000, 10_000, 20_000, 450_000, 450_000,
  ]);
});

it('heeds what the server asks for, within an hour', () => {
  fc.assert(
    fc.property(count, random, fc.integer({ min: 0, max: 30 * 24 * 60 * minute }), (attempts, dice, asked) => {
      const delay = retryDelay(attempts, dice, asked);
      return delay >= Math.min(asked, 60 * minute) && delay <= Math.max(60 * minute, retryDelay(attempts, dice));
    }),
  );
});

it('holds a profile for as long as the server asks, or for ten seconds, and at most an hour', () => {
  expect([throttleHold(null, 0), throttleHold(0, 0), throttleHold(300_000, 0)]).toEqual([10_000, 0, 300_000]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 * 24 * 60 * minute }), random, (asked, dice) => {
      const hold = throttleHold(asked, dice);
      return hold >= Math.min(asked, 60 * minute) && hold <= 60 * minute && hold <= asked * 1.1 + 1;
    }),
  );
});
