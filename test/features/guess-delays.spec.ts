import fc from 'fast-check';
import {
  afterTryOfNetwork,
  afterTryOfStranger,
  freeTries,
  maxTriesADay,
  strangeTries,
  waitMs,
  withoutTryOfNetwork,
  withoutTryOfStranger,
  type GuessDelay,
} from '../../src/features/identity/sign-in/guess-delays.js';

const minute = 60_000;
const day = 24 * 60 * minute;
const start = Date.parse('2026-06-01T00:00:00Z');

type Count = (before: GuessDelay | null, now: number) => GuessDelay;

/** When tries are let in for somebody who waits as said after each, and never gives up. */
function admitted(count: Count, pauses: Iterable<number>): number[] {
  const times: number[] = [];
  let delay: GuessDelay | null = null;
  let now = start;
  for (const pause of pauses) {
    now += pause;
    now += waitMs(delay, now);
    delay = count(delay, now);
    times.push(now);
  }
  return times;
}

/** The most of them in any 24 hours. */
function mostInADay(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  times.forEach((time, index) => {
    while (time - (times[first] ?? 0) > day) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

const none = (count: number) => Array.from({ length: count }, () => 0);

describe.each([
  ['one network', afterTryOfNetwork, maxTriesADay.ofNetwork, 33],
  ['all strange networks together', afterTryOfStranger, maxTriesADay.ofStrangers, 174],
])('the tries of %s', (_who, count, promised, documented) => {
  it('are as many a day as documented, for somebody who never stops', () => {
    expect(promised).toBe(documented);
    expect(mostInADay(admitted(count, none(2_000)))).toBe(documented);
  });

  it('are no more, however they are spread', () => {
    const pause = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 2 * minute }),
      fc.integer({ min: 0, max: 60 * minute }),
      fc.integer({ min: day - minute, max: day + minute }),
    );
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 400 }), (pauses) => {
        expect(mostInADay(admitted(count, pauses))).toBeLessThanOrEqual(documented);
      }),
    );
  });
});

it('one network alone never uses up what strangers have', () => {
  let ofStrangers: GuessDelay | null = null;
  for (const now of admitted(afterTryOfNetwork, none(2_000))) {
    expect(waitMs(ofStrangers, now)).toBe(0);
    ofStrangers = afterTryOfStranger(ofStrangers, now);
    expect(waitMs(ofStrangers, now)).toBe(0);
  }
});

it('a right password leaves everything as it was before its try', () => {
  let ofNetwork: GuessDelay | null = null;
  let ofStrangers: GuessDelay | null = null;
  for (let tries = 1; tries <= strangeTries; tries += 1) {
    const now = start + tries * 60 * minute;
    const next: GuessDelay = afterTryOfNetwork(ofNetwork, now);
    if (ofNetwork) {
      const back = withoutTryOfNetwork(next, ofNetwork, next);
      expect([back.tries, waitMs(back, now)]).toEqual([ofNetwork.tries, waitMs(ofNetwork, now)]);
    }
    ofNetwork = next;
    const nextOfStrangers: GuessDelay = afterTryOfStranger(ofStrangers, start);
    if (ofStrangers) expect(withoutTryOfStranger(nextOfStrangers)).toEqual(ofStrangers);
    ofStrangers = nextOfStrangers;
  }
  expect(waitMs(ofStrangers, start)).toBeGreaterThan(0);
});

it('a try beside one that is taken back keeps its wait', () => {
  const before = none(freeTries).reduce<GuessDelay | null>((delay) => afterTryOfNetwork(delay, start), null);
  if (!before) throw new Error('no tries');
  const mine = afterTryOfNetwork(before, start + minute);
  const others = afterTryOfNetwork(mine, start + 4 * minute);
  expect(withoutTryOfNetwork(others, before, mine).waitUntil).toBe(others.waitUntil);
});
