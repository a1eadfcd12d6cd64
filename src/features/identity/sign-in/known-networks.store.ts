import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';

/** All SQL on known_networks. */
@Injectable()
export class KnownNetworksStore {
  /** @param one.limit how many networks are kept per user, the most recently used first */
  async note(
    sql: Sql,
    one: { readonly userId: string; readonly network: Buffer; readonly now: Date; readonly limit: number },
  ): Promise<void> {
    await sql.query(
      `INSERT INTO known_networks (user_id, network, last_used_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id, network) DO UPDATE SET last_used_at = greatest(known_networks.last_used_at, excluded.last_used_at)`,
      [one.userId, one.network, one.now],
    );
    await sql.query(
      `DELETE FROM known_networks WHERE user_id = $1 AND network IN (
         SELECT network FROM known_networks WHERE user_id = $1 ORDER BY last_used_at DESC, network OFFSET $2)`,
      [one.userId, one.limit],
    );
  }

  /** @param since networks last used before this do not count */
  async knows(sql: Sql, email: string, network: Buffer, since: Date): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT 1 FROM users u JOIN known_networks k ON k.user_id = u.id
       WHERE lower(u.email) = lower($1) AND k.network = $2 AND k.last_used_at > $3`,
      [email, network, since],
    );
    return rows.length > 0;
  }

  async removeAllOf(sql: Sql, userId: string): Promise<void> {
    await sql.query('DELETE FROM known_networks WHERE user_id = $1', [userId]);
  }
}
