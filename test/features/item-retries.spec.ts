import { missingRetryAfter, retryAfter, type KnownItemKind } from '../../src/features/mail/incoming/item-retries.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('the next try of an item that could not be read', () => {
  it.each<[KnownItemKind, number, number, number | null]>([
    ['unread', 1, 0, minute],
    ['unread', 2, minute, 5 * minute],
    ['unread', 3, 6 * minute, 15 * minute],
    ['unread', 4, 21 * minute, hour],
    ['unread', 5, 81 * minute, 6 * hour],
    ['unread', 6, 8 * hour, day],
    ['unread', 19, 14 * day, day],
    ['unread', 20, 15 * day, null],
    ['incomplete', 1, 0, minute],
    ['incomplete', 20, 15 * day, null],
    ['outage', 1, 0, minute],
    ['outage', 12, 12 * minute, minute],
    ['outage', 60, hour, 3 * minute],
    ['outage', 100, 20 * hour, hour],
    ['outage', 200, 10 * day, 6 * hour],
    ['outage', 300, 16 * day, null],
  ])('%s, after %d tries in %d ms, comes after %s ms', (kind, attempts, ageMs, expected) => {
    expect(retryAfter(kind, attempts, ageMs)).toBe(expected);
  });

  it('tries over more than 14 days before it sets an item aside, in 20 tries', () => {
    let total = 0;
    let attempts = 1;
    for (let wait = retryAfter('unread', 1, 0); wait !== null; wait = retryAfter('unread', attempts, total)) {
      total += wait;
      attempts += 1;
    }
    expect(attempts).toBe(20);
    expect(total).toBeGreaterThan(14 * day);
  });
});

describe('the next look for an item that the server has told of and does not know', () => {
  it.each<[string, number, boolean, number | null]>([
    ['one of several', 0, false, minute],
    ['one of several', 9 * minute, false, minute],
    ['one of several', 10 * minute, false, null],
    ['all of several', 0, true, minute],
    ['all of several', 10 * minute, true, minute],
    ['all of several', hour, true, 3 * minute],
    ['all of several', 20 * hour, true, hour],
    ['all of several', day, true, null],
  ])('%s, first asked for %d ms ago', (_what, ageMs, isNoneFound, expected) => {
    expect(missingRetryAfter(ageMs, isNoneFound)).toBe(expected);
  });
});
