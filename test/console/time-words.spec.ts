import { inWords } from '../../src/console/parts/time-words.js';

const now = Date.UTC(2026, 2, 1, 12);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  [-1, 'just now'],
  [-44_000, 'just now'],
  [5_000, 'now'],
  [30_000, 'in a moment'],
  [-minute, '1 minute ago'],
  [5 * minute, 'in 5 minutes'],
  [-hour, '1 hour ago'],
  [-day, 'yesterday'],
  [3 * day, 'in 3 days'],
])('%d ms from now is %s', (distance, words) => expect(inWords(now + distance, now)).toBe(words));

it('tells the date of what is more than a month away', () => {
  expect(inWords(now - 40 * day, now)).toMatch(/2026/);
});
