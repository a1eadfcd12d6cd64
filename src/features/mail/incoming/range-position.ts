import type { FoundItem } from '../../../drivers/port/mail-item.js';
import type { FoundPage } from '../../../drivers/port/mail-server.js';
import { advanceImport } from './import-position.js';

/** Where the reading of a range of receive times stands in one folder; pure, so that its odd cases can be tested by table. */
export interface RangePosition {
  readonly since: Date;
  readonly offset: number;
  /** Everything of the range that was received before this has been looked at; null while that cannot be said. */
  readonly reached: Date | null;
  /** As in the import; not known any more after a restart, when pages are taken for ordered again. */
  readonly ordered?: boolean;
  /**
   * Items received at `since` itself that the last page held. The next page begins with them again, and
   * without this they would be counted twice.
   */
  readonly seen: readonly string[];
}

export interface RangeStep {
  readonly position: RangePosition;
  /** What of the page belongs to the range and has not been looked at. */
  readonly items: readonly FoundItem[];
  /** Whether the folder holds nothing more of the range. */
  readonly done: boolean;
}

export const startOfRange = (from: Date): RangePosition => ({ since: from, offset: 0, reached: null, seen: [] });

/**
 * The step that a page stands for. Pages run on from the date of the last item, as in the import
 * (import-position.ts), up to the first item received at `to` or later.
 */
export function advanceRange(position: RangePosition, page: FoundPage, to: Date, now: Date): RangeStep {
  const { since, offset, reached, ordered = true } = position;
  const next = advanceImport({ since, offset, reached, newest: null, ordered, done: false }, page, now);
  const seen = new Set(position.seen);
  const items = page.items.filter((item) => !seen.has(item.id) && (item.receivedAt === null || item.receivedAt < to));
  // Only of pages in order can it be said that nothing of the range follows the first item beyond it.
  const isBeyond = !next.done && next.offset === 0 && next.since >= to;
  const moved = next.since.getTime() !== since.getTime();
  const atSince = page.items.filter((item) => item.receivedAt?.getTime() === next.since.getTime());
  return {
    position: {
      since: next.since,
      offset: next.offset,
      reached: next.reached !== null && next.reached > to ? to : next.reached,
      ordered: next.ordered,
      seen: moved ? atSince.map((item) => item.id) : position.seen,
    },
    items,
    done: next.done || isBeyond,
  };
}
