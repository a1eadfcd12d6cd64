import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { EndpointFailure } from './endpoint-failure.js';
import type { StoredFailure } from '../failures/failure.js';
import type { StorageFailure } from './storage-explanation.js';
import type { IncidentScope } from './incident-row.js';
import { minWide } from '../failures/lasting-trouble.js';
import {
  betweenDigestsMs,
  firstLookAt,
  lastLookAt,
  quietUntil,
  sameStoryMs,
} from '../notifications/notification-plan.js';

/** What an incident is about: exactly one of them. */
type IncidentSubject =
  | { readonly profileId: string }
  | { readonly endpointId: string }
  | { readonly serverHost: string }
  | { readonly installation: 'storage' };

/** The SQL of incidents. Who changes a mailbox's membership holds that mailbox's row lock already. */
@Injectable()
export class IncidentsStore {
  /**
   * Opens the incident of this cause, or counts one more failure into the open one.
   * @returns whether it was opened by this call
   */
  async openOrJoin(
    sql: Sql,
    incident: {
      readonly subject: IncidentSubject;
      readonly cause: string;
      readonly scope: IncidentScope;
      /** Whether it ends when the profile resumes, rather than with its last mailbox. */
      readonly suspends?: boolean;
      readonly failure: StoredFailure | EndpointFailure | StorageFailure;
      readonly at: Date;
      /** When the trouble began. */
      readonly firstFailureAt?: Date;
      /** The mailbox that opens it, when it is about single ones. */
      readonly mailboxId?: string | null;
    },
  ): Promise<{ id: string; opened: boolean }> {
    const [column, subjectId, key] = columnOf(incident.subject);
    const [row] = await sql.query<{ id: string; opened: boolean }[]>(
      `INSERT INTO incidents AS i (id, ${column}, cause, scope, suspends, first_failure, last_failure, failures, opened_at, last_seen_at, unanswered_since, notify_at, first_failure_at)
       VALUES ($1, $2, $3, $4, $7, $5, $5, 1, $6, $6, $6, $8, $9)
       ON CONFLICT (${key}) WHERE closed_at IS NULL AND ${column} IS NOT NULL
       DO UPDATE SET scope = CASE WHEN excluded.suspends THEN excluded.scope ELSE i.scope END, suspends = i.suspends OR excluded.suspends,
         notify_at = CASE WHEN excluded.suspends AND i.told_at IS NULL THEN least(i.notify_at, excluded.notify_at) ELSE i.notify_at END,
         last_failure = excluded.last_failure, last_seen_at = excluded.last_seen_at, failures = i.failures + 1
       RETURNING id, (xmax = 0) AS opened`,
      [
        uuidv7(),
        subjectId,
        incident.cause,
        incident.scope,
        storableJson(incident.failure),
        incident.at,
        incident.suspends ?? false,
        incident.scope === 'installation' ? null : firstLookAt(incident.scope, incident.at),
        incident.firstFailureAt ?? incident.at,
      ],
    );
    if (!row) throw new Error('the incident was neither inserted nor updated');
    if (row.opened) {
      await this.endWaitsNoLonger(sql, column, subjectId, incident.at);
      if (!['notice', 'endpoint', 'installation'].includes(incident.scope))
        await this.staysQuiet(sql, row.id, column, incident);
    }
    return row;
  }

  /** A flapping cause is told once: when it has just ended and its people were mailed, nobody is mailed again soon. */
  private async staysQuiet(
    sql: Sql,
    id: string,
    column: string,
    { at, mailboxId }: { readonly at: Date; readonly mailboxId?: string | null },
  ): Promise<void> {
    const [row] = await sql.query<{ toldAt: Date | null }[]>(
      `SELECT max(n.created_at) AS "toldAt" FROM incidents i JOIN incidents before ON before.${column} = i.${column} AND before.cause = i.cause AND before.id < i.id
       JOIN notifications n ON n.incident_id = before.id AND n.kind <> 'escalated' AND n.state <> 'withdrawn'
       WHERE i.id = $1 AND before.closed_at > $2
         AND ($3::uuid IS NULL OR EXISTS (SELECT FROM incident_mailboxes im WHERE im.incident_id = before.id AND im.mailbox_id = $3))`,
      [id, new Date(at.getTime() - sameStoryMs), mailboxId ?? null],
    );
    if (!row?.toldAt) return;
    const until = quietUntil(at, row.toldAt);
    await sql.query(`UPDATE incidents SET quiet_until = $2, notify_at = greatest(notify_at, $2) WHERE id = $1`, [
      id,
      until,
    ]);
  }

  /** When it begins again, the end of the time before is told at once: after the new beginning it would mislead. */
  private async endWaitsNoLonger(sql: Sql, column: string, subjectId: string, at: Date): Promise<void> {
    await sql.query(
      `UPDATE incidents SET notify_at = $2 WHERE ${column} = $1 AND closed_at IS NOT NULL AND notify_at > $2`,
      [subjectId, at],
    );
  }

