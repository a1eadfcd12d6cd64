import type { FoundPage } from '../../mail/mail-server.js';

/** Where an import by date stands; pure, so that its odd cases can be tested by table. */
export interface ImportPosition {
  readonly since: Date;
  readonly offset: number;
  /** All mail received before this is stored; null while that cannot be said. */
  readonly reached: Date | null;
  readonly done: boolean;
}

export const startOfImport = (since: Date): ImportPosition => ({ since, offset: 0, reached: null, done: false });

/**
 * The place of the next page. Paging by offset alone skips mail when something is deleted meanwhile, so
 * the date of the last item is the new start wherever the page allows it: sorted, and with dates.
 * Otherwise (a page out of order or without dates, or one full of one instant) the offset goes on, and
 * nothing is called reached. What a server still manages to hide here, the enumeration of the folder
 * that follows the import brings.
 */
export function advanceImport(position: ImportPosition, page: FoundPage): ImportPosition {
  const dates = page.items.map((item) => item.receivedAt);
  const sorted = dates.every((date, index) => date !== null && date >= (dates[index - 1] ?? position.since));
  const latest = dates.reduce<Date | null>(
    (last, date) => (date !== null && (last === null || date > last) ? date : last),
    null,
  );
  const newest = latest !== null && latest > position.since ? latest : position.since;
  if (page.last || page.items.length === 0) {
    // With pages out of order the newest date of this page says nothing of the others; the start is safe.
    return { ...position, reached: sorted && position.offset === 0 ? newest : position.reached, done: true };
  }
  if (sorted && newest > position.since) return { since: newest, offset: 0, reached: newest, done: false };
  const offset = Math.max(page.nextOffset, position.offset + 1);
  return { ...position, offset, done: false };
}
