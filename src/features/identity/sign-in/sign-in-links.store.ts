import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { removeEnded } from '../../../platform/database/remove-ended.js';

export const linkKinds = ['first-admin', 'invitation', 'password-reset'] as const;
export type LinkKind = (typeof linkKinds)[number];

export interface NewLink {
  readonly id: string;
  readonly kind: LinkKind;
  /** Null for `first-admin`. */
  readonly userId: string | null;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** A link that works, with the user it is for. */
export interface LiveLink {
  readonly kind: LinkKind;
  readonly userId: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly expiresAt: Date;
}

/** Two processes that start at once decide one after the other whether there is an administrator. */
const firstAdminLock = 0x61646d6e;

/** All SQL on sign_in_links. A link that was used is gone. */
@Injectable()
export class SignInLinksStore {
  /** Takes the place of the user's link of that kind; a link for the first administrator stands by itself. */
  async insert(sql: Sql, link: NewLink, hash: Buffer): Promise<void> {
    await sql.query(
      `INSERT INTO sign_in_links (id, kind, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (user_id, kind)
       DO UPDATE SET id = EXCLUDED.id, token_hash = EXCLUDED.token_hash, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at`,
      [link.id, link.kind, link.userId, hash, link.now, link.expiresAt],
    );
  }

  async find(sql: Sql, hash: Buffer, now: Date): Promise<LiveLink | null> {
    const rows = await sql.query<LiveLink[]>(
      `SELECT l.kind, l.user_id AS "userId", u.email, u.name, l.expires_at AS "expiresAt"
       FROM sign_in_links l LEFT JOIN users u ON u.id = l.user_id
       WHERE l.token_hash = $1 AND l.expires_at > $2 AND u.disabled_at IS NULL`,
      [hash, now],
    );
    return rows[0] ?? null;
  }

  /** Uses the link up. @returns null when it was used, replaced or ended meanwhile */
  async take(sql: Sql, hash: Buffer, now: Date): Promise<{ kind: LinkKind; userId: string | null } | null> {
    const [rows] = await sql.query<[{ kind: LinkKind; userId: string | null }[], number]>(
      'DELETE FROM sign_in_links WHERE token_hash = $1 AND expires_at > $2 RETURNING kind, user_id AS "userId"',
      [hash, now],
    );
    return rows[0] ?? null;
  }

  async removeAllOf(sql: Sql, userId: string): Promise<void> {
    await sql.query('DELETE FROM sign_in_links WHERE user_id = $1', [userId]);
  }

  /** @param madeBefore null: all of them */
  async removeFirstAdmin(sql: Sql, madeBefore: Date | null): Promise<void> {
    await sql.query(
      `DELETE FROM sign_in_links WHERE user_id IS NULL AND ($1::timestamptz IS NULL OR created_at < $1)`,
      [madeBefore],
    );
  }

  /** Held to the end of the transaction. */
  async lockFirstAdmin(sql: Sql): Promise<void> {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [firstAdminLock]);
  }

  /** @returns how many went, `limit` at most */
  async removeExpired(sql: Sql, now: Date, limit: number): Promise<number> {
    return removeEnded(sql, { table: 'sign_in_links', key: 'id', endsAt: 'expires_at' }, now, limit);
  }
}
