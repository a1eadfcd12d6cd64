import {
  fallbackMs,
  importStart,
  isTimeToTry,
  recheckStart,
  wayOf,
} from '../../src/features/mail/incoming/folder-progress.js';
import { advanceImport, startOfImport } from '../../src/features/mail/incoming/import-position.js';
import {
  advanceListing,
  isEndless,
  isStuck,
  startOfListing,
} from '../../src/features/mail/incoming/listing-progress.js';
import type { FoundPage } from '../../src/drivers/port/mail-server.js';

const hour = 60 * 60_000;
const now = new Date('2026-03-10T12:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * hour);

describe('whether a listing gets on', () => {
  it.each<[string, [ids: string, last?: 'last'][], number | null]>([
    ['new items on every page', [['ab'], ['cd'], ['ef'], ['gh'], ['ij'], ['kl']], null],
    ['pages that overlap', [['ab'], ['bc'], ['cd'], ['de'], ['ef']], null],
    ['the same page again and again', [['ab'], ['ab'], ['ab'], ['ab'], ['ab'], ['ab']], 5],
    ['pages in a circle', [['ab'], ['cd'], ['ab'], ['cd'], ['ab'], ['cd']], 6],
    ['empty pages', [[''], [''], [''], ['']], 4],
    ['a few empty pages between others', [['ab'], [''], [''], [''], ['cd'], [''], [''], [''], ['ef']], null],
    ['the last page, though it tells nothing', [[''], [''], [''], ['', 'last']], null],
  ])('%s', (_name, pages, stuckAt) => {
    let progress = startOfListing;
    let found: number | null = null;
    for (const [index, [ids, last]] of pages.entries()) {
      progress = advanceListing(progress, { ids: ids.split(''), last: last !== undefined });
      if (isStuck(progress)) found ??= index + 1;
    }
    expect(found).toBe(stuckAt);
  });

  it.each([
    [20_000, 0, false],
    [20_001, 0, true],
    [220_000, 100_000, false],
    [220_001, 100_000, true],
    [900_000, null, false],
    [1_000_001, null, true],
  ])('%d rows of a folder that holds %j items are endless: %s', (rows, items, expected) => {
    expect(isEndless(rows, items)).toBe(expected);
  });
});

describe('another way of listing', () => {
  it('is looked for less and less often while runs fail', () => {
    const runs = Array.from({ length: 50 }, (_, index) => index + 1);
    expect(runs.filter(isTimeToTry)).toEqual([1, 3, 6, 12, 24, 48]);
  });

  it('is kept to for longer each time', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((fallbacks) => fallbackMs(fallbacks) / hour)).toEqual([1, 2, 4, 8, 16, 24, 24]);
  });

  it('is in force until its time is over', () => {
    expect(wayOf({ fallback: null }, now)).toBe('usual');
    expect(wayOf({ fallback: { way: 'date', until: ago(-1) } }, now)).toBe('date');
    expect(wayOf({ fallback: { way: 'date', until: ago(0) } }, now)).toBe('usual');
  });

  it.each([
    ['from the beginning, where nothing is reached', null, 'date', ago(100)],
    ['from what is reached', ago(2), 'usual', ago(2)],
    ['with some overlap by date alone', ago(2), 'date', ago(3)],
    ['never before the beginning', ago(100), 'date', ago(100)],
  ] as const)('begins %s', (_name, importReached, way, expected) => {
    expect(importStart({ importFrom: ago(100), importReached }, way)).toEqual(expected);
  });

  it.each([
    ['the whole folder the first time', null, ago(0.1), ago(1_000), true],
    ['what came lately soon after', ago(3), ago(0.1), ago(24.1), false],
    ['what came since the last look after a pause', ago(3), ago(100), ago(124), false],
    ['the whole folder once a day', ago(24), ago(0.1), ago(1_000), true],
    ['the whole folder where it was never caught up', ago(3), null, ago(1_000), true],
  ])('looks for changes without an item through %s', (_name, recheckedAt, lastSyncAt, since, whole) => {
    expect(recheckStart({ importFrom: ago(1_000), recheckedAt }, lastSyncAt, now)).toEqual({ since, whole });
  });
});

describe('the place of the next page', () => {
  const page = (dates: readonly (Date | null)[], more: Partial<FoundPage> = {}): FoundPage => ({
    items: dates.map((receivedAt, index) => ({
      id: `i${index}`,
      changeKey: null,
      internetMessageId: null,
      receivedAt,
    })),
    last: false,
    nextOffset: dates.length,
    unreadable: 0,
    limitation: null,
    ...more,
  });
  const far = new Date('2185-01-01T00:00:00Z');
  const start = startOfImport(ago(100));

  it.each<[string, FoundPage, object]>([
    ['the last date of a page in order', page([ago(50), ago(40)]), { since: ago(40), offset: 0, reached: ago(40) }],
    ['the last possible date', page([ago(50), ago(40), far]), { since: ago(40), offset: 0, reached: ago(40) }],
    ['behind a page of impossible dates', page([far, far]), { since: ago(100), offset: 2, reached: null }],
    ['behind an impossible date among others', page([ago(50), far, ago(40)]), { offset: 3, ordered: false }],
    [
      'behind a page that a server does not sort',
      page([ago(50), ago(40)], { limitation: 'no-sorting' }),
      { offset: 2 },
    ],
    ['behind an empty page that is not the last', page([]), { since: ago(100), offset: 1, done: false }],
    [
      'the end, with the newest date of all',
      page([ago(40), ago(50)], { last: true }),
      { reached: ago(40), done: true },
    ],
    ['the end, with no impossible date', page([ago(40), far], { last: true }), { reached: ago(40), done: true }],
  ])('is %s', (_name, found, expected) => {
    expect(advanceImport(start, found, now)).toMatchObject(expected);
  });

  it('goes on by offset once a page was out of order', () => {
    const unordered = advanceImport(start, page([ago(50), ago(60)]), now);
    const next = advanceImport(unordered, page([ago(30)], { nextOffset: 3 }), now);
    expect(next).toMatchObject({ since: ago(100), offset: 3, newest: ago(30) });
    expect(advanceImport(next, page([ago(70)], { last: true }), now)).toMatchObject({ reached: ago(30), done: true });
  });
});
