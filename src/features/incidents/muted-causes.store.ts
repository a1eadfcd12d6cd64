import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson } from '../../platform/database/storable-text.js';
import type { Actor } from './actor.js';

export interface MutedCauseRow {
  readonly code: string;
  readonly muted_at: Date;
  readonly muted_by: Actor;
}

/** The SQL of causes that a profile mutes. */
@Injectable()
export class MutedCausesStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns whether it was not muted before */
  async mute(sql: Sql, profileId: string, code: string, by: Actor, at: Date): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `INSERT INTO muted_causes (profile_id, code, muted_at, muted_by) SELECT id, $2, $4, $3 FROM email_server_profiles WHERE id = $1
       ON CONFLICT DO NOTHING RETURNING 1`,
      [profileId, code, storableJson(by), at],
    );
    return rows.length > 0;
  }

  /** Owners of what is still open are told once: that it began, or that it lasts. @returns whether it was muted */
  async unmute(sql: Sql, profileId: string, code: string, at: Date): Promise<boolean> {
    const [rows] = await sql.query<[unknown[], number]>(
      `DELETE FROM muted_causes WHERE profile_id = $1 AND code = $2 RETURNING 1`,
      [profileId, code],
    );
    if (rows.length === 0) return false;
    await sql.query(
      `UPDATE incidents SET opening_owed = true, reminder_owed = true,
         notify_at = CASE WHEN told_at IS NULL THEN notify_at ELSE greatest($3, snoozed_until) END
       WHERE profile_id = $1 AND cause = $2 AND closed_at IS NULL`,
      [profileId, code, at],
    );
    // Nobody could have acknowledged what nobody was told of.
    await sql.query(
      `INSERT INTO cause_unmutings (profile_id, code, unmuted_at) VALUES ($1, $2, $3)
       ON CONFLICT (profile_id, code) DO UPDATE SET unmuted_at = excluded.unmuted_at`,
      [profileId, code, at],
    );
    // The other profiles of a server have heard of it: only who has not is told.
    await sql.query(
      `UPDATE incidents i SET opening_owed = true,
         notify_at = CASE WHEN i.told_at IS NULL THEN i.notify_at ELSE greatest($3, i.snoozed_until) END
       FROM email_server_profiles p
       WHERE p.id = $1 AND i.server_host = p.server_host AND i.cause = $2 AND i.closed_at IS NULL`,
      [profileId, code, at],
    );
    return true;
  }

  /** Whether an incident of the profile, or of its server, has had this cause. */
  async hasOccurred(sql: Sql, profileId: string, code: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT FROM email_server_profiles p WHERE p.id = $1 AND (
         EXISTS (SELECT FROM incidents i WHERE i.profile_id = p.id AND i.cause = $2)
         OR EXISTS (SELECT FROM incidents i WHERE i.server_host = p.server_host AND i.cause = $2))`,
      [profileId, code],
    );
    return rows.length > 0;
  }

  async find(sql: Sql, profileId: string, code: string): Promise<MutedCauseRow | null> {
    const [row] = await sql.query<MutedCauseRow[]>(
      `SELECT code, muted_at, muted_by FROM muted_causes WHERE profile_id = $1 AND code = $2`,
      [profileId, code],
    );
    return row ?? null;
  }

  /** In the order of codes. */
  async list(profileId: string, after: string | null, limit: number): Promise<MutedCauseRow[]> {
    return this.dataSource.query<MutedCauseRow[]>(
      `SELECT code, muted_at, muted_by FROM muted_causes WHERE profile_id = $1 AND ($2::text IS NULL OR code > $2) ORDER BY code LIMIT $3`,
      [profileId, after, limit],
    );
  }
}
