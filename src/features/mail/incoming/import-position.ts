import type { FoundItem } from '../../../drivers/port/mail-item.js';
import type { FoundPage } from '../../../drivers/port/mail-server.js';

/** Where an import by date stands; pure, so that its odd cases can be tested by table. */
export interface ImportPosition {
  readonly since: Date;
  readonly offset: number;
  /** All mail received before this is stored; null while that cannot be said. */
  readonly reached: Date | null;
  /** The newest date seen since the offset began to go on; null before. */
  readonly newest: Date | null;
  /** False once a page was out of order: from then on only the offset is trusted. */
  readonly ordered: boolean;
  readonly done: boolean;
}

export const startOfImport = (since: Date): ImportPosition => ({
  since,
  offset: 0,
  reached: null,
  newest: null,
  ordered: true,
  done: false,
});

/** Servers hold mail of the year 2185; nothing is received later than this after now, clocks that differ included. */
const aheadMs = 24 * 60 * 60_000;

/** Null for a date in the future, which says nothing of when the item came. */
export const plausible = (receivedAt: Date | null, now: Date): Date | null =>
  receivedAt !== null && receivedAt.getTime() <= now.getTime() + aheadMs ? receivedAt : null;

/** Dates up to the last plausible one: a server that sorts puts impossible ones behind all others. */
function datesOf(items: readonly FoundItem[], now: Date): (Date | null)[] {
  const dates = items.map(({ receivedAt }) => plausible(receivedAt, now));
  const tail = items.findLastIndex(({ receivedAt }, index) => receivedAt === null || dates[index] !== null);
  return dates.slice(0, tail + 1);
}

/**
 * The place of the next page. Paging by offset alone skips mail when something is deleted meanwhile, so
 * the date of the last item is the new start wherever the page allows it: sorted, and with dates.
 * Otherwise (a page out of order or without dates, or one full of one instant) the offset goes on, and
 * nothing is called reached before the last page. What a server still manages to hide here, the
 * enumeration of the folder that follows the import brings.
 */
export function advanceImport(position: ImportPosition, page: FoundPage, now: Date): ImportPosition {
  const dates = datesOf(page.items, now);
  const ordered =
    position.ordered &&
    page.limitation === null &&
    dates.every((date, index) => date !== null && date >= (dates[index - 1] ?? position.since));
  const newest = dates.reduce<Date>(
    (last, date) => (date !== null && date > last ? date : last),
    position.newest ?? position.since,
  );
  // Every page was seen, in whatever order.
  if (page.last) return { ...position, reached: newest, newest, ordered, done: true };
  if (ordered && newest > position.since)
    return { since: newest, offset: 0, reached: newest, newest: null, ordered, done: false };
  const offset = Math.max(page.nextOffset, position.offset + 1);
  return { ...position, offset, newest, ordered, done: false };
}
