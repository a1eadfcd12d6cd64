import { Injectable } from '@nestjs/common';
import type { Sql } from '../../../platform/database/data-source.js';
import type { ApiKey } from './api-key.js';
import type { Scope } from '../callers/scope.js';

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: Scope[];
  readonly profile_ids: string[] | null;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

const columns = 'id, name, prefix, scopes, profile_ids, created_at, expires_at, revoked_at, last_used_at';

/** A key limited to profiles knows of the keys that reach no further than itself. */
const within = (n: number) => `($${n}::uuid[] IS NULL OR profile_ids <@ $${n})`;

/** Two processes starting at once must not both find the table empty. */
const bootstrapLock = 0x6b657973;

type Reach = readonly string[] | null;

/** All SQL on api_keys. */
@Injectable()
export class ApiKeysStore {
  async findByHash(sql: Sql, hash: Buffer): Promise<ApiKey | null> {
    const rows = await sql.query<ApiKeyRow[]>(`SELECT ${columns} FROM api_keys WHERE secret_hash = $1`, [hash]);
    return rows[0] ? keyOf(rows[0]) : null;
  }

  async find(sql: Sql, id: string, reach: Reach): Promise<ApiKey | null> {
    const rows = await sql.query<ApiKeyRow[]>(`SELECT ${columns} FROM api_keys WHERE id = $1 AND ${within(2)}`, [
      id,
      reach,
    ]);
    return rows[0] ? keyOf(rows[0]) : null;
  }

  async list(sql: Sql, page: { reach: Reach; after: string | null; limit: number }): Promise<ApiKey[]> {
    const rows = await sql.query<ApiKeyRow[]>(
      `SELECT ${columns} FROM api_keys WHERE ($1::uuid IS NULL OR id > $1) AND ${within(2)} ORDER BY id LIMIT $3`,
      [page.after, page.reach, page.limit],
    );
    return rows.map(keyOf);
  }

  async insert(sql: Sql, key: ApiKey, hash: Buffer): Promise<void> {
    await sql.query(
      `INSERT INTO api_keys (id, name, prefix, secret_hash, scopes, profile_ids, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [key.id, key.name, key.prefix, hash, key.scopes, key.profileIds, key.createdAt, key.expiresAt],
    );
  }

  /** Locks the keys that can do everything for everybody, so that the last one is not revoked by two at once. */
  async lockUnlimitedAdmins(sql: Sql, now: Date): Promise<string[]> {
    const rows = await sql.query<{ id: string }[]>(
      `SELECT id FROM api_keys WHERE 'admin' = ANY(scopes) AND profile_ids IS NULL AND revoked_at IS NULL
         AND (expires_at IS NULL OR expires_at > $1) ORDER BY id FOR UPDATE`,
      [now],
    );
    return rows.map(({ id }) => id);
  }

  async revoke(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query('UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1', [id, now]);
  }

  /** Revokes the keys of this name but the one with this hash. */
  async revokeOthersNamed(sql: Sql, name: string, hash: Buffer, now: Date): Promise<void> {
    await sql.query(
      'UPDATE api_keys SET revoked_at = $3 WHERE name = $1 AND secret_hash <> $2 AND revoked_at IS NULL',
      [name, hash, now],
    );
  }

  async noteUse(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query('UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND last_used_at IS DISTINCT FROM $2', [
      id,
      now,
    ]);
  }

  async isEmpty(sql: Sql): Promise<boolean> {
    return (await sql.query<unknown[]>('SELECT 1 FROM api_keys LIMIT 1')).length === 0;
  }

  /** Held to the end of the transaction. */
  async lockForBootstrap(sql: Sql): Promise<void> {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [bootstrapLock]);
  }

  /** @returns those of the ids that no profile has */
  async unknownProfiles(sql: Sql, ids: readonly string[]): Promise<string[]> {
    const rows = await sql.query<{ id: string }[]>(
      `SELECT id FROM unnest($1::uuid[]) AS wanted (id)
       WHERE NOT EXISTS (SELECT 1 FROM email_server_profiles WHERE email_server_profiles.id = wanted.id)`,
      [ids],
    );
    return rows.map(({ id }) => id);
  }
}

function keyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    profileIds: row.profile_ids,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
