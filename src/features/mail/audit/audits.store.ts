import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';

/** A comparison of a folder with the server, before anything was healed. */
export interface Audit {
  readonly id: string;
  readonly mailboxId: string;
  readonly profileId: string;
  readonly folder: string;
  readonly from: Date;
  readonly to: Date;
  /** By the two numbers, or item by item. */
  readonly compared: 'count' | 'items';
  readonly onServer: number;
  readonly stored: number;
  readonly missing: number;
  readonly surplus: number;
  readonly misplaced: number;
  /** Items of the folder that could not be read, now or before; they are tried over days. */
  readonly unreadable: number;
  /** The audit before found differences, too. */
  readonly recurring: boolean;
  readonly at: Date;
}

/** Audits kept of a mailbox's folder. */
const kept = 30;

const columns = `id, mailbox_id AS "mailboxId", profile_id AS "profileId", folder, window_from AS "from", window_to AS "to", compared, on_server AS "onServer",
  stored, missing, surplus, misplaced, unreadable, recurring, audited_at AS "at"`;

const storedIn = `FROM messages m JOIN message_items i ON i.message_id = m.id
  WHERE m.mailbox_id = $1 AND m.received_at >= $3 AND m.received_at < $4 AND i.folder = $2`;

/** The SQL of audits. */
@Injectable()
export class AuditsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Notes that an audit is wanted; one that is wanted already stays the same.
   * @returns since when, and whether one is under way
   */
  async request(sql: Sql, mailboxId: string, now: Date): Promise<{ requestedAt: Date; running: boolean }> {
    const [[row]] = await sql.query<[{ requestedAt: Date; running: boolean }[], number]>(
      `UPDATE mailboxes SET audit_requested_at = coalesce(audit_requested_at, $2) WHERE id = $1
       RETURNING audit_requested_at AS "requestedAt",
         EXISTS (SELECT FROM mailbox_work w WHERE w.mailbox_id = $1 AND w.kind = 'audit' AND w.lease_until > $2) AS running`,
      [mailboxId, now],
    );
    if (!row) throw new Error(`the mailbox ${mailboxId} is gone`);
    return row;
  }

  /** When an audit was asked for that is yet to be made; null: none is wanted but by the schedule. */
  async requestedAt(mailboxId: string): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ audit_requested_at: Date | null }[]>(
      `SELECT audit_requested_at FROM mailboxes WHERE id = $1`,
      [mailboxId],
    );
    return row?.audit_requested_at ?? null;
  }

  /** The audit that was asked for until then has been made. */
  async answerRequest(sql: Sql, mailboxId: string, requestedAt: Date): Promise<void> {
    await sql.query(`UPDATE mailboxes SET audit_requested_at = NULL WHERE id = $1 AND audit_requested_at <= $2`, [
      mailboxId,
      requestedAt,
    ]);
  }

  /** Ids of the folder's items whose messages were received from `from` on and before `to`. */
  async storedItems(mailboxId: string, folder: string, from: Date, to: Date): Promise<string[]> {
    const rows = await this.dataSource.query<{ item_id: string }[]>(`SELECT i.item_id ${storedIn}`, [
      mailboxId,
      folder,
      from,
      to,
    ]);
    return rows.map((row) => row.item_id);
  }

  async countStored(mailboxId: string, folder: string, from: Date, to: Date): Promise<number> {
    const parameters = [mailboxId, folder, from, to];
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count ${storedIn}`,
      parameters,
    );
    return row?.count ?? 0;
  }

  /** Of these items those that are stored, with the folder that they are stored as in. */
  async foldersOf(mailboxId: string, itemIds: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.dataSource.query<{ item_id: string; folder: string }[]>(
      `SELECT item_id, folder FROM message_items WHERE item_id = ANY($2) AND mailbox_id = $1`,
      [mailboxId, itemIds],
    );
    return new Map(rows.map((row) => [row.item_id, row.folder]));
  }

  /** Puts items into the folder where the server has them; the next poll settles and announces it. */
  async place(sql: Sql, mailboxId: string, folder: string, itemIds: readonly string[]): Promise<void> {
    if (itemIds.length === 0) return;
    const [rows] = await sql.query<[{ message_id: string }[], number]>(
      `UPDATE message_items SET folder = $2 WHERE item_id = ANY($3) AND mailbox_id = $1 RETURNING message_id`,
      [mailboxId, folder, itemIds],
    );
    await sql.query(`UPDATE messages SET unsettled = true, left_at = NULL WHERE id = ANY($1::uuid[])`, [
      rows.map((row) => row.message_id),
    ]);
  }

  /** Whether the mailbox is still there and receives; asked in the transaction that holds its audit's lease. */
  async isLookedAfter(sql: Sql, mailboxId: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>(`SELECT FROM mailboxes WHERE id = $1 AND removed_at IS NULL AND incoming`, [
      mailboxId,
    ]);
    return rows.length > 0;
  }

  /** Keeps the last of each folder. */
  async insert(sql: Sql, audit: Audit): Promise<void> {
    await sql.query(
      `INSERT INTO audits (id, mailbox_id, profile_id, folder, window_from, window_to, compared, on_server, stored, missing, surplus, misplaced, unreadable, recurring, audited_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        audit.id,
        audit.mailboxId,
        audit.profileId,
        audit.folder,
        audit.from,
        audit.to,
        audit.compared,
        audit.onServer,
        audit.stored,
        audit.missing,
        audit.surplus,
        audit.misplaced,
        audit.unreadable,
        audit.recurring,
        audit.at,
      ],
    );
    await sql.query(
      `DELETE FROM audits WHERE mailbox_id = $1 AND folder = $2 AND id <=
         (SELECT id FROM audits WHERE mailbox_id = $1 AND folder = $2 ORDER BY id DESC OFFSET ${kept} LIMIT 1)`,
      [audit.mailboxId, audit.folder],
    );
  }

  /** The folder's last audits, newest first. */
  async last(mailboxId: string, folder: string): Promise<Audit[]> {
    return this.dataSource.query<Audit[]>(
      `SELECT ${columns} FROM audits WHERE mailbox_id = $1 AND folder = $2 ORDER BY id DESC LIMIT ${kept}`,
      [mailboxId, folder],
    );
  }

  /** Newest first, folders by their paths. */
  async list(mailboxId: string, before: string | null, limit: number): Promise<Audit[]> {
    return this.dataSource.query<Audit[]>(
      `SELECT ${columns}, coalesce((SELECT f.path FROM mailbox_folders f WHERE f.mailbox_id = audits.mailbox_id AND f.folder = audits.folder), folder) AS folder
       FROM audits WHERE mailbox_id = $1 AND id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY id DESC LIMIT $3`,
      [mailboxId, before, limit],
    );
  }
}