  /**
   * Puts a mailbox into the profile's open incident of a cause, which is told of one that is new to it in time.
   * One statement, because the incident is one row for a crowd and stays locked until the commit.
   * @param again the failure, unless it has just opened the incident and was counted there
   * @returns how many it now holds, and what it is taken for so far; null when none is open
   */
  async addMailbox(
    sql: Sql,
    incident: { readonly profileId: string; readonly cause: string },
    mailboxId: string,
    at: Date,
    again: StoredFailure | null = null,
  ): Promise<{ id: string; stopped: number; scope: IncidentScope } | null> {
    const rows = await sql.query<{ id: string; stopped: number; scope: IncidentScope }[]>(
      `WITH before AS (
         SELECT im.recovered_at FROM incidents i JOIN incident_mailboxes im ON im.incident_id = i.id AND im.mailbox_id = $2
         WHERE i.profile_id = $1 AND i.cause = $6 AND i.closed_at IS NULL
       ), incident AS (
         UPDATE incidents SET
           stopped = stopped + CASE WHEN EXISTS (SELECT FROM before WHERE recovered_at IS NULL) THEN 0 ELSE 1 END,
           affected = affected + CASE WHEN EXISTS (SELECT FROM before) THEN 0 ELSE 1 END,
           notify_at = CASE WHEN told_at IS NULL OR EXISTS (SELECT FROM before) THEN notify_at
             ELSE least(notify_at, greatest($3, told_at + $4 * interval '1 millisecond')) END,
           last_failure = coalesce($5, last_failure), failures = failures + CASE WHEN $5::jsonb IS NULL THEN 0 ELSE 1 END,
           last_seen_at = CASE WHEN $5::jsonb IS NULL THEN last_seen_at ELSE $3 END
         WHERE profile_id = $1 AND cause = $6 AND closed_at IS NULL RETURNING id, stopped, scope
       ), member AS (
         INSERT INTO incident_mailboxes (incident_id, mailbox_id, joined_at, looked_at) SELECT id, $2, $3, $3 FROM incident
         ON CONFLICT (incident_id, mailbox_id) DO UPDATE SET recovered_at = NULL, looked_at = excluded.looked_at
       )
       SELECT id, stopped, scope FROM incident`,
      [incident.profileId, mailboxId, at, betweenDigestsMs, again && storableJson(again), incident.cause],
    );
    return rows[0] ?? null;
  }

  /** How many mailboxes a cause stops in a profile, and whether that is most of it. */
  async crowdOf(sql: Sql, profileId: string, cause: string): Promise<{ peers: number; isWide: boolean }> {
    const [row] = await sql.query<{ peers: number; isWide: boolean }[]>(
      `SELECT stopped AS peers, scope = 'profile' AND NOT suspends AS "isWide"
       FROM incidents WHERE profile_id = $1 AND cause = $2 AND closed_at IS NULL`,
      [profileId, cause],
    );
    return row ?? { peers: 0, isWide: false };
  }

