import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { storableText } from '../../platform/database/storable-text.js';
import type { FeedPosition } from '../feed/feed-position.js';
import type { EndpointSettings, EndpointView } from './webhook-endpoint.js';

/** Counting goes no further: a list must not take longer the worse an endpoint is doing. */
export const countedUpTo = 10_000;

interface EndpointFilter {
  /** What the caller is limited to; null: everything. */
  readonly reach: readonly string[] | null;
  readonly after: string | null;
  readonly limit: number;
}

const count = (condition: string) =>
  `(SELECT count(*)::int FROM (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND ${condition} LIMIT ${countedUpTo}) counted)`;

const columns = `
  e.id, e.url, e.description, e.event_types AS "eventTypes", e.profile_ids AS "profileIds", e.enabled,
  CASE WHEN e.owner_email IS NOT NULL THEN json_build_object('name', e.owner_name, 'email', e.owner_email) END AS owner,
  e.disabled_reason AS "disabledReason", e.disabled_at AS "disabledAt", e.previous_secret_until AS "previousSecretUntil",
  nullif(e.hold_until, '-infinity') AS "holdUntil", e.failing_since AS "failingSince", e.last_success_at AS "lastSuccessAt",
  e.last_error AS "lastError", e.last_error_at AS "lastErrorAt", e.delivered::float8 AS delivered,
  ${count(`d.state IN ('ready', 'queued')`)} AS pending, ${count(`d.state = 'failed'`)} AS failed,
  e.created_at AS "createdAt", e.updated_at AS "updatedAt"`;

/** A key limited to profiles sees the endpoints that tell of nothing beyond them; $2: its profiles. */
const visible = `e.removed_at IS NULL AND ($2::uuid[] IS NULL OR e.profile_ids <@ $2)`;

/** The SQL of webhook endpoints, for people. */
@Injectable()
export class WebhookEndpointsStore {
  async find(sql: Sql, id: string, reach: readonly string[] | null): Promise<EndpointView | null> {
    const [row] = await sql.query<EndpointView[]>(
      `SELECT ${columns} FROM webhook_endpoints e WHERE e.id = $1 AND ${visible}`,
      [id, reach],
    );
    return row ?? null;
  }

  /** Held to the end of the transaction. @returns whether there is such an endpoint */
  async lock(sql: Sql, id: string, reach: readonly string[] | null): Promise<boolean> {
    const rows = await sql.query<unknown[]>(
      `SELECT FROM webhook_endpoints e WHERE e.id = $1 AND ${visible} FOR NO KEY UPDATE`,
      [id, reach],
    );
    return rows.length > 0;
  }

  /** Oldest first. */
  async list(sql: Sql, { after, reach, limit }: EndpointFilter): Promise<EndpointView[]> {
    return sql.query<EndpointView[]>(
      `SELECT ${columns} FROM webhook_endpoints e WHERE ($1::uuid IS NULL OR e.id > $1) AND ${visible} ORDER BY e.id LIMIT $3`,
      [after, reach, limit],
    );
  }

  /** The endpoint is told of what comes behind `cursor`. */
  async insert(
    sql: Sql,
    id: string,
    settings: EndpointSettings,
    sealedSecret: string,
    cursor: FeedPosition,
    now: Date,
  ): Promise<void> {
    const { url, description, eventTypes, profileIds, enabled, owner } = settings;
    await sql.query(
      `INSERT INTO webhook_endpoints (id, url, description, event_types, profile_ids, enabled, disabled_reason, disabled_at,
         secret, cursor_epoch, cursor_txid, cursor_seq, created_at, updated_at, owner_name, owner_email)
       VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6 THEN NULL ELSE 'manual' END, CASE WHEN $6 THEN NULL ELSE $11::timestamptz END,
         $7, $8, $9, $10, $11, $11, $12, $13)`,
      [
        id,
        url,
        description === null ? null : storableText(description),
        eventTypes,
        profileIds,
        enabled,
        sealedSecret,
        cursor.epoch,
        cursor.txid,
        cursor.seq,
        now,
        owner?.name ?? null,
        owner?.email ?? null,
      ],
    );
  }

  /**
   * Switched on again, the endpoint starts with a clean slate: nothing holds it back, and what failed
   * before is tried at once.
   */
  async update(sql: Sql, id: string, settings: EndpointSettings, now: Date): Promise<void> {
    const { url, description, eventTypes, profileIds, enabled, owner } = settings;
    const [rows] = await sql.query<[{ woken: boolean }[], number]>(
      `UPDATE webhook_endpoints e SET url = $2, description = $3, event_types = $4, profile_ids = $5, enabled = $6, updated_at = $7, owner_name = $8, owner_email = $9,
         disabled_reason = CASE WHEN $6 THEN NULL ELSE coalesce(e.disabled_reason, 'manual') END,
         disabled_at = CASE WHEN $6 THEN NULL ELSE coalesce(e.disabled_at, $7) END,
         hold_until = CASE WHEN $6 AND (NOT old.enabled OR old.url <> $2) THEN '-infinity' ELSE e.hold_until END,
         failing_since = CASE WHEN $6 AND (NOT old.enabled OR old.url <> $2) THEN NULL ELSE e.failing_since END,
         lease_until = CASE WHEN $6 AND NOT old.enabled THEN coalesce(e.lease_until, $7) ELSE e.lease_until END
       FROM (SELECT id, enabled, url FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE) old
       WHERE e.id = old.id RETURNING $6 AND (NOT old.enabled OR old.url <> $2) AS woken`,
      [
        id,
        url,
        description === null ? null : storableText(description),
        eventTypes,
        profileIds,
        enabled,
        now,
        owner?.name ?? null,
        owner?.email ?? null,
      ],
    );
    if (rows[0]?.woken)
      await sql.query(`UPDATE webhook_lanes SET next_attempt_at = least(next_attempt_at, $2) WHERE endpoint_id = $1`, [
        id,
        now,
      ]);
  }

  /** It disappears at once; its rows are cleared away in steps. */
  async remove(sql: Sql, id: string, now: Date): Promise<void> {
    await sql.query(
      `UPDATE webhook_endpoints SET removed_at = $2, enabled = false, disabled_reason = coalesce(disabled_reason, 'manual'),
         disabled_at = coalesce(disabled_at, $2) WHERE id = $1`,
      [id, now],
    );
  }

  /** The present secret stays valid beside the new one until then. */
  async rotate(sql: Sql, id: string, sealedSecret: string, previousUntil: Date, now: Date): Promise<void> {
    await sql.query(
      `UPDATE webhook_endpoints SET previous_secret = CASE WHEN $3 > $4::timestamptz THEN secret END,
         previous_secret_until = CASE WHEN $3 > $4::timestamptz THEN $3::timestamptz END, secret = $2, updated_at = $4 WHERE id = $1`,
      [id, sealedSecret, previousUntil, now],
    );
  }

  /** Sealed secrets that are valid now, the newest first. */
  async secretsOf(sql: Sql, id: string, now: Date): Promise<string[]> {
    const [row] = await sql.query<{ secrets: string[] }[]>(
      `SELECT array_remove(ARRAY[secret, CASE WHEN previous_secret_until > $2 THEN previous_secret END], NULL) AS secrets
       FROM webhook_endpoints WHERE id = $1`,
      [id, now],
    );
    return row?.secrets ?? [];
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
