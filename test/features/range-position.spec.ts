import fc from 'fast-check';
import { advanceRange, startOfRange, type RangePosition } from '../../src/features/mail/incoming/range-position.js';
import type { FoundItem } from '../../src/drivers/port/mail-item.js';
import type { FoundPage } from '../../src/drivers/port/mail-server.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const now = new Date(Date.UTC(2026, 5, 1));
const item = (id: string, second: number | null): FoundItem => ({
  id,
  changeKey: null,
  receivedAt: second === null ? null : at(second),
  internetMessageId: null,
});
const page = (items: FoundItem[], last = false, nextOffset = items.length): FoundPage => ({
  items,
  last,
  nextOffset,
  unreadable: 0,
  limitation: null,
});
const ids = (items: readonly FoundItem[]) => items.map(({ id }) => id);

describe('a step through a range of receive times', () => {
  const start = startOfRange(at(0));

  it('goes on from the last date, and knows the items that the next page begins with', () => {
    const first = advanceRange(start, page([item('a', 1), item('b', 2), item('c', 2)]), at(10), now);
    expect(first).toMatchObject({ done: false, position: { since: at(2), offset: 0, seen: ['b', 'c'] } });
    const second = advanceRange(first.position, page([item('b', 2), item('c', 2), item('d', 2)]), at(10), now);
    expect(ids(second.items)).toEqual(['d']);
    expect(second).toMatchObject({ done: false, position: { since: at(2), offset: 3 } });
    const third = advanceRange(second.position, page([item('e', 3)], true), at(10), now);
    expect(ids(third.items)).toEqual(['e']);
    expect(third.done).toBe(true);
  });

  it('ends at the first item received at the end or later, and takes none of those', () => {
    const step = advanceRange(start, page([item('a', 1), item('b', 10), item('c', 11)]), at(10), now);
    expect(ids(step.items)).toEqual(['a']);
    expect(step).toMatchObject({ done: true, position: { reached: at(10) } });
  });

  it('reads on to the last page where a server sends them out of order or without dates', () => {
    const unordered = advanceRange(start, page([item('a', 12), item('b', 1)]), at(10), now);
    expect(ids(unordered.items)).toEqual(['b']);
    expect(unordered).toMatchObject({ done: false, position: { since: at(0), offset: 2, reached: null } });
    const undated = advanceRange(unordered.position, page([item('c', null), item('d', 2)], true, 4), at(10), now);
    expect(ids(undated.items)).toEqual(['c', 'd']);
    expect(undated.done).toBe(true);
  });

  it('brings each item of the range once, whatever the dates and the size of the pages', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (seconds, size) => {
        const folder = seconds.sort((a, b) => a - b).map((second, index) => item(`i${index}`, second));
        const taken: string[] = [];
        let position: RangePosition = startOfRange(at(3));
        for (let pages = 0; ; pages += 1) {
          expect(pages).toBeLessThan(200);
          const rows = folder.filter(({ receivedAt }) => receivedAt && receivedAt >= position.since);
          const cut = rows.slice(position.offset, position.offset + size);
          const next = position.offset + cut.length;
          const step = advanceRange(position, page(cut, next >= rows.length, next), at(15), now);
          taken.push(...ids(step.items));
          // As a row keeps it: nothing else is known after a restart.
          position = structuredClone(step.position);
          if (step.done) break;
        }
        const wanted = folder.filter(({ receivedAt }) => receivedAt && receivedAt >= at(3) && receivedAt < at(15));
        expect(taken).toEqual(ids(wanted));
      }),
      { numRuns: 2_000 },
    );
  });
});
