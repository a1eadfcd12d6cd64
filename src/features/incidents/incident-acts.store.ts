import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { Actor } from './actor.js';

export const incidentActs = ['acknowledged', 'snoozed', 'reassigned', 'checked', 'commented'] as const;
export type IncidentAct = (typeof incidentActs)[number];

export interface IncidentActRow {
  readonly id: string;
  readonly act: IncidentAct;
  readonly done_by: Actor;
  readonly data: Readonly<Record<string, unknown>>;
  readonly done_at: Date;
}

/** What an act finds, under the incident's lock. */
export interface ActedOnIncident {
  readonly profileId: string | null;
  readonly endpointId: string | null;
  readonly serverHost: string | null;
  readonly closedAt: Date | null;
  readonly affected: number;
  readonly acknowledgedAffected: number | null;
  readonly snoozedUntil: Date | null;
  readonly assigneeName: string | null;
  readonly assigneeEmail: string | null;
}

/** The SQL of what people do with incidents. */
@Injectable()
export class IncidentActsStore {
  constructor(private readonly dataSource: DataSource) {}

  async lock(sql: Sql, id: string): Promise<ActedOnIncident | null> {
    const [row] = await sql.query<ActedOnIncident[]>(
      `SELECT profile_id AS "profileId", endpoint_id AS "endpointId", server_host AS "serverHost", closed_at AS "closedAt", affected,
         acknowledged_affected AS "acknowledgedAffected", snoozed_until AS "snoozedUntil",
         assignee_name AS "assigneeName", assignee_email AS "assigneeEmail"
       FROM incidents WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    );
    return row ?? null;
  }

  /** Looked at again, for no digest and no escalation may be due any more. */
  async acknowledge(sql: Sql, id: string, by: Actor, at: Date): Promise<void> {
    await sql.query(
      `UPDATE incidents SET acknowledged_at = $2, acknowledged_by = $3, acknowledged_affected = affected WHERE id = $1`,
      [id, at, storableJson(by)],
    );
  }

  /** What is told then is one digest, whatever else is due. */
  async snooze(sql: Sql, id: string, until: Date, by: Actor): Promise<void> {
    await sql.query(
      `UPDATE incidents SET snoozed_until = $2, snoozed_by = $3, reminder_owed = true, notify_at = $2 WHERE id = $1`,
      [id, until, storableJson(by)],
    );
  }

  /** As if its time had come, for the mail too that was put off until then. */
  async endSnooze(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query(
      `WITH waiting AS (
         UPDATE notifications n SET next_attempt_at = $2 FROM incidents i
         WHERE i.id = $1 AND n.incident_id = i.id AND n.state = 'pending' AND n.next_attempt_at = i.snoozed_until
       )
       UPDATE incidents SET snoozed_until = NULL, snoozed_by = NULL, notify_at = $2 WHERE id = $1`,
      [id, now],
    );
  }

  /** Whoever answers for it now, and has not heard of it, is told that it began. @param to null: its owner again */
  async assign(sql: Sql, id: string, to: { name: string; email: string } | null, at: Date): Promise<void> {
    await sql.query(
      `UPDATE incidents SET assignee_name = $2, assignee_email = $3, opening_owed = true,
         notify_at = CASE WHEN told_at IS NULL THEN notify_at ELSE greatest($4, snoozed_until) END WHERE id = $1`,
      [id, to?.name ?? null, to?.email ?? null, at],
    );
  }

  async add(
    sql: Sql,
    incidentId: string,
    { act, by, data }: { act: IncidentAct; by: Actor; data: Readonly<Record<string, unknown>> },
    at: Date,
  ): Promise<IncidentActRow> {
    const id = uuidv7();
    await sql.query(
      `INSERT INTO incident_acts (id, incident_id, act, done_by, data, done_at) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, incidentId, act, storableJson(by), storableJson(data), at],
    );
    return { id, act, done_by: by, data, done_at: at };
  }

  /** Newest first. */
  async list(incidentId: string, limit: number): Promise<IncidentActRow[]> {
    return this.dataSource.query<IncidentActRow[]>(
      `SELECT id, act, done_by, data, done_at FROM incident_acts WHERE incident_id = $1 ORDER BY id DESC LIMIT $2`,
      [incidentId, limit],
    );
  }

  /** Newest first. */
  async comments(incidentId: string, before: string | null, limit: number): Promise<IncidentActRow[]> {
    return this.dataSource.query<IncidentActRow[]>(
      `SELECT id, act, done_by, data, done_at FROM incident_acts
       WHERE incident_id = $1 AND act = 'commented' AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [incidentId, before, limit],
    );
  }
}
