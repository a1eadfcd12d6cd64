import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';
import { storableJson } from '../../../platform/database/storable-text.js';
import { MessageRevisionsStore } from './message-revisions.store.js';

/** A message whose place was settled; folders by their paths. */
export interface Settled {
  readonly id: string;
  readonly before: string | null;
  readonly folder: string | null;
  readonly wasGone: boolean;
}

/** An item that is stored, as it was when it was last looked at. */
export interface KnownItem {
  readonly itemId: string;
  /** The one that it has by now. */
  readonly changeKey: string;
  /** In bytes, as the server counts them. */
  readonly size: number | null;
  readonly subject: string | null;
  readonly isRead: boolean;
}

/** What is to be settled: `$2` is the time since which a message must have been gone, or null. */
const settleable = `m.mailbox_id = $1 AND m.unsettled AND (m.left_at IS NULL OR $2::timestamptz IS NULL OR m.left_at < $2)`;

/** The SQL of where messages lie on the server. */
@Injectable()
export class MessageItemsStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly revisions: MessageRevisionsStore,
  ) {}

  /** Which of these items the mailbox holds already. */
  async known(mailboxId: string, itemIds: readonly string[]): Promise<Set<string>> {
    if (itemIds.length === 0) return new Set();
    const rows = await this.dataSource.query<{ item_id: string }[]>(
      `SELECT item_id FROM message_items WHERE item_id = ANY($1) AND mailbox_id = $2`,
      [itemIds, mailboxId],
    );
    return new Set(rows.map((row) => row.item_id));
  }

  /** Items of messages; one that is known already stays as it is. */
  async add(
    sql: Sql,
    mailboxId: string,
    folder: string,
    items: readonly {
      readonly messageId: string;
      readonly itemId: string;
      readonly changeKey: string | null;
      readonly size: number | null;
    }[],
  ): Promise<void> {
    if (items.length === 0) return;
    await sql.query(
      `INSERT INTO message_items (message_id, mailbox_id, folder, item_id, change_key, size_bytes)
       SELECT row."messageId", $1, $2, row."itemId", row."changeKey", row.size
       FROM jsonb_to_recordset($3::jsonb) AS row("messageId" uuid, "itemId" text, "changeKey" text, size bigint)
       WHERE NOT EXISTS (SELECT FROM message_items i WHERE i.item_id = row."itemId" AND i.mailbox_id = $1)`,
      [mailboxId, folder, storableJson(items)],
    );
  }

  /** Messages that were stored before turned up somewhere (again). */
  async unsettle(sql: Sql, messageIds: readonly string[]): Promise<void> {
    if (messageIds.length === 0) return;
    await sql.query(`UPDATE messages SET unsettled = true, left_at = NULL WHERE id = ANY($1::uuid[])`, [messageIds]);
  }

  /**
   * The items among these that are stored and whose change key has changed. If the stored change key is unknown, only
   * an item that was listed as updated counts.
   */
  async changed(
    mailboxId: string,
    items: readonly { readonly itemId: string; readonly changeKey: string; readonly isUpdate: boolean }[],
  ): Promise<KnownItem[]> {
    if (items.length === 0) return [];
    return this.dataSource.query<KnownItem[]>(
      `SELECT i.item_id AS "itemId", row."changeKey", i.size_bytes::float8 AS size, m.subject, m.is_read AS "isRead"
       FROM jsonb_to_recordset($2::jsonb) AS row("itemId" text, "changeKey" text, "isUpdate" boolean)
       JOIN message_items i ON i.item_id = row."itemId" AND i.mailbox_id = $1 JOIN messages m ON m.id = i.message_id
       WHERE (i.change_key <> row."changeKey" OR (i.change_key IS NULL AND row."isUpdate")) AND m.content_id IS NOT NULL`,
      [mailboxId, storableJson(items)],
    );
  }

  /** The items were looked at as they are with these change keys. */
  async seen(
    sql: Sql,
    mailboxId: string,
    items: readonly { readonly itemId: string; readonly changeKey: string | null; readonly size: number | null }[],
  ): Promise<void> {
    if (items.length === 0) return;
    await sql.query(
      `UPDATE message_items i SET change_key = row."changeKey", size_bytes = coalesce(row.size, i.size_bytes)
       FROM jsonb_to_recordset($2::jsonb) AS row("itemId" text, "changeKey" text, size bigint)
       WHERE i.item_id = row."itemId" AND i.mailbox_id = $1`,
      [mailboxId, storableJson(items)],
    );
  }

  /** @returns the messages whose flag changed */
  async setRead(
    sql: Sql,
    mailboxId: string,
    flags: readonly { itemId: string; isRead: boolean }[],
  ): Promise<{ id: string; isRead: boolean }[]> {
    if (flags.length === 0) return [];
    const [rows] = await sql.query<[{ id: string; isRead: boolean }[], number]>(
      `UPDATE messages m SET is_read = flag."isRead"
       FROM jsonb_to_recordset($2::jsonb) AS flag("itemId" text, "isRead" boolean)
       JOIN message_items i ON i.item_id = flag."itemId" AND i.mailbox_id = $1
       WHERE m.id = i.message_id AND m.is_read <> flag."isRead" RETURNING m.id, m.is_read AS "isRead"`,
      [mailboxId, storableJson(flags)],
    );
    return rows;
  }

  /** The items left the folder. Messages that have no other item may be on their way to another folder. */
  async leave(sql: Sql, mailboxId: string, folder: string, itemIds: readonly string[], now: Date): Promise<void> {
    if (itemIds.length === 0) return;
    const [gone] = await sql.query<[{ message_id: string }[], number]>(
      `DELETE FROM message_items WHERE item_id = ANY($1) AND mailbox_id = $2 AND folder = $3 RETURNING message_id`,
      [itemIds, mailboxId, folder],
    );
    if (gone.length === 0) return;
    await this.revisions.dropOlder(
      sql,
      gone.map((row) => row.message_id),
      itemIds,
    );
    await sql.query(
      `UPDATE messages m SET unsettled = true,
         left_at = CASE WHEN EXISTS (SELECT FROM message_items i WHERE i.message_id = m.id) THEN NULL ELSE $2::timestamptz END
       WHERE m.id = ANY($1::uuid[])`,
      [gone.map((row) => row.message_id), now],
    );
  }

  async hasUnsettled(mailboxId: string, seenSince: Date | null): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(`SELECT 1 FROM messages m WHERE ${settleable} LIMIT 1`, [
      mailboxId,
      seenSince,
    ]);
    return rows.length > 0;
  }

  /**
   * Gives messages the place where their items are now: the one they had as long as an item is there,
   * else the first by name.
   */
  async settle(sql: Sql, mailboxId: string, seenSince: Date | null, now: Date, limit: number): Promise<Settled[]> {
    const [rows] = await sql.query<[Settled[], number]>(
      `WITH moved AS (
         SELECT m.id, m.folder AS before, m.gone_at IS NOT NULL AS was_gone, (
           SELECT i.folder FROM message_items i WHERE i.message_id = m.id ORDER BY i.folder <> coalesce(m.folder, ''), i.folder LIMIT 1
         ) AS folder
         FROM messages m WHERE ${settleable} LIMIT $4 FOR NO KEY UPDATE
       )
       UPDATE messages m SET unsettled = false, folder = moved.folder, left_at = NULL,
         gone_at = CASE WHEN moved.folder IS NULL THEN coalesce(m.gone_at, $3::timestamptz) END
       FROM moved WHERE m.id = moved.id
       RETURNING m.id, moved.was_gone AS "wasGone",
         (SELECT coalesce(f.path, moved.before) FROM (SELECT 1) one LEFT JOIN mailbox_folders f ON f.mailbox_id = $1 AND f.folder = moved.before) AS before,
         (SELECT coalesce(f.path, moved.folder) FROM (SELECT 1) one LEFT JOIN mailbox_folders f ON f.mailbox_id = $1 AND f.folder = moved.folder) AS folder`,
      [mailboxId, seenSince, now, limit],
    );
    return rows;
  }
}
