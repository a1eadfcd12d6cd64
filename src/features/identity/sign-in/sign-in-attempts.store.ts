import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import { removeEnded } from '../../../platform/database/remove-ended.js';

export interface CountedAttempt {
  readonly key: Buffer;
  readonly attempts: number;
  readonly windowEndsAt: Date;
}

/** All SQL on sign_in_attempts. */
@Injectable()
export class SignInAttemptsStore {
  /** Counts one more under each key, in the window under way or in a new one. */
  async count(sql: Sql, keys: readonly Buffer[], now: Date, windowEndsAt: Date): Promise<CountedAttempt[]> {
    return sql.query<CountedAttempt[]>(
      // In the order of the keys: two that share two keys must not wait for each other.
      `INSERT INTO sign_in_attempts AS a (key, attempts, window_ends_at)
       SELECT key, 1, $3 FROM unnest($1::bytea[]) AS k (key) ORDER BY key
       ON CONFLICT (key) DO UPDATE SET
         attempts = CASE WHEN a.window_ends_at > $2 THEN least(a.attempts + 1, 1000000) ELSE 1 END,
         window_ends_at = CASE WHEN a.window_ends_at > $2 THEN a.window_ends_at ELSE $3 END
       RETURNING key, attempts, window_ends_at AS "windowEndsAt"`,
      [keys, now, windowEndsAt],
    );
  }

  /** Takes one back: it was a person who knows the password. */
  async takeBack(sql: Sql, keys: readonly Buffer[]): Promise<void> {
    await sql.query(
      `UPDATE sign_in_attempts SET attempts = greatest(0, attempts - 1) WHERE key IN (
         SELECT key FROM sign_in_attempts WHERE key = ANY($1::bytea[]) ORDER BY key FOR UPDATE)`,
      [keys],
    );
  }

  /** @returns how many went, `limit` at most */
  async removeEnded(sql: Sql, now: Date, limit: number): Promise<number> {
    return removeEnded(sql, { table: 'sign_in_attempts', key: 'key', endsAt: 'window_ends_at' }, now, limit);
  }
}
