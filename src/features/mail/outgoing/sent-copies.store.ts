import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../../platform/database/data-source.js';

export interface SentCopy {
  readonly messageId: string;
  /** Looks that did not find it. */
  readonly looks: number;
}

/** The SQL of copies in Sent Items that are to go. */
@Injectable()
export class SentCopiesStore {
  constructor(private readonly dataSource: DataSource) {}

  async add(sql: Sql, mailboxId: string, messageId: string, now: Date): Promise<void> {
    await sql.query(
      `INSERT INTO outgoing_copies (message_id, mailbox_id, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [messageId, mailboxId, now],
    );
  }

  async due(mailboxId: string, now: Date, limit: number): Promise<SentCopy[]> {
    return this.dataSource.query<SentCopy[]>(
      `SELECT message_id AS "messageId", looks FROM outgoing_copies WHERE mailbox_id = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3`,
      [mailboxId, now, limit],
    );
  }

  async nextDue(mailboxId: string): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ due: Date | null }[]>(
      `SELECT min(due_at) AS due FROM outgoing_copies WHERE mailbox_id = $1`,
      [mailboxId],
    );
    return row?.due ?? null;
  }

  async putOff(sql: Sql, messageId: string, dueAt: Date): Promise<void> {
    await sql.query(`UPDATE outgoing_copies SET looks = looks + 1, due_at = $2 WHERE message_id = $1`, [
      messageId,
      dueAt,
    ]);
  }

  async forget(sql: Sql, messageId: string): Promise<void> {
    await sql.query(`DELETE FROM outgoing_copies WHERE message_id = $1`, [messageId]);
  }
}
