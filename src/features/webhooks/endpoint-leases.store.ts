import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import type { EventType } from '../feed/event.js';
import type { FeedPosition } from '../feed/feed-position.js';
import type { LeasedEndpoint } from './webhook-endpoint.js';

/** Longer than a request can take, so that none is under way when another worker takes over. */
export const leaseMs = 60_000;

/** The lease is another worker's, or the endpoint was switched off: nothing more may be sent or written. */
export class EndpointLost extends Error {
  override readonly name = 'EndpointLost';

  constructor(endpointId: string) {
    super(`lost the lease on webhook endpoint ${endpointId}`);
  }
}

interface LeasedRow {
  readonly id: string;
  readonly token: string;
  readonly url: string;
  readonly types: EventType[] | null;
  readonly profiles: string[] | null;
  readonly secrets: string[];
  readonly epoch: number;
  readonly txid: string;
  readonly seq: string;
}

/** $1: now. */
const leased = `e.id, e.lease_token::text AS token, e.url, e.event_types AS types, e.profile_ids AS profiles,
  array_remove(ARRAY[e.secret, CASE WHEN e.previous_secret_until > $1 THEN e.previous_secret END], NULL) AS secrets,
  e.cursor_epoch AS epoch, e.cursor_txid::text AS txid, e.cursor_seq::text AS seq`;

/** The SQL of who delivers to which endpoint. One worker at a time does, which is what keeps the order. */
@Injectable()
export class EndpointLeasesStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Claims endpoints that have something to do. Safe beside other workers. */
  async claimDue(now: Date, limit: number): Promise<LeasedEndpoint[]> {
    const [rows] = await this.dataSource.query<[LeasedRow[], number]>(
      `WITH horizon AS MATERIALIZED (SELECT max(epoch) AS epoch, pg_snapshot_xmin(pg_current_snapshot()) AS txid FROM feed_epochs),
       due AS (
         SELECT w.id FROM webhook_endpoints w
         WHERE w.enabled AND w.hold_until <= $1 AND (w.lease_until IS NULL OR w.lease_until <= $1)
           AND (w.lease_until <= $1
             OR EXISTS (SELECT FROM webhook_lanes l WHERE l.endpoint_id = w.id AND l.next_attempt_at <= $1)
             OR EXISTS (SELECT FROM webhook_replays r WHERE r.endpoint_id = w.id AND r.finished_at IS NULL)
             OR (SELECT (n.epoch, n.txid) < ((SELECT epoch FROM horizon), (SELECT txid FROM horizon)) FROM (
                  SELECT e.epoch, e.txid FROM events e WHERE (e.epoch, e.txid, e.seq) > (w.cursor_epoch, w.cursor_txid, w.cursor_seq)
                  ORDER BY e.epoch, e.txid, e.seq LIMIT 1) n))
         -- At random, or of two workers the quicker one would take all of them.
         ORDER BY random() LIMIT $2 FOR UPDATE SKIP LOCKED
       )
       UPDATE webhook_endpoints e SET lease_token = e.lease_token + 1, lease_until = $3
       FROM due WHERE e.id = due.id RETURNING ${leased}`,
      [now, limit, new Date(now.getTime() + leaseMs)],
    );
    return rows.map(leasedOf);
  }

  /** Extends the lease and reads the endpoint anew. @returns null when the lease is lost or the endpoint switched off */
  async renew(endpoint: Pick<LeasedEndpoint, 'id' | 'token'>, now: Date): Promise<LeasedEndpoint | null> {
    const [rows] = await this.dataSource.query<[LeasedRow[], number]>(
      `UPDATE webhook_endpoints e SET lease_until = $4 WHERE e.id = $2 AND e.lease_token = $3 AND e.enabled RETURNING ${leased}`,
      [now, endpoint.id, endpoint.token, new Date(now.getTime() + leaseMs)],
    );
    return rows[0] ? leasedOf(rows[0]) : null;
  }

  /**
   * Proves in the caller's transaction that the lease holds; its row stays locked until the commit.
   * @throws EndpointLost
   */
  async hold(sql: Sql, { id, token }: Pick<LeasedEndpoint, 'id' | 'token'>): Promise<void> {
    const rows = await sql.query<unknown[]>(
      `SELECT FROM webhook_endpoints WHERE id = $1 AND lease_token = $2 AND enabled FOR NO KEY UPDATE`,
      [id, token],
    );
    if (rows.length === 0) throw new EndpointLost(id);
  }

  async moveCursor(sql: Sql, endpointId: string, to: FeedPosition): Promise<void> {
    await sql.query(`UPDATE webhook_endpoints SET cursor_epoch = $2, cursor_txid = $3, cursor_seq = $4 WHERE id = $1`, [
      endpointId,
      to.epoch,
      to.txid,
      to.seq,
    ]);
  }

  /** @param leftAt when something is left to do: a lease that has passed makes the endpoint due at once */
  async release({ id, token }: Pick<LeasedEndpoint, 'id' | 'token'>, leftAt: Date | null): Promise<void> {
    await this.dataSource.query(`UPDATE webhook_endpoints SET lease_until = $3 WHERE id = $1 AND lease_token = $2`, [
      id,
      token,
      leftAt,
    ]);
  }
}

function leasedOf(row: LeasedRow): LeasedEndpoint {
  return {
    id: row.id,
    token: row.token,
    url: row.url,
    eventTypes: row.types,
    profileIds: row.profiles,
    sealedSecrets: row.secrets,
    cursor: { epoch: row.epoch, txid: row.txid, seq: row.seq },
  };
}
