import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';

/** What texts say of a profile. */
export interface ProfileNames {
  readonly name: string;
  readonly username: string;
  readonly ewsUrl: string;
}

const unknown: ProfileNames = { name: '(deleted)', username: '(unknown)', ewsUrl: '(unknown)' };

/** Names of profiles for lists and texts, without their secrets, in one query a page. */
@Injectable()
export class ProfileNamesStore {
  constructor(private readonly dataSource: DataSource) {}

  async of(profileIds: readonly string[]): Promise<(profileId: string) => ProfileNames> {
    const distinct = [...new Set(profileIds)];
    if (distinct.length === 0) return () => unknown;
    const rows = await this.dataSource.query<(ProfileNames & { id: string })[]>(
      `SELECT id, name, auth_username AS username, ews_url AS "ewsUrl" FROM email_server_profiles WHERE id = ANY($1::uuid[])`,
      [distinct],
    );
    const byId = new Map(rows.map(({ id, ...names }) => [id, names]));
    return (profileId) => byId.get(profileId) ?? unknown;
  }

  /** Profiles whose server it is. */
  async idsOnServer(sql: Sql, serverHost: string): Promise<string[]> {
    const rows = await sql.query<{ id: string }[]>(
      `SELECT id FROM email_server_profiles WHERE server_host = $1 ORDER BY id`,
      [serverHost],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether all profiles of a server are this person's, so that nothing about it is another owner's. */
  async ownsServer(serverHost: string, email: string): Promise<boolean> {
    const others = await this.dataSource.query<unknown[]>(
      `SELECT FROM email_server_profiles WHERE server_host = $1 AND lower(owner_email) <> lower($2) LIMIT 1`,
      [serverHost, email],
    );
    return others.length === 0;
  }

  /**
   * Profiles of a server whose owner or escalation contact has this address, for texts to that person; all of them
   * for the one who took the incident over.
   */
  async ofPersonOnServer(serverHost: string, email: string): Promise<ProfileNames[]> {
    return this.dataSource.query<ProfileNames[]>(
      `SELECT name, auth_username AS username, ews_url AS "ewsUrl" FROM email_server_profiles
       WHERE server_host = $1 AND (lower($2) IN (lower(owner_email), lower(escalation_email)) OR EXISTS (
         SELECT FROM incidents i WHERE i.server_host = $1 AND i.closed_at IS NULL AND lower(i.assignee_email) = lower($2)))
       ORDER BY id LIMIT 100`,
      [serverHost, email],
    );
  }
}
