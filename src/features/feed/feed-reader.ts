import { Injectable } from '@nestjs/common';
import { EventsStore, type EventRow } from './events.store.js';
import type { FeedFilter } from './feed-filter.js';
import { comparePositions, type FeedPosition } from './feed-position.js';
import { FeedWatch } from './feed-watch.js';

export interface FeedPage {
  readonly rows: readonly EventRow[];
  /** Where to read on: behind the last row, or behind everything that was looked through in vain. */
  readonly position: FeedPosition;
  /** Nothing more was there to read. */
  readonly upToDate: boolean;
}

/** Events that one statement looks through for those that a filter lets through. */
const windowSize = 10_000;
/** Windows that one call looks through in vain: about a tenth of a second. */
const maxWindows = 10;

/** Reads the feed by position, for every kind of reader. */
@Injectable()
export class FeedReader {
  constructor(
    private readonly events: EventsStore,
    private readonly watch: FeedWatch,
  ) {}

  /** The end of what can be read now. */
  async end(): Promise<FeedPosition> {
    return this.events.horizon();
  }

  /** The next page behind `after`. */
  async page(after: FeedPosition, filter: FeedFilter, limit: number): Promise<FeedPage> {
    const horizon = await this.events.horizon();
    // A cursor of an epoch that began after a restore, or of this very moment elsewhere.
    if (comparePositions(after, horizon) >= 0) return { rows: [], position: after, upToDate: true };
    const windowed = filter.types !== null || filter.mailboxId !== null || filter.profileIds !== null;
    let position = after;
    for (let window = 0; window < maxWindows; window += 1) {
      const end = windowed ? await this.events.windowEnd(position, horizon, filter, windowSize) : null;
      const rows = await this.events.between(position, end ?? horizon, filter, limit, windowed ? windowSize : null);
      const last = rows.at(-1);
      if (rows.length === limit && last)
        return { rows, position: { epoch: last.epoch, txid: last.txid, seq: last.seq }, upToDate: false };
      position = end ?? horizon;
      if (rows.length > 0 || end === null) return { rows, position, upToDate: end === null };
    }
    return { rows: [], position, upToDate: false };
  }

  /** Like `page`, but waits up to `waitMs` while there is nothing; a shutdown or the signal ends the wait. */
  async pageWithin(
    waitMs: number,
    after: FeedPosition,
    filter: FeedFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<FeedPage> {
    const first = await this.page(after, filter, limit);
    if (waitMs === 0 || first.rows.length > 0 || !first.upToDate) return first;
    const deadline = performance.now() + waitMs;
    const wait = await this.watch.join(filter);
    try {
      for (let from = first.position; ;) {
        const page = await this.page(from, filter, limit);
        if (page.rows.length > 0 || !page.upToDate) return page;
        from = page.position;
        if (!(await wait.next(deadline - performance.now(), signal)))
          return { ...page, position: wait.advance(page.position) };
      }
    } finally {
      wait.leave();
    }
  }

  /**
   * Pages without end until the signal or a shutdown; an empty one each `everyMs` without news. The next
   * page is read only when the one before has been taken.
   */
  async *pages(
    after: FeedPosition,
    filter: FeedFilter,
    limit: number,
    everyMs: number,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage> {
    let position = after;
    const wait = await this.watch.join(filter);
    try {
      while (!signal.aborted && !this.watch.stopped) {
        const page = await this.page(position, filter, limit);
        position = page.position;
        if (page.rows.length > 0 || !page.upToDate) {
          yield page;
          continue;
        }
        if (await wait.next(everyMs, signal)) continue;
        position = wait.advance(position);
        yield { rows: [], position, upToDate: true };
      }
    } finally {
      wait.leave();
    }
  }
}
