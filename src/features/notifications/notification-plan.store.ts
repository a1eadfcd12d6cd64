import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';
import type { ToldIncident } from './notification-plan.js';
import type { NotificationKind } from './notification-row.js';

export interface PlannedIncident extends ToldIncident {
  readonly id: string;
  readonly profileId: string | null;
  readonly serverHost: string | null;
  readonly cause: string;
  /** Digests so far. */
  readonly digests: number;
}

/** Somebody who is to be told of an incident, and what that address has heard of it. */
export interface Listener {
  readonly role: 'owner' | 'contact';
  /** Null: the incident is of no single profile. */
  readonly profileId: string | null;
  readonly name: string;
  readonly email: string;
  /** The address in lower case, which tells one person from another. */
  readonly key: string;
  /** Of a contact. */
  readonly afterMinutes: number | null;
  /** When the contact's profile last stopped muting the cause; the time before is not counted. */
  readonly unmutedAt: Date | null;
  /** Whether a mail of that kind went to it, or is on its way. */
  readonly heardOpening: boolean;
  readonly heardEscalation: boolean;
  /** A mail about the same waits to be sent, and will tell all that is known then. */
  readonly hasWaiting: boolean;
}

export interface NewNotification {
  readonly kind: NotificationKind;
  /** Of a digest, from 1; else 0. */
  readonly number: number;
  readonly profileId: string | null;
  readonly name: string;
  readonly email: string;
  /** Mailboxes that the mail before was about. */
  readonly toldBefore: number;
}

/**
 * Who is to be told of the incident `i`: owners, or the person who took it over in their place, and escalation
 * contacts. A profile that mutes the cause tells nobody. The end of a server's incident is also for those who
 * have taken their profiles to another server since.
 */
export const audience = `LATERAL (
  WITH concerned AS (
    SELECT p.* FROM (
      SELECT * FROM email_server_profiles WHERE id = i.profile_id
      UNION ALL SELECT * FROM email_server_profiles WHERE server_host = i.server_host
    ) p WHERE NOT EXISTS (SELECT FROM muted_causes m WHERE m.profile_id = p.id AND m.code = i.cause)
  )
  SELECT 'owner' AS role, p.owner_name AS name, p.owner_email AS email, NULL::integer AS after_minutes, NULL::timestamptz AS unmuted_at
    FROM concerned p WHERE p.notify_owner AND i.assignee_email IS NULL
  UNION ALL SELECT 'owner', e.owner_name, e.owner_email, NULL, NULL FROM webhook_endpoints e
    WHERE e.id = i.endpoint_id AND e.owner_email IS NOT NULL AND i.assignee_email IS NULL
  UNION ALL SELECT 'owner', i.assignee_name, i.assignee_email, NULL, NULL
    WHERE i.assignee_email IS NOT NULL AND (i.endpoint_id IS NOT NULL OR EXISTS (SELECT FROM concerned))
  UNION ALL SELECT 'owner', n.recipient_name, n.recipient_email, NULL, NULL FROM notifications n
    WHERE n.incident_id = i.id AND n.kind = 'opened' AND i.server_host IS NOT NULL AND i.closed_at IS NOT NULL AND i.assignee_email IS NULL
      AND NOT EXISTS (SELECT FROM email_server_profiles p WHERE p.server_host = i.server_host AND lower(p.owner_email) = lower(n.recipient_email))
  UNION ALL SELECT 'contact', p.escalation_name, p.escalation_email, p.escalate_after_minutes, u.unmuted_at
    FROM concerned p LEFT JOIN cause_unmutings u ON u.profile_id = p.id AND u.code = i.cause WHERE p.escalation_email IS NOT NULL
) AS person`;

