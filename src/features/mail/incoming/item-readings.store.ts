import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { leaseMs } from '../../scheduling/work.js';

/** An item is no longer read after it was being read this many times when a process ended. */
const maxDeaths = 2;
/**
 * Attempts that began later than this may still be running: the work of a process that ended is claimed only after
 * that.
 */
const youngestMs = leaseMs / 2;

/** All SQL on item_readings. */
@Injectable()
export class ItemReadingsStore {
  /** The id of this process; its own unfinished attempts have not ended a process. */
  private readonly process = randomUUID();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Records, before anything is fetched, that these items are being read.
   * @returns the items without an earlier unfinished attempt; the others are to be read one at a time
   */
  async begin(mailboxId: string, itemIds: readonly string[], now: Date): Promise<ReadonlySet<string>> {
    if (itemIds.length === 0) return new Set();
    const rows = await this.dataSource.query<{ item_id: string }[]>(
      `INSERT INTO item_readings (mailbox_id, item_id, process, begun_at)
       SELECT $1, item_id, $3, $4 FROM unnest($2::text[]) AS item_id ORDER BY item_id
       ON CONFLICT DO NOTHING RETURNING item_id`,
      [mailboxId, itemIds, this.process, now],
    );
    return new Set(rows.map(({ item_id }) => item_id));
  }

  /**
   * The same for one item with an unfinished attempt.
   * @returns false: it has ended as many processes as allowed
   */
  async beginAgain(mailboxId: string, itemId: string, now: Date): Promise<boolean> {
    const [[row]] = await this.dataSource.query<[{ deaths: number }[], number]>(
      `UPDATE item_readings SET process = $3, begun_at = $4,
         deaths = deaths + CASE WHEN process <> $3 AND begun_at <= $5 THEN 1 ELSE 0 END
       WHERE mailbox_id = $1 AND item_id = $2 RETURNING deaths`,
      [mailboxId, itemId, this.process, now, new Date(now.getTime() - youngestMs)],
    );
    return (row?.deaths ?? 0) < maxDeaths;
  }

  /** The result of these items is stored in the same transaction. */
  async end(sql: Sql, mailboxId: string, itemIds: readonly string[]): Promise<void> {
    if (itemIds.length === 0) return;
    await sql.query(`DELETE FROM item_readings WHERE mailbox_id = $1 AND item_id = ANY($2)`, [mailboxId, itemIds]);
  }

  /** The attempt was given up: by an error, or because the process shuts down cleanly. */
  async abandon(mailboxId: string, itemIds: readonly string[]): Promise<void> {
    await this.end(this.dataSource.manager, mailboxId, itemIds);
  }
}
