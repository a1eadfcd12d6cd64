import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

export interface RetentionRule {
  readonly profileId: string;
  readonly days: number;
}

/** What of a profile's content goes: older than `keepFrom`, and told to everybody before `deliveredBefore`. */
export interface RetentionStep {
  readonly profileId: string;
  readonly keepFrom: Date;
  readonly deliveredBefore: Date;
  /** Messages at most. */
  readonly limit: number;
}

/** The SQL that removes content; messages stay. Safe beside itself in other processes. */
@Injectable()
export class RetentionStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Profiles that keep content for a limited time only. */
  async rules(): Promise<RetentionRule[]> {
    return this.dataSource.query<RetentionRule[]>(
      `SELECT id AS "profileId", content_retention_days AS days FROM email_server_profiles WHERE content_retention_days IS NOT NULL ORDER BY id`,
    );
  }

  /** Takes the content off some received messages, the oldest first. @returns how many */
  async removeReceived(step: RetentionStep, now: Date): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const [rows] = await manager.query<[{ id: string; content_id: string }[], number]>(
        `UPDATE messages m SET content_id = NULL, content_removed_at = $5
         FROM (SELECT id, content_id FROM messages
               WHERE profile_id = $1 AND received_at < $2 AND content_removed_at IS NULL AND stored_at < $3
               ORDER BY received_at LIMIT $4 FOR UPDATE SKIP LOCKED) old
         WHERE m.id = old.id RETURNING m.id, old.content_id`,
        [step.profileId, step.keepFrom, step.deliveredBefore, step.limit, now],
      );
      const [older] = await manager.query<[{ content_id: string }[], number]>(
        `DELETE FROM older_contents WHERE message_id = ANY($1::uuid[]) RETURNING content_id`,
        [rows.map(({ id }) => id)],
      );
      await this.removeContents(manager, [...new Set([...rows, ...older].map((row) => row.content_id))]);
      return rows.length;
    });
  }

  /**
   * A content goes with the last message that shows it. The rows are locked first: two processes that take
   * the last two messages of one content would each still see the other's, and the content would stay.
   */
  private async removeContents(manager: EntityManager, contentIds: readonly string[]): Promise<void> {
    if (contentIds.length === 0) return;
    await manager.query(`SELECT FROM message_contents WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`, [contentIds]);
    await manager.query(
      `DELETE FROM message_contents c WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM messages m WHERE m.content_id = c.id)
         AND NOT EXISTS (SELECT FROM older_contents o WHERE o.content_id = c.id)`,
      [contentIds],
    );
  }

  /** The same of messages that were sent, failed or were cancelled long ago. @returns how many */
  async removeSent(step: RetentionStep, now: Date): Promise<number> {
    const [, removed] = await this.dataSource.query<[unknown[], number]>(
      `WITH old AS (
         SELECT id FROM outgoing_messages
         WHERE profile_id = $1 AND updated_at < least($2::timestamptz, $3::timestamptz) AND content_removed_at IS NULL AND state IN ('sent', 'failed', 'cancelled')
         ORDER BY updated_at LIMIT $4 FOR UPDATE SKIP LOCKED
       ), files AS (
         DELETE FROM outgoing_attachments a USING old WHERE a.message_id = old.id
       )
       UPDATE outgoing_messages o SET text_body = NULL, html_body = NULL, content_removed_at = $5 FROM old WHERE o.id = old.id RETURNING 1`,
      [step.profileId, step.keepFrom, step.deliveredBefore, step.limit, now],
    );
    return removed;
  }
}