/** The SQL that decides, under the incident's row lock, what is to be mailed: of several workers each mail is written by one. */
@Injectable()
export class NotificationPlanStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Incidents to look at, longest due first. */
  async due(now: Date, limit: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM incidents WHERE notify_at <= $1 ORDER BY notify_at LIMIT $2`,
      [now, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Waits for whoever changes it. @returns null when somebody else has looked at it in the meantime */
  async lock(sql: Sql, id: string, now: Date): Promise<PlannedIncident | null> {
    const [row] = await sql.query<PlannedIncident[]>(
      `SELECT id, profile_id AS "profileId", server_host AS "serverHost", cause, scope, digests, affected,
         opened_at AS "openedAt", closed_at AS "closedAt", quiet_until AS "quietUntil", opening_owed AS "openingOwed", reminder_owed AS "reminderOwed",
         told_at AS "toldAt", told_affected AS "toldAffected", acknowledged_affected AS "acknowledgedAffected",
         snoozed_until AS "snoozedUntil", coalesce(unanswered_since, opened_at) AS "unansweredSince"
       FROM incidents WHERE id = $1 AND notify_at <= $2 FOR NO KEY UPDATE`,
      [id, now],
    );
    return row ?? null;
  }

  /** Each address once in each role; of a contact of several profiles the shortest wait counts. */
  async listeners(sql: Sql, incidentId: string): Promise<Listener[]> {
    return sql.query<Listener[]>(
      `SELECT DISTINCT ON (person.role, lower(person.email)) person.role, i.profile_id AS "profileId", person.name, person.email,
         lower(person.email) AS key, person.after_minutes AS "afterMinutes", person.unmuted_at AS "unmutedAt",
         coalesce(heard.opening, false) AS "heardOpening", coalesce(heard.escalation, false) AS "heardEscalation",
         coalesce(heard.waits, false) AS "hasWaiting"
       FROM incidents i CROSS JOIN ${audience}
       CROSS JOIN LATERAL (
         SELECT bool_or(n.kind = 'opened' AND n.state <> 'withdrawn') AS opening,
           bool_or(n.kind = 'escalated' AND n.state <> 'withdrawn') AS escalation,
           bool_or(n.kind IN ('opened', 'digest') AND n.state = 'pending') AS waits
         FROM notifications n WHERE n.incident_id = i.id AND lower(n.recipient_email) = lower(person.email)
       ) heard
       WHERE i.id = $1 ORDER BY person.role, lower(person.email), person.after_minutes, person.name`,
      [incidentId],
    );
  }

  /** Addresses that refused the incident's mail for good; they hear no end of what they never heard of. */
  async refusedBy(sql: Sql, incidentId: string): Promise<Set<string>> {
    const rows = await sql.query<{ key: string }[]>(
      `SELECT lower(recipient_email) AS key FROM notifications WHERE incident_id = $1 GROUP BY 1
       HAVING bool_or(state = 'failed') AND NOT bool_or(state IN ('sent', 'kept'))`,
      [incidentId],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** Takes back what nobody is sending at the moment, because the end of it is told instead. */
  async withdrawWaiting(sql: Sql, incidentId: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE notifications SET state = 'withdrawn', next_attempt_at = NULL
       WHERE incident_id = $1 AND state = 'pending' AND kind <> 'recovered' AND (lease_until IS NULL OR lease_until <= $2)`,
      [incidentId, now],
    );
  }

  /** Writes outbox rows, once for each incident, kind, number and address; one that was withdrawn goes out after all. */
  async write(sql: Sql, incidentId: string, mails: readonly NewNotification[], at: Date): Promise<number> {
    if (mails.length === 0) return 0;
    const rows = await sql.query<unknown[]>(
      `INSERT INTO notifications AS n (id, profile_id, incident_id, kind, number, told_before, recipient_name, recipient_email, state, next_attempt_at, created_at)
       SELECT row.id, row."profileId", $2, row.kind, row.number, row."toldBefore", row.name, row.email, 'pending', $3, $3
       FROM jsonb_to_recordset($1::jsonb) AS row(id uuid, "profileId" uuid, kind text, number integer, "toldBefore" integer, name text, email text)
       ON CONFLICT (incident_id, kind, number, lower(recipient_email))
       DO UPDATE SET state = 'pending', next_attempt_at = excluded.next_attempt_at WHERE n.state = 'withdrawn'
       RETURNING 1`,
      [JSON.stringify(mails.map((mail) => ({ ...mail, id: uuidv7() }))), incidentId, at],
    );
    return rows.length;
  }

  /** Writes down what was told of an incident that the transaction has locked. */
  async save(
    sql: Sql,
    id: string,
    told: {
      readonly now: Date;
      readonly opening: boolean;
      /** Whether this is the mail that the next one is counted from. */
      readonly counts: boolean;
      readonly digest: boolean;
      readonly acknowledgementLapses: boolean;
      readonly lookAt: Date | null;
    },
  ): Promise<void> {
    await sql.query(
      `UPDATE incidents SET opening_owed = opening_owed AND NOT $7, notify_at = $2,
         told_at = CASE WHEN $4 THEN $3 ELSE told_at END, told_affected = CASE WHEN $4 THEN affected ELSE told_affected END,
         reminder_owed = reminder_owed AND NOT $4, digests = digests + CASE WHEN $5 THEN 1 ELSE 0 END,
         unanswered_since = CASE WHEN $6 THEN $3 ELSE unanswered_since END,
         acknowledged_at = CASE WHEN $6 THEN NULL ELSE acknowledged_at END,
         acknowledged_affected = CASE WHEN $6 THEN NULL ELSE acknowledged_affected END,
         acknowledged_by = CASE WHEN $6 THEN NULL ELSE acknowledged_by END
       WHERE id = $1`,
      [id, told.lookAt, told.now, told.counts, told.digest, told.acknowledgementLapses, told.opening],
    );
  }

  /** Has an incident looked at later: something is wrong with it, and the others must not wait for it. */
  async putOff(id: string, now: Date, until: Date): Promise<void> {
    await this.dataSource.query(`UPDATE incidents SET notify_at = $3 WHERE id = $1 AND notify_at <= $2`, [
      id,
      now,
      until,
    ]);
  }

  /** Others may be told of a profile's open incidents: whoever was not told that they began is told now. */
  async recipientsChanged(sql: Sql, profileId: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE incidents SET opening_owed = true, notify_at = CASE WHEN told_at IS NULL THEN notify_at ELSE $2 END
       WHERE closed_at IS NULL AND id IN (
         SELECT id FROM incidents WHERE profile_id = $1 AND closed_at IS NULL
         UNION ALL SELECT i.id FROM email_server_profiles p JOIN incidents i ON i.server_host = p.server_host
           WHERE p.id = $1 AND i.closed_at IS NULL)`,
      [profileId, now],
    );
  }
}
