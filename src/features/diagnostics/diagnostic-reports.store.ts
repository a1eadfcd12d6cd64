import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { storableJson, storableText } from '../../platform/database/storable-text.js';
import type { StoredStep } from './diagnostic-step.js';
import type { Summary } from './verdict.js';

/** A report without its steps. */
export interface ReportHead {
  readonly id: string;
  readonly profileId: string | null;
  /** Of the API key, or the user, that asked for it. */
  readonly apiKeyId: string;
  /** Its name at that time; null on old reports. */
  readonly askedBy: string | null;
  readonly emailAddress: string | null;
  readonly ewsUrl: string | null;
  readonly summary: Summary;
  readonly createdAt: Date;
  /** Null when no link shows it, or does no longer. */
  readonly sharedUntil: Date | null;
}

export interface KeptReport extends ReportHead {
  readonly steps: readonly StoredStep[];
}

export interface ReportFilter {
  readonly profileIds: readonly string[] | null;
  readonly profileId: string | null;
  /** Only those before this id, newest first. */
  readonly before: string | null;
  readonly limit: number;
}

const head = `id, profile_id AS "profileId", api_key_id AS "apiKeyId", asked_by AS "askedBy", email_address AS "emailAddress", ews_url AS "ewsUrl", summary,
  created_at AS "createdAt", CASE WHEN share_expires_at > $1 THEN share_expires_at END AS "sharedUntil"`;

type Reach = readonly string[] | null;

/** All SQL on diagnostic_reports. A key that is limited to profiles sees no report without one. */
@Injectable()
export class DiagnosticReportsStore {
  /** @returns false when the profile was deleted meanwhile */
  async insert(sql: Sql, report: Omit<KeptReport, 'sharedUntil'>): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `INSERT INTO diagnostic_reports (id, profile_id, api_key_id, email_address, ews_url, summary, steps, created_at, asked_by)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
       WHERE $2::uuid IS NULL OR EXISTS (SELECT FROM email_server_profiles WHERE id = $2 FOR KEY SHARE) RETURNING 1`,
      [
        report.id,
        report.profileId,
        report.apiKeyId,
        report.emailAddress === null ? null : storableText(report.emailAddress),
        report.ewsUrl === null ? null : storableText(report.ewsUrl),
        storableJson(report.summary),
        storableJson(report.steps),
        report.createdAt,
        report.askedBy,
      ],
    );
    return rows.length > 0;
  }

  /** Newest first, without their steps. */
  async list(sql: Sql, filter: ReportFilter, now: Date): Promise<ReportHead[]> {
    const parameters: unknown[] = [now];
    const where = ['true'];
    // Only the conditions that are asked for, so that the planner can pick the index of each of them.
    const add = (condition: (place: string) => string, value: unknown) => {
      if (value === null) return;
      parameters.push(value);
      where.push(condition(`$${parameters.length}`));
    };
    add((place) => `profile_id = ANY(${place}::uuid[])`, filter.profileIds);
    add((place) => `profile_id = ${place}::uuid`, filter.profileId);
    add((place) => `id < ${place}::uuid`, filter.before);
    parameters.push(filter.limit);
    return sql.query<ReportHead[]>(
      `SELECT ${head} FROM diagnostic_reports WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT $${parameters.length}`,
      parameters,
    );
  }

  async find(sql: Sql, id: string, reach: Reach, now: Date): Promise<KeptReport | null> {
    const rows = await sql.query<KeptReport[]>(
      `SELECT ${head}, steps FROM diagnostic_reports WHERE id = $2 AND ($3::uuid[] IS NULL OR profile_id = ANY($3))`,
      [now, id, reach],
    );
    return rows[0] ?? null;
  }

  /** By the hash of the link's secret, while the link lasts. */
  async findShared(sql: Sql, hash: Buffer, now: Date): Promise<KeptReport | null> {
    const rows = await sql.query<KeptReport[]>(
      `SELECT ${head}, steps FROM diagnostic_reports WHERE share_hash = $2 AND share_expires_at > $1`,
      [now, hash],
    );
    return rows[0] ?? null;
  }

  /** A new link takes the place of the one before. @returns false when there is no such report */
  async share(sql: Sql, id: string, reach: Reach, share: { hash: Buffer; expiresAt: Date } | null): Promise<boolean> {
    const [, changed] = await sql.query<[unknown[], number]>(
      `UPDATE diagnostic_reports SET share_hash = $3, share_expires_at = $4
       WHERE id = $1 AND ($2::uuid[] IS NULL OR profile_id = ANY($2)) RETURNING 1`,
      [id, reach, share?.hash ?? null, share?.expiresAt ?? null],
    );
    return changed > 0;
  }

  async remove(sql: Sql, id: string, reach: Reach): Promise<boolean> {
    const [, removed] = await sql.query<[unknown[], number]>(
      `DELETE FROM diagnostic_reports WHERE id = $1 AND ($2::uuid[] IS NULL OR profile_id = ANY($2)) RETURNING 1`,
      [id, reach],
    );
    return removed > 0;
  }

  /** @returns how many went, `limit` at most */
  async removeOlderThan(sql: Sql, before: Date, limit: number): Promise<number> {
    const [, removed] = await sql.query<[unknown[], number]>(
      `DELETE FROM diagnostic_reports WHERE id IN (
         SELECT id FROM diagnostic_reports WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1`,
      [before, limit],
    );
    return removed;
  }
}
