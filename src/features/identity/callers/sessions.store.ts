import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { removeEnded } from '../../../platform/database/remove-ended.js';
import type { WayToSignIn } from './caller.js';
import { sessionIdleMs } from './session-token.js';
import type { UserRole } from './user-role.js';

/** A session with its user, as they stand. */
export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly signedInBy: WayToSignIn;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly name: string;
  readonly email: string;
  readonly role: UserRole;
  /** Null: all. */
  readonly profileIds: readonly string[] | null;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly signedInBy: WayToSignIn;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly endsAt: Date;
}

/** All SQL on sessions. */
@Injectable()
export class SessionsStore {
  async insert(sql: Sql, session: NewSession, hash: Buffer): Promise<void> {
    await sql.query(
      `INSERT INTO sessions (id, user_id, token_hash, signed_in_by, created_at, last_used_at, expires_at, ends_at)
       VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
      [session.id, session.userId, hash, session.signedInBy, session.now, session.expiresAt, session.endsAt],
    );
  }

  /** @returns null also when the user is disabled */
  async findLive(sql: Sql, hash: Buffer, now: Date): Promise<LiveSession | null> {
    const rows = await sql.query<LiveSession[]>(
      `SELECT s.id, s.user_id AS "userId", s.signed_in_by AS "signedInBy", s.last_used_at AS "lastUsedAt",
         s.expires_at AS "expiresAt", u.name, u.email, u.role,
         CASE WHEN NOT u.all_profiles THEN ARRAY(SELECT profile_id FROM user_profiles WHERE user_id = u.id) END AS "profileIds"
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.disabled_at IS NULL AND u.deleted_at IS NULL`,
      [hash, now],
    );
    return rows[0] ?? null;
  }

  /** Lets it live on. A write a minute is enough, whichever process it comes from. */
  async noteUse(sql: Sql, id: string, now: Date, resolutionMs: number): Promise<void> {
    await sql.query(
      `UPDATE sessions SET last_used_at = $2, expires_at = least(ends_at, $3)
       WHERE id = $1 AND last_used_at <= $4 AND expires_at > $2`,
      [id, now, new Date(now.getTime() + sessionIdleMs), new Date(now.getTime() - resolutionMs)],
    );
  }

  /** @returns whether there was one */
  async endByHash(sql: Sql, hash: Buffer): Promise<{ id: string; userId: string } | null> {
    const [rows] = await sql.query<[{ id: string; userId: string }[], number]>(
      'DELETE FROM sessions WHERE token_hash = $1 RETURNING id, user_id AS "userId"',
      [hash],
    );
    return rows[0] ?? null;
  }

  /** @param but a session that goes on */
  async endAllOf(sql: Sql, userId: string, but: string | null = null): Promise<void> {
    await sql.query('DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2', [userId, but]);
  }

  /** @returns how many went, `limit` at most */
  async removeExpired(sql: Sql, now: Date, limit: number): Promise<number> {
    return removeEnded(sql, { table: 'sessions', key: 'id', endsAt: 'expires_at' }, now, limit);
  }
}
