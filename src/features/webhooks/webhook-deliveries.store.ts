import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { EndpointLeasesStore, EndpointLost } from './endpoint-leases.store.js';
import type { EventRow } from '../feed/events.store.js';
import type { FeedPosition } from '../feed/feed-position.js';
import type { LeasedEndpoint } from './webhook-endpoint.js';

/** An event on its way to an endpoint. */
export interface DeliveryRow extends EventRow {
  /** Deliveries of one key go out one after the other. */
  readonly order_key: string;
  readonly attempts: number;
}

/** What became of an attempt. `queued`: it is tried again, and what follows it in its order waits. */
export interface Settled {
  readonly position: FeedPosition;
  readonly orderKey: string;
  readonly state: 'delivered' | 'queued' | 'failed';
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly ms: number;
  /** When the lane of the key goes on; null: delivered. */
  readonly nextAttemptAt: Date | null;
}

/** Of one mailbox, else of one profile. */
export const orderKeyOf = (row: Pick<EventRow, 'mailbox_id' | 'profile_id' | 'subject_id'>): string =>
  row.mailbox_id ?? row.profile_id ?? row.subject_id;

const event = `e.epoch, e.txid::text, e.seq::text, e.id, e.type, e.profile_id, e.mailbox_id, e.subject_id, e.data, e.occurred_at`;

