import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';

export type NotificationKind = 'opened' | 'recovered';
export type NotificationState = 'pending' | 'sent' | 'kept' | 'failed';

export interface NotificationRow {
  readonly id: string;
  /** Null: of no single profile; the incident says what it is about. */
  readonly profile_id: string | null;
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

export interface ListedNotification extends NotificationRow {
  readonly endpoint_id: string | null;
}

/** The SQL of the notifications' outbox. */
@Injectable()
export class NotificationsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Writes the outbox rows in the transaction of what they tell, once per incident, kind and owner, unless the
   * owner does not want to be told, or there is none. A recovery is told only to somebody who was told of the trouble.
   */
  async add(sql: Sql, incidentId: string, kind: NotificationKind, at: Date): Promise<void> {
    const owners = await sql.query<{ profileId: string | null; name: string; email: string }[]>(
      `SELECT DISTINCT ON (lower(owner.email)) i.profile_id AS "profileId", owner.name, owner.email
       FROM incidents i CROSS JOIN LATERAL (
         SELECT p.owner_name, p.owner_email FROM email_server_profiles p WHERE p.id = i.profile_id AND p.notify_owner
         UNION ALL SELECT p.owner_name, p.owner_email FROM email_server_profiles p WHERE p.server_host = i.server_host AND p.notify_owner
         UNION ALL SELECT e.owner_name, e.owner_email FROM webhook_endpoints e WHERE e.id = i.endpoint_id AND e.owner_email IS NOT NULL
       ) AS owner (name, email)
       WHERE i.id = $1 AND ($2 = 'opened' OR EXISTS (
         SELECT FROM notifications n WHERE n.incident_id = i.id AND n.kind = 'opened' AND lower(n.recipient_email) = lower(owner.email)))
       ORDER BY lower(owner.email), owner.name`,
      [incidentId, kind],
    );
    if (owners.length === 0) return;
    await sql.query(
      `INSERT INTO notifications (id, profile_id, incident_id, kind, recipient_name, recipient_email, state, next_attempt_at, created_at)
       SELECT row.id, row."profileId", $2, $3, row.name, row.email, 'pending', $4, $4
       FROM jsonb_to_recordset($1::jsonb) AS row(id uuid, "profileId" uuid, name text, email text)
       ON CONFLICT (incident_id, kind, lower(recipient_email)) DO NOTHING`,
      [JSON.stringify(owners.map((owner) => ({ ...owner, id: uuidv7() }))), incidentId, kind, at],
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
  }): Promise<ListedNotification[]> {
    const page = (rows: string) =>
      `(SELECT n.* FROM ${rows} AND ($2::uuid IS NULL OR n.incident_id = $2) AND ($3::uuid IS NULL OR n.id < $3)
       ORDER BY n.id DESC LIMIT $4)`;
    const ofEndpoints = `webhook_endpoints e JOIN incidents i ON i.endpoint_id = e.id JOIN notifications n ON n.incident_id = i.id`;
    // Of a server's incident a caller sees what the owners of its own profiles were told.
    const ofServers = `(SELECT DISTINCT server_host, lower(owner_email) AS owner FROM email_server_profiles WHERE id = ANY($1::uuid[])) o
      JOIN incidents i ON i.server_host = o.server_host JOIN notifications n ON n.incident_id = i.id AND lower(n.recipient_email) = o.owner`;
    // Each kind by its own index: one condition about both would have neither of them used.
    const visible =
      query.profileIds === null
        ? page('notifications n WHERE $1::uuid[] IS NULL')
        : `(${page('notifications n WHERE n.profile_id = ANY($1::uuid[])')} UNION ALL
            ${page(`${ofEndpoints} WHERE e.profile_ids <@ $1::uuid[]`)} UNION ALL ${page(`${ofServers} WHERE true`)})`;
    return this.dataSource.query<ListedNotification[]>(
      `SELECT n.*, i.endpoint_id FROM ${visible} n JOIN incidents i ON i.id = n.incident_id ORDER BY n.id DESC LIMIT $4`,
      [query.profileIds, query.incidentId, query.before, query.limit],
    );
  }
}
