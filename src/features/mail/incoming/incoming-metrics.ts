import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { METRICS } from '../../../platform/tokens.js';

/** Items of a kind that a metric counts at most: whether there are more, nobody acts upon. */
const maxCounted = 10_000;

const unreadable = [
  ['scheduled', 'unread', 'NOT NULL'],
  ['scheduled', 'outage', 'NOT NULL'],
  ['set-aside', 'unread', 'NULL'],
  ['set-aside', 'outage', 'NULL'],
  ['incomplete', 'incomplete', 'NOT NULL'],
  ['incomplete', 'incomplete', 'NULL'],
] as const;

/** The order is that of the index, so that a count reads no more of it than it counts. */
const countUnreadable = unreadable
  .map(
    ([tried, kind, retryAt]) =>
      `SELECT '${tried}' AS tried, (SELECT count(*)::int FROM (SELECT FROM item_failures
         WHERE kind = '${kind}' AND retry_at IS ${retryAt} ORDER BY retry_at LIMIT ${maxCounted}) counted) AS count`,
  )
  .join(' UNION ALL ');

@Injectable()
export class IncomingMetrics {
  private readonly messages: Counter;
  private readonly itemFailures: Counter<'code'>;
  private readonly unlistedRows: Counter;
  private readonly fallbacks: Counter<'way' | 'code'>;
  private readonly folderFailures: Counter<'code'>;

  constructor(dataSource: DataSource, @Inject(METRICS) registry: Registry) {
    new Gauge({
      name: 'postroom_items_unreadable',
      help: 'Items that could not be read, by how they are tried: scheduled, set-aside (no more tries by themselves), incomplete (stored without a part)',
      labelNames: ['tried'],
      registers: [registry],
      async collect() {
        const rows = await dataSource.query<{ tried: string; count: number }[]>(countUnreadable);
        this.reset();
        for (const tried of ['scheduled', 'set-aside', 'incomplete']) this.set({ tried }, 0);
        for (const row of rows) this.inc({ tried: row.tried }, row.count);
      },
    });
    this.messages = new Counter({
      name: 'postroom_messages_stored_total',
      help: 'Messages stored for the first time',
      registers: [registry],
    });
    this.itemFailures = new Counter({
      name: 'postroom_item_failures_total',
      help: 'Tries at a single item that failed, by code',
      labelNames: ['code'],
      registers: [registry],
    });
    this.unlistedRows = new Counter({
      name: 'postroom_unlisted_changes_total',
      help: 'Rows of listings that named no item',
      registers: [registry],
    });
    this.fallbacks = new Counter({
      name: 'postroom_listing_fallbacks_total',
      help: 'Folders that went over to another way of listing (date, changes), by code',
      labelNames: ['way', 'code'],
      registers: [registry],
    });
    this.folderFailures = new Counter({
      name: 'postroom_folder_failures_total',
      help: 'Tries at a folder that failed while others of its mailbox worked, by code',
      labelNames: ['code'],
      registers: [registry],
    });
  }

  unlisted(rows: number): void {
    this.unlistedRows.inc(rows);
  }

  fellBack(way: string, code: string): void {
    this.fallbacks.inc({ way, code });
  }

  folderFailed(code: string): void {
    this.folderFailures.inc({ code });
  }

  took(stored: number, troubles: readonly { readonly code: string }[]): void {
    if (stored > 0) this.messages.inc(stored);
    for (const { code } of troubles) this.itemFailures.inc({ code });
  }
}
