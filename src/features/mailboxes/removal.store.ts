import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import type { Lane } from '../scheduling/work.js';

/** Rows a statement: a mailbox can hold a million messages, and nobody else should wait for one to go. */
const step = 500;

/** The SQL that clears a removed mailbox away. */
@Injectable()
export class RemovalStore {
  constructor(private readonly dataSource: DataSource) {}

  async schedule(sql: Sql, mailboxId: string, profileId: string, now: Date, lane: Lane): Promise<void> {
    await sql.query(
      `INSERT INTO mailbox_work (mailbox_id, kind, profile_id, lane, due_at) VALUES ($1, 'removal', $2, $4, $3) ON CONFLICT DO NOTHING`,
      [mailboxId, profileId, now, lane],
    );
  }

  /** Removes some messages with their content. @returns whether there may be more */
  async clearMessages(mailboxId: string): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const ids = (
        await manager.query<{ id: string }[]>(`SELECT id FROM messages WHERE mailbox_id = $1 LIMIT $2`, [
          mailboxId,
          step,
        ])
      ).map(({ id }) => id);
      const [older] = await manager.query<[{ content_id: string | null }[], number]>(
        `DELETE FROM older_contents WHERE message_id = ANY($1::uuid[]) RETURNING content_id`,
        [ids],
      );
      const [gone] = await manager.query<[{ content_id: string | null }[], number]>(
        `DELETE FROM messages WHERE id = ANY($1::uuid[]) RETURNING content_id`,
        [ids],
      );
      const contentIds = [...gone, ...older].map((row) => row.content_id);
      // Two mailboxes that share a content may be cleared at once, and each would still see the other's message.
      await manager.query(`SELECT FROM message_contents WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`, [
        contentIds,
      ]);
      await manager.query(
        `DELETE FROM message_contents c WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM messages m WHERE m.content_id = c.id)
           AND NOT EXISTS (SELECT FROM older_contents o WHERE o.content_id = c.id)`,
        [contentIds],
      );
      return gone.length === step;
    });
  }

  /** Removes some outgoing messages. @returns whether there may be more */
  async clearOutgoing(mailboxId: string): Promise<boolean> {
    const [, gone] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM outgoing_messages WHERE id IN (SELECT id FROM outgoing_messages WHERE mailbox_id = $1 LIMIT $2) RETURNING 1`,
      [mailboxId, step],
    );
    return gone === step;
  }

  /** The last step: the mailbox itself, with its work, folders and memberships. */
  async deleteMailbox(mailboxId: string): Promise<void> {
    await this.dataSource.query(`DELETE FROM mailboxes WHERE id = $1 AND removed_at IS NOT NULL`, [mailboxId]);
  }
}
