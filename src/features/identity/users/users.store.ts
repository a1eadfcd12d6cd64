import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import type { UserRole } from '../callers/user-role.js';
import { strangersWaitUntil } from '../sign-in/guess-delays.store.js';
import type { User, UserSettings } from './user.js';

/** What signing in looks at. */
export interface Credentials {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly disabledAt: Date | null;
}

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
  readonly profileIds: readonly string[] | null;
  readonly createdAt: Date;
}

const columns = `u.id, u.email, u.name, u.role, u.password_hash IS NOT NULL AS "hasPassword", u.oidc_subject IS NOT NULL AS "hasSingleSignOn",
  ${strangersWaitUntil('u.email')} AS "strangersWaitUntil", u.created_at AS "createdAt", u.last_signed_in_at AS "lastSignedInAt", u.disabled_at AS "disabledAt",
  CASE WHEN NOT u.all_profiles THEN ARRAY(SELECT profile_id FROM user_profiles WHERE user_id = u.id ORDER BY profile_id) END AS "profileIds"`;

const credentials = `id, name, email, password_hash AS "passwordHash", disabled_at AS "disabledAt"`;

/** All SQL on users but that of their reach and of signing in. A deleted user is only a name. */
@Injectable()
export class UsersStore {
  async find(sql: Sql, id: string): Promise<User | null> {
    const rows = await sql.query<User[]>(`SELECT ${columns} FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL`, [
      id,
    ]);
    return rows[0] ?? null;
  }

  /** Oldest first. @param page.profileId only those who own it or are limited to it */
  async list(
    sql: Sql,
    page: { readonly profileId: string | null; readonly after: string | null; readonly limit: number },
  ): Promise<User[]> {
    return sql.query<User[]>(
      `SELECT ${columns} FROM users u WHERE u.deleted_at IS NULL AND ($1::uuid IS NULL OR u.id > $1)
         AND ($2::uuid IS NULL OR EXISTS (SELECT FROM user_profiles m WHERE m.user_id = u.id AND m.profile_id = $2))
       ORDER BY u.id LIMIT $3`,
      [page.after, page.profileId, page.limit],
    );
  }

  /** @returns false when somebody has the e-mail address already */
  async insert(sql: Sql, user: NewUser): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `INSERT INTO users (id, email, name, role, all_profiles, created_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (lower(email)) DO NOTHING RETURNING 1`,
      [user.id, user.email, user.name, user.role, user.profileIds === null, user.createdAt],
    );
    return rows.length > 0;
  }

  /** Locks the user until the transaction ends. */
  async lock(sql: Sql, id: string): Promise<User | null> {
    const rows = await sql.query<unknown[]>('SELECT 1 FROM users WHERE id = $1 AND deleted_at IS NULL FOR UPDATE', [
      id,
    ]);
    return rows.length > 0 ? this.find(sql, id) : null;
  }

  /** Writes the settings of a user that the transaction has locked; the profiles are apart. */
  async update(sql: Sql, id: string, settings: UserSettings, now: Date): Promise<void> {
    await sql.query(
      `UPDATE users SET name = $2, role = $3, all_profiles = $4,
         disabled_at = CASE WHEN $5 THEN coalesce(disabled_at, $6) END WHERE id = $1`,
      [id, settings.name, settings.role, settings.profileIds === null, settings.disabled, now],
    );
  }

  /**
   * Locks the administrators who can sign in, so that the last one does not go while another goes too.
   * In the order of ids, and before any other user's row is locked.
   */
  async lockAdmins(sql: Sql): Promise<string[]> {
    const rows = await sql.query<{ id: string }[]>(
      `SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL AND deleted_at IS NULL
         AND (password_hash IS NOT NULL OR oidc_subject IS NOT NULL) ORDER BY id FOR UPDATE`,
    );
    return rows.map(({ id }) => id);
  }

  async hasAdmin(sql: Sql): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND deleted_at IS NULL
         AND (password_hash IS NOT NULL OR oidc_subject IS NOT NULL) LIMIT 1`,
    );
    return rows.length > 0;
  }

  /** Leaves the name, for the history of who did what. Sessions, links and profiles are the caller's. */
  async remove(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE users SET deleted_at = $2, email = NULL, password_hash = NULL, oidc_issuer = NULL, oidc_subject = NULL
       WHERE id = $1`,
      [id, now],
    );
  }

  async credentialsOf(sql: Sql, email: string): Promise<Credentials | null> {
    const rows = await sql.query<Credentials[]>(`SELECT ${credentials} FROM users WHERE lower(email) = lower($1)`, [
      email,
    ]);
    return rows[0] ?? null;
  }

  async credentialsById(sql: Sql, id: string): Promise<Credentials | null> {
    const rows = await sql.query<Credentials[]>(
      `SELECT ${credentials} FROM users WHERE id = $1 AND deleted_at IS NULL`,
      [id],
    );
    return rows[0] ?? null;
  }
}
