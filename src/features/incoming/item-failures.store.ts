import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableText } from '../../platform/database/storable-text.js';

export interface ItemFailure {
  readonly itemId: string;
  readonly folder: string;
  readonly attempts: number;
  readonly code: string;
  readonly message: string;
  readonly firstAt: Date;
  /** Null: set aside after too many tries. */
  readonly retryAt: Date | null;
}

const columns = `item_id AS "itemId", folder, attempts, code, message, first_at AS "firstAt", retry_at AS "retryAt"`;

/** The SQL of items that could not be read. */
@Injectable()
export class ItemFailuresStore {
  constructor(private readonly dataSource: DataSource) {}

  async due(mailboxId: string, folder: string, now: Date, limit: number): Promise<ItemFailure[]> {
    return this.dataSource.query<ItemFailure[]>(
      `SELECT ${columns} FROM item_failures WHERE mailbox_id = $1 AND folder = $2 AND retry_at <= $3 ORDER BY retry_at LIMIT $4`,
      [mailboxId, folder, now, limit],
    );
  }

  /** Which of these items failed before: due or not, or set aside. */
  async failed(mailboxId: string, itemIds: readonly string[]): Promise<Set<string>> {
    if (itemIds.length === 0) return new Set();
    const rows = await this.dataSource.query<{ item_id: string }[]>(
      `SELECT item_id FROM item_failures WHERE mailbox_id = $1 AND item_id = ANY($2)`,
      [mailboxId, itemIds],
    );
    return new Set(rows.map((row) => row.item_id));
  }

  async list(mailboxId: string, after: string | null, limit: number): Promise<ItemFailure[]> {
    return this.dataSource.query<ItemFailure[]>(
      `SELECT ${columns} FROM item_failures WHERE mailbox_id = $1 AND ($2::text IS NULL OR item_id > $2) ORDER BY item_id LIMIT $3`,
      [mailboxId, after, limit],
    );
  }

  /** Counts one more failed try; `retryAt` tells when the next one is, null sets the item aside. */
  async note(
    sql: Sql,
    failure: { mailboxId: string; itemId: string; folder: string; code: string; message: string },
    retryAt: (attempts: number) => Date | null,
    now: Date,
  ): Promise<void> {
    const [row] = await sql.query<{ attempts: number }[]>(
      `INSERT INTO item_failures AS f (mailbox_id, item_id, folder, attempts, code, message, first_at)
       VALUES ($1, $2, $3, 1, $4, $5, $6)
       ON CONFLICT (mailbox_id, item_id) DO UPDATE SET attempts = f.attempts + 1, code = excluded.code, message = excluded.message
       RETURNING attempts`,
      [failure.mailboxId, failure.itemId, failure.folder, failure.code, storableText(failure.message), now],
    );
    await sql.query(`UPDATE item_failures SET retry_at = $3 WHERE mailbox_id = $1 AND item_id = $2`, [
      failure.mailboxId,
      failure.itemId,
      retryAt(row?.attempts ?? 1),
    ]);
  }

  /**
   * Makes one failed item, or all of a mailbox, due at once; those set aside begin to count anew.
   * @returns how many
   */
  async retry(sql: Sql, mailboxId: string, itemId: string | null, now: Date): Promise<number> {
    const [, retried] = await sql.query<[unknown[], number]>(
      `UPDATE item_failures SET retry_at = $3, attempts = CASE WHEN retry_at IS NULL THEN 0 ELSE attempts END
       WHERE mailbox_id = $1 AND ($2::text IS NULL OR item_id = $2) RETURNING 1`,
      [mailboxId, itemId, now],
    );
    return retried;
  }

  async forget(sql: Sql, mailboxId: string, itemIds: readonly string[]): Promise<void> {
    if (itemIds.length === 0) return;
    await sql.query(`DELETE FROM item_failures WHERE mailbox_id = $1 AND item_id = ANY($2)`, [mailboxId, itemIds]);
  }
}
