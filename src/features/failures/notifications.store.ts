import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';

export type NotificationKind = 'opened' | 'recovered';
export type NotificationState = 'pending' | 'sent' | 'kept' | 'failed';

export interface NotificationRow {
  readonly id: string;
  readonly profile_id: string;
  readonly incident_id: string;
  readonly kind: NotificationKind;
  readonly recipient_name: string;
  readonly recipient_email: string;
  readonly state: NotificationState;
  readonly subject: string | null;
  readonly text_body: string | null;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly created_at: Date;
  readonly sent_at: Date | null;
}

/** The SQL of the notifications' outbox. */
@Injectable()
export class NotificationsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Writes the outbox row in the transaction of what it tells, once per incident and kind, unless the
   * owner does not want to be told. A recovery is told only to somebody who was told of the trouble.
   */
  async add(sql: Sql, incidentId: string, kind: NotificationKind, at: Date): Promise<void> {
    await sql.query(
      `INSERT INTO notifications (id, profile_id, incident_id, kind, recipient_name, recipient_email, state, next_attempt_at, created_at)
       SELECT $1, e.id, i.id, $3, e.owner_name, e.owner_email, 'pending', $4, $4
       FROM incidents i JOIN email_server_profiles e ON e.id = i.profile_id
       WHERE i.id = $2 AND e.notify_owner
         AND ($3 = 'opened' OR EXISTS (SELECT FROM notifications n WHERE n.incident_id = i.id AND n.kind = 'opened'))
       ON CONFLICT (incident_id, kind) DO NOTHING`,
      [uuidv7(), incidentId, kind, at],
    );
  }

  /**
   * Takes due notifications for sending. Taking one puts its next attempt off to `retryAt`, which is
   * the lease: whoever dies while sending leaves it due again then.
   */
  async takeDue(now: Date, retryAt: Date, limit: number): Promise<NotificationRow[]> {
    const [rows] = await this.dataSource.query<[NotificationRow[], number]>(
      `UPDATE notifications n SET next_attempt_at = $2, attempts = n.attempts + 1
       FROM (SELECT id FROM notifications WHERE state = 'pending' AND next_attempt_at <= $1
             ORDER BY next_attempt_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) due
       WHERE n.id = due.id RETURNING n.*`,
      [now, retryAt, limit],
    );
    return rows;
  }

  async settle(
    id: string,
    result: {
      state: NotificationState;
      subject: string;
      text: string;
      at: Date;
      error: string | null;
      nextAttemptAt: Date | null;
    },
  ): Promise<void> {
    await this.dataSource.query(
      `UPDATE notifications SET state = $2, subject = $3, text_body = $4, sent_at = CASE WHEN $2 = 'sent' THEN $5::timestamptz END,
         last_error = $6, next_attempt_at = $7 WHERE id = $1`,
      [id, result.state, result.subject, result.text, result.at, result.error, result.nextAttemptAt],
    );
  }

  /** Newest first. */
  async list(query: {
    profileIds: readonly string[] | null;
    incidentId: string | null;
    before: string | null;
    limit: number;
  }): Promise<NotificationRow[]> {
    return this.dataSource.query<NotificationRow[]>(
      `SELECT * FROM notifications
       WHERE ($1::uuid[] IS NULL OR profile_id = ANY($1)) AND ($2::uuid IS NULL OR incident_id = $2) AND ($3::uuid IS NULL OR id < $3)
       ORDER BY id DESC LIMIT $4`,
      [query.profileIds, query.incidentId, query.before, query.limit],
    );
  }
}
