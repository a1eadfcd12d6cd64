import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';

/** The SQL on users that signing in needs: compare-and-set, because many may try at once. */
@Injectable()
export class SignInsStore {
  /**
   * Notes that the password was right, if it still is the one and the user may still sign in.
   * @param newHash the same password hashed with present parameters; null: as it was
   */
  async succeed(
    sql: Sql,
    id: string,
    { hash, newHash, now }: { readonly hash: string; readonly newHash: string | null; readonly now: Date },
  ): Promise<boolean> {
    const [, changed] = await sql.query<[unknown[], number]>(
      `UPDATE users SET last_signed_in_at = $3, password_hash = coalesce($4, password_hash)
       WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL`,
      [id, hash, now, newHash],
    );
    return changed > 0;
  }

  /**
   * Sets the password.
   * @param before the hash that must still be there; null: whatever is there
   * @returns false when it is not, or the user is disabled or gone
   */
  async setPassword(sql: Sql, id: string, hash: string, before: string | null): Promise<boolean> {
    const [, changed] = await sql.query<[unknown[], number]>(
      `UPDATE users SET password_hash = $2
       WHERE id = $1 AND disabled_at IS NULL AND deleted_at IS NULL AND ($3::text IS NULL OR password_hash = $3)`,
      [id, hash, before],
    );
    return changed > 0;
  }

  async noteSignIn(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query('UPDATE users SET last_signed_in_at = $2 WHERE id = $1', [id, now]);
  }

  /** Makes the user with this e-mail address an administrator, enabled. @returns null when there is none */
  async restoreAdmin(sql: Sql, email: string): Promise<string | null> {
    const [rows] = await sql.query<[{ id: string }[], number]>(
      `UPDATE users SET role = 'admin', all_profiles = true, disabled_at = NULL WHERE lower(email) = lower($1) RETURNING id`,
      [email],
    );
    return rows[0]?.id ?? null;
  }
}
