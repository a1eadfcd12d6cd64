import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { valuesList } from '../../../platform/database/values-list.js';

/** Ids have hundreds of bytes, and all that is asked of one is whether it was there. */
const hashOf = (itemId: string): Buffer => createHash('sha256').update(itemId).digest().subarray(0, 16);

/** The SQL of items that a filter turned away: counts and hashes, nothing of the mail. */
@Injectable()
export class FilteredItemsStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Which of these items were turned away before. */
  async known(mailboxId: string, itemIds: readonly string[]): Promise<Set<string>> {
    if (itemIds.length === 0) return new Set();
    const byHash = new Map(itemIds.map((itemId) => [hashOf(itemId).toString('hex'), itemId]));
    const values = valuesList([...byHash.keys()], [{ type: 'bytea', value: (hash) => Buffer.from(hash, 'hex') }], 2);
    const rows = await this.dataSource.query<{ hash: string }[]>(
      `SELECT encode(f.item_hash, 'hex') AS hash FROM (${values.text}) AS v(hash)
       JOIN filtered_items f ON f.mailbox_id = $1 AND f.item_hash = v.hash`,
      [mailboxId, ...values.parameters],
    );
    return new Set(rows.flatMap(({ hash }) => byHash.get(hash) ?? []));
  }

  /** Counts items, each once. */
  async note(sql: Sql, mailboxId: string, itemIds: readonly string[], now: Date): Promise<void> {
    if (itemIds.length === 0) return;
    const values = valuesList([...new Set(itemIds)], [{ type: 'bytea', value: hashOf }], 3);
    await sql.query(
      `WITH turned_away AS (
         INSERT INTO filtered_items (mailbox_id, item_hash) SELECT $1::uuid, v.* FROM (${values.text}) AS v ON CONFLICT DO NOTHING RETURNING 1)
       INSERT INTO filtered_counts AS c (mailbox_id, day, items, last_at)
       SELECT $1::uuid, ($2::timestamptz AT TIME ZONE 'UTC')::date, count(*), $2 FROM turned_away HAVING count(*) > 0
       ON CONFLICT (mailbox_id, day) DO UPDATE SET items = c.items + excluded.items, last_at = excluded.last_at`,
      [mailboxId, now, ...values.parameters],
    );
  }
}