/** The SQL of deliveries under way. Whoever writes holds the endpoint's row, so that lanes and rows agree. */
@Injectable()
export class WebhookDeliveriesStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly leases: EndpointLeasesStore,
  ) {}

  /**
   * Turns events behind the endpoint's cursor into deliveries and moves the cursor, both or neither.
   * What has a lane waits in it.
   * @returns ids of the events that can be sent now
   * @throws EndpointLost
   */
  async fanOut(endpoint: LeasedEndpoint, rows: readonly EventRow[], to: FeedPosition, now: Date): Promise<Set<string>> {
    return this.dataSource.transaction(async (manager) => {
      await this.leases.hold(manager, endpoint);
      await this.leases.moveCursor(manager, endpoint.id, to);
      if (rows.length === 0) return new Set<string>();
      const made = await manager.query<{ event_id: string; state: string }[]>(
        `INSERT INTO webhook_deliveries (endpoint_id, epoch, txid, seq, event_id, order_key, state, created_at)
         SELECT $1, epoch, txid, seq, event_id, order_key, CASE WHEN EXISTS (
           SELECT FROM webhook_lanes l WHERE l.endpoint_id = $1 AND l.order_key = fresh.order_key) THEN 'queued' ELSE 'ready' END, $7
         FROM unnest($2::smallint[], $3::xid8[], $4::bigint[], $5::uuid[], $6::uuid[]) AS fresh (epoch, txid, seq, event_id, order_key)
         ON CONFLICT DO NOTHING RETURNING event_id, state`,
        [endpoint.id, ...positionsOf(rows), rows.map(({ id }) => id), rows.map(orderKeyOf), now],
      );
      return new Set(made.filter(({ state }) => state === 'ready').map((row) => row.event_id));
    });
  }

  /** What a worker before left ready to be sent, in the order of the feed. */
  async ready(endpointId: string, limit: number): Promise<DeliveryRow[]> {
    return this.dataSource.query<DeliveryRow[]>(
      `SELECT ${event}, d.order_key, d.attempts FROM webhook_deliveries d JOIN events e ON (e.epoch, e.txid, e.seq) = (d.epoch, d.txid, d.seq)
       WHERE d.endpoint_id = $1 AND d.state = 'ready' ORDER BY d.epoch, d.txid, d.seq LIMIT $2`,
      [endpointId, limit],
    );
  }

  /**
   * The first deliveries of lanes that are due.
   * @param except keys that are being worked on
   * @returns the lanes, some of which may be empty, and their rows in the order of each lane
   */
  async dueLanes(
    endpointId: string,
    now: Date,
    except: readonly string[],
    lanes: number,
    perLane: number,
  ): Promise<{ keys: string[]; rows: DeliveryRow[] }> {
    const due = await this.dataSource.query<{ order_key: string }[]>(
      `SELECT order_key FROM webhook_lanes WHERE endpoint_id = $1 AND next_attempt_at <= $2 AND order_key <> ALL($3::uuid[])
       ORDER BY next_attempt_at LIMIT $4`,
      [endpointId, now, except, lanes],
    );
    const keys = due.map((lane) => lane.order_key);
    if (keys.length === 0) return { keys, rows: [] };
    const rows = await this.dataSource.query<DeliveryRow[]>(
      `SELECT ${event}, d.order_key, d.attempts FROM unnest($2::uuid[]) AS lane (order_key) CROSS JOIN LATERAL (
         SELECT q.* FROM webhook_deliveries q WHERE q.endpoint_id = $1 AND q.order_key = lane.order_key AND q.state = 'queued'
         ORDER BY q.epoch, q.txid, q.seq LIMIT $3
       ) d JOIN events e ON (e.epoch, e.txid, e.seq) = (d.epoch, d.txid, d.seq) ORDER BY d.epoch, d.txid, d.seq`,
      [endpointId, keys, perLane],
    );
    return { keys, rows };
  }

  /**
   * Writes what became of attempts. Those that failed open the lane of their key or put it off; lanes
   * that have run empty end.
   * @param drained keys of lanes whose rows here are all settled
   * @throws EndpointLost; what was delivered is noted all the same, for it has happened
   */
  async settle(
    endpoint: LeasedEndpoint,
    settled: readonly Settled[],
    drained: readonly string[],
    now: Date,
    more: (sql: Sql) => Promise<void>,
  ): Promise<void> {
    try {
      await this.dataSource.transaction(async (manager) => {
        await this.leases.hold(manager, endpoint);
        await this.write(manager, endpoint.id, settled, now);
        const stopped = settled.filter(({ state }) => state !== 'delivered');
        if (stopped.length > 0) await this.stopLanes(manager, endpoint.id, stopped);
        if (drained.length > 0) await this.endLanes(manager, endpoint.id, drained);
        await more(manager);
      });
    } catch (error) {
      if (error instanceof EndpointLost) {
        const delivered = settled.filter(({ state }) => state === 'delivered');
        await this.write(this.dataSource.manager, endpoint.id, delivered, now);
      }
      throw error;
    }
  }

  private async write(sql: Sql, endpointId: string, settled: readonly Settled[], now: Date): Promise<void> {
    if (settled.length === 0) return;
    await sql.query(
      `UPDATE webhook_deliveries d SET state = r.state, attempts = r.attempts, last_status = r.status, last_error = r.error,
         last_ms = r.ms, attempted_at = $10
       FROM unnest($2::smallint[], $3::xid8[], $4::bigint[], $5::text[], $6::smallint[], $7::smallint[], $8::text[], $9::integer[])
         AS r (epoch, txid, seq, state, attempts, status, error, ms)
       WHERE d.endpoint_id = $1 AND d.epoch = r.epoch AND d.txid = r.txid AND d.seq = r.seq AND d.state IN ('ready', 'queued')`,
      [
        endpointId,
        ...positionsOf(settled.map(({ position }) => position)),
        settled.map(({ state }) => state),
        settled.map(({ attempts }) => attempts),
        settled.map(({ status }) => status),
        settled.map(({ error }) => error),
        settled.map(({ ms }) => ms),
        now,
      ],
    );
  }

  private async stopLanes(sql: Sql, endpointId: string, stopped: readonly Settled[]): Promise<void> {
    const keys = stopped.map(({ orderKey }) => orderKey);
    await sql.query(
      `INSERT INTO webhook_lanes (endpoint_id, order_key, next_attempt_at)
       SELECT $1, order_key, next_attempt_at FROM unnest($2::uuid[], $3::timestamptz[]) AS lane (order_key, next_attempt_at)
       ON CONFLICT (endpoint_id, order_key) DO UPDATE SET next_attempt_at = excluded.next_attempt_at`,
      [endpointId, keys, stopped.map(({ nextAttemptAt }) => nextAttemptAt)],
    );
    await sql.query(
      `UPDATE webhook_deliveries SET state = 'queued' WHERE endpoint_id = $1 AND state = 'ready' AND order_key = ANY($2::uuid[])`,
      [endpointId, keys],
    );
  }

  private async endLanes(sql: Sql, endpointId: string, keys: readonly string[]): Promise<void> {
    await sql.query(
      `DELETE FROM webhook_lanes l WHERE l.endpoint_id = $1 AND l.order_key = ANY($2::uuid[]) AND NOT EXISTS (
         SELECT FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.order_key = l.order_key AND d.state = 'queued')`,
      [endpointId, keys],
    );
  }
}

function positionsOf(positions: readonly FeedPosition[]): [number[], string[], string[]] {
  return [positions.map(({ epoch }) => epoch), positions.map(({ txid }) => txid), positions.map(({ seq }) => seq)];
}
