import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson, storableText } from '../../../platform/database/storable-text.js';
import type { FailureKind } from './item-retries.js';

export interface ItemFailure {
  readonly itemId: string;
  readonly folder: string;
  readonly kind: FailureKind;
  readonly attempts: number;
  readonly code: string;
  readonly message: string;
  readonly firstAt: Date;
  /** Null: set aside, to be tried on request, by an audit, or when others like it can be read again. */
  readonly retryAt: Date | null;
  /** An incident counts it. */
  readonly reported: boolean;
}

const columns = `item_id AS "itemId", folder, kind, attempts, code, message, first_at AS "firstAt", retry_at AS "retryAt", reported`;

/** The code of items that ended processes. They are read again on request only. */
export const endedProcesses = 'ProcessEnded';

/** Which of the kinds are mail that is not here. */
export const unreadKinds = `('unread', 'outage')`;

/** The SQL of items that could not be read. */
@Injectable()
export class ItemFailuresStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * What a poll has to look at in a folder: items whose next try is due, those with the fewest tries first, and
   * those that have lasted since `lastingSince` and are in no incident yet.
   */
  async due(mailboxId: string, folder: string, now: Date, lastingSince: Date, limit: number): Promise<ItemFailure[]> {
    return this.dataSource.query<ItemFailure[]>(
      `SELECT ${columns} FROM item_failures
       WHERE mailbox_id = $1 AND folder = $2 AND (retry_at <= $3 OR (NOT reported AND first_at <= $4 AND kind IN ${unreadKinds}))
       ORDER BY attempts, retry_at, item_id LIMIT $5`,
      [mailboxId, folder, now, lastingSince, limit],
    );
  }

  /**
   * The items of a folder without a scheduled retry, or with a distant one, the least retried first. Excludes items
   * that ended processes.
   */
  async waiting(mailboxId: string, folder: string, limit: number): Promise<ItemFailure[]> {
    return this.dataSource.query<ItemFailure[]>(
      `SELECT ${columns} FROM item_failures WHERE mailbox_id = $1 AND folder = $2 AND (retry_at IS NOT NULL OR code <> $4)
       ORDER BY attempts, item_id LIMIT $3`,
      [mailboxId, folder, limit, endedProcesses],
    );
  }

  /** The items among these that failed before, due or not, or set aside, each with its folder. */
  async failed(mailboxId: string, itemIds: readonly string[]): Promise<Map<string, string>> {
    if (itemIds.length === 0) return new Map();
    const rows = await this.dataSource.query<{ item_id: string; folder: string }[]>(
      `SELECT item_id, folder FROM item_failures WHERE mailbox_id = $1 AND item_id = ANY($2)`,
      [mailboxId, itemIds],
    );
    return new Map(rows.map((row) => [row.item_id, row.folder]));
  }

  /** Moves the items to this folder for their next attempts. */
  async place(sql: Sql, mailboxId: string, itemIds: readonly string[], folder: string): Promise<void> {
    await sql.query(`UPDATE item_failures SET folder = $3 WHERE mailbox_id = $1 AND item_id = ANY($2)`, [
      mailboxId,
      itemIds,
      folder,
    ]);
  }

  /**
   * Deletes failures in folders that are no longer watched or do not exist, because nothing retries them. The missing
   * part of a stored message waits for the folder.
   * @returns the folders, to be listed from the beginning if they are watched again
   */
  async forgetUnwatched(sql: Sql, mailboxId: string): Promise<string[]> {
    const [rows] = await sql.query<[{ folder: string }[], number]>(
      `DELETE FROM item_failures f WHERE f.mailbox_id = $1 AND f.kind <> 'incomplete' AND NOT EXISTS (
         SELECT FROM mailbox_folders w WHERE w.mailbox_id = $1 AND w.folder = f.folder AND w.watched AND w.missing_since IS NULL)
       RETURNING f.folder`,
      [mailboxId],
    );
    return [...new Set(rows.map(({ folder }) => folder))];
  }

  /** In the order of their ids, without those that the server does not know, which are looked for or forgotten soon. */
  async list(mailboxId: string, after: string | null, limit: number): Promise<ItemFailure[]> {
    return this.dataSource.query<ItemFailure[]>(
      `SELECT ${columns} FROM item_failures
       WHERE mailbox_id = $1 AND ($2::text IS NULL OR item_id > $2) AND kind <> 'missing' ORDER BY item_id LIMIT $3`,
      [mailboxId, after, limit],
    );
  }

  /** Mail of a folder that is on the server and not here. */
  async unreadIn(mailboxId: string, folder: string): Promise<number> {
    return this.countUnread(this.dataSource, mailboxId, folder);
  }

  /** Mail of the mailbox, or of one folder of it, that is on the server and not here. */
  async countUnread(sql: Sql, mailboxId: string, folder: string | null = null): Promise<number> {
    const [row] = await sql.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM item_failures
       WHERE mailbox_id = $1 AND kind IN ${unreadKinds} AND ($2::text IS NULL OR folder = $2)`,
      [mailboxId, folder],
    );
    return row?.count ?? 0;
  }

  /** What is known of these items' earlier tries; locked, for `put` overwrites it. */
  async ofItems(sql: Sql, mailboxId: string, itemIds: readonly string[]): Promise<Map<string, ItemFailure>> {
    if (itemIds.length === 0) return new Map();
    const rows = await sql.query<ItemFailure[]>(
      `SELECT ${columns} FROM item_failures WHERE mailbox_id = $1 AND item_id = ANY($2) ORDER BY item_id FOR UPDATE`,
      [mailboxId, itemIds],
    );
    return new Map(rows.map((row) => [row.itemId, row]));
  }

  async put(sql: Sql, mailboxId: string, failures: readonly Omit<ItemFailure, 'reported'>[]): Promise<void> {
    if (failures.length === 0) return;
    const rows = failures.map((failure) => ({
      ...failure,
      code: storableText(failure.code),
      message: storableText(failure.message),
    }));
    await sql.query(
      `INSERT INTO item_failures AS f (mailbox_id, item_id, folder, kind, attempts, code, message, first_at, retry_at)
       SELECT $1, row."itemId", row.folder, row.kind, row.attempts, row.code, row.message, row."firstAt", row."retryAt"
       FROM jsonb_to_recordset($2::jsonb) AS row("itemId" text, folder text, kind text, attempts integer, code text, message text, "firstAt" timestamptz, "retryAt" timestamptz)
       ON CONFLICT (mailbox_id, item_id) DO UPDATE SET folder = excluded.folder, kind = excluded.kind, attempts = excluded.attempts,
         code = excluded.code, message = excluded.message, retry_at = excluded.retry_at`,
      [mailboxId, storableJson(rows)],
    );
  }

  /** What is not tried while nothing can be read waits as long as what is. */
  async postponeOutage(sql: Sql, mailboxId: string, until: Date): Promise<void> {
    await sql.query(
      `UPDATE item_failures SET retry_at = $2 WHERE mailbox_id = $1 AND kind = 'outage' AND retry_at < $2`,
      [mailboxId, until],
    );
  }

  /**
   * Something of the mailbox was read: what failed in an outage is due with all of its tries, and so is what
   * failed with one of these codes, which others have got over.
   */
  async resume(sql: Sql, mailboxId: string, codes: readonly string[], now: Date): Promise<void> {
    await sql.query(
      `UPDATE item_failures SET retry_at = least(retry_at, $3), attempts = CASE WHEN kind = 'outage' THEN 0 ELSE attempts END,
         kind = CASE WHEN kind = 'outage' THEN 'unread' ELSE kind END
       WHERE mailbox_id = $1 AND (kind = 'outage' OR (code = ANY($2) AND kind <> 'missing' AND coalesce(retry_at > $3, true)))`,
      [mailboxId, codes.filter((code) => code !== endedProcesses), now],
    );
  }

  /**
   * Makes one failed item, or all of a mailbox, due at once; those set aside begin to count anew.
   * @returns how many
   */
  async retry(sql: Sql, mailboxId: string, itemId: string | null, now: Date): Promise<number> {
    const [, retried] = await sql.query<[unknown[], number]>(
      `UPDATE item_failures SET retry_at = $3, attempts = CASE WHEN retry_at IS NULL THEN 0 ELSE attempts END
       WHERE mailbox_id = $1 AND ($2::text IS NULL OR item_id = $2) AND kind <> 'missing' RETURNING 1`,
      [mailboxId, itemId, now],
    );
    return retried;
  }

  /** Marks what an incident counts from now on. */
  async markReported(sql: Sql, mailboxId: string): Promise<void> {
    await sql.query(
      `UPDATE item_failures SET reported = true WHERE mailbox_id = $1 AND NOT reported AND kind IN ${unreadKinds}`,
      [mailboxId],
    );
  }

  /** @returns the codes of the deleted failures */
  async forget(sql: Sql, mailboxId: string, itemIds: readonly string[]): Promise<string[]> {
    if (itemIds.length === 0) return [];
    const [rows] = await sql.query<[{ code: string }[], number]>(
      `DELETE FROM item_failures WHERE mailbox_id = $1 AND item_id = ANY($2) RETURNING code`,
      [mailboxId, itemIds],
    );
    return [...new Set(rows.map(({ code }) => code))];
  }
}
