import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storableText } from '../../platform/database/storable-text.js';
import type { ListedNotification, NotificationRow, NotificationState } from './notification-row.js';
import { audience } from './notification-plan.store.js';

/** So long mail waits for the end of its incident to be written, which takes its place. */
const lookAgainMs = 2_000;

/** Whether a notification is still to be sent. */
export type NotificationStanding =
  { readonly type: 'wanted' } | { readonly type: 'withdrawn' } | { readonly type: 'waits'; readonly until: Date };

interface NotificationResult {
  readonly state: NotificationState;
  /** Null: it could not even be written. */
  readonly subject: string | null;
  readonly text: string | null;
  readonly at: Date;
  readonly error: string | null;
  readonly nextAttemptAt: Date | null;
}

/** The SQL of the notifications' outbox. */
@Injectable()
export class NotificationsStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes due notifications for sending, which counts as an attempt. Whoever dies while sending leaves them due
   * again at `leaseUntil`. The end of an incident waits for what the same person is still being sent about it.
   */
  async takeDue(now: Date, leaseUntil: Date, limit: number): Promise<NotificationRow[]> {
    const [rows] = await this.dataSource.query<[NotificationRow[], number]>(
      `UPDATE notifications n SET next_attempt_at = $2, lease_until = $2, attempts = n.attempts + 1
       FROM (SELECT d.id FROM notifications d WHERE d.state = 'pending' AND d.next_attempt_at <= $1
               AND NOT (d.kind = 'recovered' AND EXISTS (
                 SELECT FROM notifications e WHERE e.incident_id = d.incident_id AND e.state = 'pending' AND e.kind <> 'recovered'
                   AND lower(e.recipient_email) = lower(d.recipient_email)))
             ORDER BY d.next_attempt_at, d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED) due
       WHERE n.id = due.id RETURNING n.*`,
      [now, leaseUntil, limit],
    );
    return rows;
  }

  /**
   * What has become of the incident since the notification was written. One that comes back from people or a
   * snooze is told of then; one whose end is about to be told waits for that.
   */
  async standing(id: string, now: Date): Promise<NotificationStanding> {
    const [row] = await this.dataSource.query<
      { wanted: boolean; over: boolean; ending: boolean; snoozedUntil: Date | null }[]
    >(
      `SELECT i.closed_at IS NOT NULL AND i.notify_at IS NOT NULL AS ending,
         n.kind <> 'recovered' AND EXISTS (SELECT FROM notifications e WHERE e.incident_id = n.incident_id AND e.kind = 'recovered'
           AND lower(e.recipient_email) = lower(n.recipient_email)) AS over,
         CASE WHEN i.closed_at IS NULL AND i.snoozed_until > $2 THEN i.snoozed_until END AS "snoozedUntil",
         NOT (n.kind = 'escalated' AND i.acknowledged_at IS NOT NULL) AND EXISTS (SELECT FROM ${audience} WHERE lower(person.email) = lower(n.recipient_email)
           AND (n.kind = 'recovered' OR person.role = CASE n.kind WHEN 'escalated' THEN 'contact' ELSE 'owner' END)) AS wanted
       FROM notifications n JOIN incidents i ON i.id = n.incident_id WHERE n.id = $1`,
      [id, now],
    );
    if (!row || row.over || !row.wanted) return { type: 'withdrawn' };
    if (row.ending) return { type: 'waits', until: new Date(now.getTime() + lookAgainMs) };
    return row.snoozedUntil ? { type: 'waits', until: row.snoozedUntil } : { type: 'wanted' };
  }

  /** Nothing was sent, so this was no attempt. Only its holder may say so, as with `settle`. */
  async giveBack(taken: NotificationRow, standing: Exclude<NotificationStanding, { type: 'wanted' }>): Promise<void> {
    await this.dataSource.query(
      `UPDATE notifications SET state = $3, next_attempt_at = $4, lease_until = NULL, attempts = attempts - 1
       WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
      [
        taken.id,
        taken.attempts,
        standing.type === 'withdrawn' ? 'withdrawn' : 'pending',
        standing.type === 'waits' ? standing.until : null,
      ],
    );
  }

  /** What came of sending a notification; one whose lease ran out has another holder, and nothing is written. */
  async settle(taken: NotificationRow, result: NotificationResult): Promise<void> {
    await this.dataSource.query(
      `UPDATE notifications SET state = $3, subject = coalesce($4, subject), text_body = coalesce($5, text_body),
         sent_at = CASE WHEN $3 = 'sent' THEN $6::timestamptz END, last_error = $7, next_attempt_at = $8, lease_until = NULL
       WHERE id = $1 AND attempts = $2 AND state = 'pending'`,
      [
        taken.id,
        taken.attempts,
        result.state,
        result.subject,
        result.text,
        result.at,
        result.error === null ? null : storableText(result.error),
        result.nextAttemptAt,
      ],
    );
  }

  /** A mail told of so many mailboxes: what comes after is counted from it, and the next digest waits from now. */
  async noteTold(incidentId: string, affected: number, at: Date): Promise<void> {
    await this.dataSource.query(
      `UPDATE incidents SET told_affected = greatest(told_affected, $2), told_at = greatest(told_at, $3)
       WHERE id = $1 AND closed_at IS NULL AND told_at IS NOT NULL AND (told_affected < $2 OR told_at < $3)`,
      [incidentId, affected, at],
    );
  }

  /** Who was told first that it began, and when. */
  async firstOpening(incidentId: string): Promise<{ ownerName: string; ownerEmail: string; toldAt: Date } | null> {
    const [row] = await this.dataSource.query<{ ownerName: string; ownerEmail: string; toldAt: Date }[]>(
      `SELECT recipient_name AS "ownerName", recipient_email AS "ownerEmail", sent_at AS "toldAt" FROM notifications
       WHERE incident_id = $1 AND kind = 'opened' AND sent_at IS NOT NULL ORDER BY sent_at LIMIT 1`,
      [incidentId],
    );
    return row ?? null;
  }

  /** Mail that could not be sent so far. */
  async waiting(): Promise<{ waiting: number; failing: number; oldest: Date | null; oldestFailing: Date | null }> {
    const [row] = await this.dataSource.query<
      { waiting: number; failing: number; oldest: Date | null; oldestFailing: Date | null }[]
    >(
      `SELECT count(*)::int AS waiting, min(created_at) AS oldest,
         (count(*) FILTER (WHERE last_error IS NOT NULL))::int AS failing,
         min(created_at) FILTER (WHERE last_error IS NOT NULL) AS "oldestFailing"
       FROM notifications WHERE state = 'pending'`,
    );
    return row ?? { waiting: 0, failing: 0, oldest: null, oldestFailing: null };
  }

  /** The mail that has been tried in vain for longest, with the words of the last try. */
  async oldestFailing(): Promise<{ since: Date; words: string } | null> {
    const [row] = await this.dataSource.query<{ since: Date; words: string }[]>(
      `SELECT created_at AS since, last_error AS words FROM notifications
       WHERE state = 'pending' AND last_error IS NOT NULL ORDER BY created_at LIMIT 1`,
    );
    return row ?? null;
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
    const ofServers = `(SELECT DISTINCT server_host, lower(unnest(ARRAY[owner_email, escalation_email])) AS owner FROM email_server_profiles WHERE id = ANY($1::uuid[])) o
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
