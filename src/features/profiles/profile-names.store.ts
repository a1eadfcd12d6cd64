import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

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
}