  /** Mailboxes of a profile that nobody has paused. */
  async mailboxesAtWork(sql: Sql, profileId: string): Promise<number> {
    const [row] = await sql.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM mailboxes WHERE profile_id = $1 AND removed_at IS NULL AND state <> 'paused'`,
      [profileId],
    );
    return row?.count ?? 0;
  }

  /** The cause is the profile's from now on, and told at once if it was not yet. */
  async widen(sql: Sql, incidentId: string, at: Date): Promise<void> {
    await sql.query(
      `UPDATE incidents SET scope = 'profile', notify_at = CASE WHEN told_at IS NULL THEN least(notify_at, $2) ELSE notify_at END
       WHERE id = $1`,
      [incidentId, at],
    );
  }

  /** Takes the mailbox out of the incidents that stop it, but for the one of a cause. @returns those incidents' ids */
  async removeMailbox(sql: Sql, mailboxId: string, exceptCause: string | null, at: Date): Promise<string[]> {
    const [rows] = await sql.query<[{ incident_id: string }[], number]>(
      `UPDATE incident_mailboxes m SET recovered_at = $3 FROM incidents i
       WHERE m.mailbox_id = $1 AND m.recovered_at IS NULL AND i.cause IS DISTINCT FROM $2::text
         AND i.id = m.incident_id AND i.scope <> 'notice' RETURNING m.incident_id`,
      [mailboxId, exceptCause, at],
    );
    return rows.map((row) => row.incident_id);
  }

  /** Takes the mailbox out of the notices that name it, or of the one of a cause. @returns those incidents' ids */
  async removeFromNotices(sql: Sql, mailboxId: string, cause: string | null, at: Date): Promise<string[]> {
    const [rows] = await sql.query<[{ incident_id: string }[], number]>(
      `UPDATE incident_mailboxes m SET recovered_at = $3 FROM incidents i
       WHERE m.mailbox_id = $1 AND m.recovered_at IS NULL AND i.id = m.incident_id AND i.scope = 'notice'
         AND ($2::text IS NULL OR i.cause = $2) RETURNING m.incident_id`,
      [mailboxId, cause, at],
    );
    return rows.map((row) => row.incident_id);
  }

  /**
   * Counts a mailbox out, and closes the incident if it was the last: by the count, which the row's lock keeps
   * exact, for the last two mailboxes to recover would each still see the membership of the other one.
   * @returns the incident if this call closed it
   */
  async countOut(sql: Sql, incidentId: string, at: Date): Promise<{ profileId: string; cause: string } | null> {
    const isLast = 'stopped = 1 AND NOT suspends AND closed_at IS NULL';
    // The few that are left of a wide incident are single mailboxes again: the next one is looked at twice.
    const [rows] = await sql.query<[{ profile_id: string; cause: string; closed: boolean }[], number]>(
      `UPDATE incidents SET stopped = stopped - 1,
         scope = CASE WHEN scope = 'profile' AND NOT suspends AND stopped <= ${minWide} THEN 'mailbox' ELSE scope END,
         closed_at = CASE WHEN ${isLast} THEN $2 ELSE closed_at END, notify_at = CASE WHEN ${isLast} THEN $3 ELSE notify_at END
       WHERE id = $1 RETURNING profile_id, cause, stopped = 0 AND closed_at = $2 AS closed`,
      [incidentId, at, lastLookAt(at, false)],
    );
    return rows[0]?.closed ? { profileId: rows[0].profile_id, cause: rows[0].cause } : null;
  }

  /** Closes the open incidents of servers that no profile names any more. */
  async closeOfForgottenServers(sql: Sql, at: Date): Promise<{ id: string; cause: string; serverHost: string }[]> {
    const [rows] = await sql.query<[{ id: string; cause: string; serverHost: string }[], number]>(
      `UPDATE incidents i SET closed_at = $1, notify_at = $2 WHERE i.server_host IS NOT NULL AND i.closed_at IS NULL
         AND NOT EXISTS (SELECT FROM email_server_profiles p WHERE p.server_host = i.server_host)
       RETURNING id, cause, server_host AS "serverHost"`,
      [at, lastLookAt(at, true)],
    );
    return rows;
  }

  /** Closes the open incident that suspended a whole profile. @returns its id */
  async closeOfProfile(sql: Sql, profileId: string, at: Date): Promise<{ id: string; cause: string }[]> {
    const [rows] = await sql.query<[{ id: string; cause: string }[], number]>(
      `UPDATE incidents SET closed_at = $2, notify_at = $3 WHERE profile_id = $1 AND closed_at IS NULL AND suspends RETURNING id, cause`,
      [profileId, at, lastLookAt(at, true)],
    );
    return rows;
  }

  /** Closes what is open about an endpoint. @param told whether its owner hears of the end */
  async closeOfEndpoint(
    sql: Sql,
    endpointId: string,
    at: Date,
    told: boolean,
  ): Promise<{ id: string; cause: string }[]> {
    const [rows] = await sql.query<[{ id: string; cause: string }[], number]>(
      `UPDATE incidents SET closed_at = $2, notify_at = $3 WHERE endpoint_id = $1 AND closed_at IS NULL RETURNING id, cause`,
      [endpointId, at, told ? lastLookAt(at, false) : null],
    );
    return rows;
  }

  /** Closes the open incident of a server. */
  async closeOfServer(sql: Sql, serverHost: string, at: Date): Promise<{ id: string; cause: string }[]> {
    const [rows] = await sql.query<[{ id: string; cause: string }[], number]>(
      `UPDATE incidents SET closed_at = $2, notify_at = $3 WHERE server_host = $1 AND closed_at IS NULL RETURNING id, cause`,
      [serverHost, at, lastLookAt(at, true)],
    );
    return rows;
  }

  async hasOpenOfInstallation(sql: Sql, installation: 'storage'): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      'SELECT 1 FROM incidents WHERE installation = $1 AND closed_at IS NULL LIMIT 1',
      [installation],
    );
    return rows.length > 0;
  }

  /** Sends no mail. */
  async closeOfInstallation(sql: Sql, installation: 'storage', at: Date): Promise<{ id: string; cause: string }[]> {
    const [rows] = await sql.query<[{ id: string; cause: string }[], number]>(
      `UPDATE incidents SET closed_at = $2, notify_at = NULL WHERE installation = $1 AND closed_at IS NULL RETURNING id, cause`,
      [installation, at],
    );
    return rows;
  }
}

/** The subject's column, its value, and what is unique among open incidents: of a server there is one, whatever it answers. */
function columnOf(subject: IncidentSubject): readonly [column: string, value: string, key: string] {
  if ('profileId' in subject) return ['profile_id', subject.profileId, 'profile_id, cause'];
  if ('endpointId' in subject) return ['endpoint_id', subject.endpointId, 'endpoint_id, cause'];
  if ('installation' in subject) return ['installation', subject.installation, 'installation'];
  return ['server_host', subject.serverHost, 'server_host'];
}
