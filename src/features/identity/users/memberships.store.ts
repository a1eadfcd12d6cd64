import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import type { UserRole } from '../callers/user-role.js';

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: UserRole;
  readonly disabled: boolean;
}

/** All SQL on user_profiles: who owns a profile or is limited to it. */
@Injectable()
export class MembershipsStore {
  /** Makes these the profiles of a user, whose row the transaction has locked or made. */
  async replace(sql: Sql, userId: string, profileIds: readonly string[]): Promise<void> {
    await sql.query('DELETE FROM user_profiles WHERE user_id = $1 AND profile_id <> ALL($2::uuid[])', [
      userId,
      profileIds,
    ]);
    // A profile deleted meanwhile is left out, as it would be a moment later.
    await sql.query(
      `INSERT INTO user_profiles (user_id, profile_id)
       SELECT $1, p.id FROM email_server_profiles p WHERE p.id = ANY($2::uuid[]) FOR KEY SHARE ON CONFLICT DO NOTHING`,
      [userId, profileIds],
    );
  }

  /** @returns false when there is no such profile */
  async add(sql: Sql, userId: string, profileId: string): Promise<boolean> {
    const rows = await sql.query<unknown[]>('SELECT 1 FROM email_server_profiles WHERE id = $1 FOR KEY SHARE', [
      profileId,
    ]);
    if (rows.length === 0) return false;
    await sql.query('INSERT INTO user_profiles (user_id, profile_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      userId,
      profileId,
    ]);
    return true;
  }

  async remove(sql: Sql, userId: string, profileId: string): Promise<void> {
    await sql.query('DELETE FROM user_profiles WHERE user_id = $1 AND profile_id = $2', [userId, profileId]);
  }

  async profileExists(sql: Sql, profileId: string): Promise<boolean> {
    return (await sql.query<unknown[]>('SELECT 1 FROM email_server_profiles WHERE id = $1', [profileId])).length > 0;
  }

  async membersOf(
    sql: Sql,
    profileId: string,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<Member[]> {
    return sql.query<Member[]>(
      `SELECT u.id, u.name, u.email, u.role, u.disabled_at IS NOT NULL AS disabled
       FROM user_profiles m JOIN users u ON u.id = m.user_id
       WHERE m.profile_id = $1 AND ($2::uuid IS NULL OR m.user_id > $2) ORDER BY m.user_id LIMIT $3`,
      [profileId, page.after, page.limit],
    );
  }
}
