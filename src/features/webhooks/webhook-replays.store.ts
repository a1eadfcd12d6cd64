import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Sql } from '../../platform/database/data-source.js';
import { EndpointLeasesStore } from './endpoint-leases.store.js';
import type { EventType } from '../feed/event.js';
import { orderKeyOf } from './webhook-deliveries.store.js';
import type { LeasedEndpoint } from './webhook-endpoint.js';

export interface ReplayRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly from_at: Date;
  readonly to_at: Date;
  readonly event_types: EventType[] | null;
  readonly replayed: string;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

interface TakenRow {
  readonly epoch: number;
  readonly txid: string;
  readonly seq: string;
  readonly id: string;
  readonly profile_id: string | null;
  readonly mailbox_id: string | null;
  readonly subject_id: string;
  readonly wanted: boolean;
}

const step = 500;

/** The SQL of delivering again. What is delivered again goes by the lane of its key, in the order of the feed. */
@Injectable()
export class WebhookReplaysStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly leases: EndpointLeasesStore,
  ) {}

  /**
   * Delivers one event again, at once. The endpoint's row must be locked.
   * @returns false when there is no such delivery; one that is on its way anyway is only brought forward
   */
  async replayOne(sql: Sql, endpointId: string, eventId: string, now: Date): Promise<boolean> {
    const [row] = await sql.query<{ order_key: string; state: string; there: boolean }[]>(
      `SELECT d.order_key, d.state, EXISTS (SELECT FROM events e WHERE e.id = d.event_id) AS there
       FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.event_id = $2`,
      [endpointId, eventId],
    );
    if (!row?.there) return false;
    if (row.state === 'ready') return true;
    await sql.query(
      `UPDATE webhook_deliveries SET state = 'queued', attempts = 0 WHERE endpoint_id = $1 AND event_id = $2 AND state IN ('delivered', 'failed')`,
      [endpointId, eventId],
    );
    await this.bringForward(sql, endpointId, [row.order_key], now);
    return true;
  }

  async start(
    sql: Sql,
    replay: { id: string; endpointId: string; from: Date; to: Date; types: readonly EventType[] | null; now: Date },
  ): Promise<void> {
    await sql.query(
      `INSERT INTO webhook_replays (id, endpoint_id, from_at, to_at, event_types, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
      [replay.id, replay.endpointId, replay.from, replay.to, replay.types, replay.now],
    );
  }

  /**
   * One step of the endpoint's oldest replay under way.
   * @returns false when there is none
   * @throws EndpointLost
   */
  async advance(endpoint: LeasedEndpoint, now: Date): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [replay] = await manager.query<(ReplayRow & { reached: string | null })[]>(
        `SELECT * FROM webhook_replays WHERE endpoint_id = $1 AND finished_at IS NULL ORDER BY id LIMIT 1`,
        [endpoint.id],
      );
      if (!replay) return false;
      await this.leases.hold(manager, endpoint);
      const rows = await manager.query<TakenRow[]>(
        `SELECT e.epoch, e.txid::text, e.seq::text, e.id, e.profile_id, e.mailbox_id, e.subject_id,
           (e.epoch, e.txid, e.seq) <= (w.cursor_epoch, w.cursor_txid, w.cursor_seq)
             AND coalesce(e.type = ANY(w.event_types), w.event_types IS NULL) AND coalesce(e.profile_id = ANY(w.profile_ids), w.profile_ids IS NULL)
             AND ($4::text[] IS NULL OR e.type = ANY($4)) AS wanted
         FROM events e, (SELECT * FROM webhook_endpoints WHERE id = $1) w
         WHERE e.id > $2::uuid AND e.id < $3::uuid ORDER BY e.id LIMIT $5`,
        [endpoint.id, replay.reached ?? firstIdOf(replay.from_at), firstIdOf(replay.to_at), replay.event_types, step],
      );
      const replayed = await this.queueAgain(
        manager,
        endpoint.id,
        rows.filter(({ wanted }) => wanted),
        now,
      );
      await manager.query(
        `UPDATE webhook_replays SET reached = coalesce($2::uuid, reached), replayed = replayed + $3::int, finished_at = $4 WHERE id = $1`,
        [replay.id, rows.at(-1)?.id ?? null, replayed, rows.length < step ? now : null],
      );
      return true;
    });
  }

  /** Newest first. */
  async list(sql: Sql, endpointId: string, before: string | null, limit: number): Promise<ReplayRow[]> {
    return sql.query<ReplayRow[]>(
      `SELECT * FROM webhook_replays WHERE endpoint_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [endpointId, before, limit],
    );
  }

  /** Events that the endpoint was never told of are told now; those that are on their way anyway are left alone. */
  private async queueAgain(sql: Sql, endpointId: string, rows: readonly TakenRow[], now: Date): Promise<number> {
    if (rows.length === 0) return 0;
    const queued = await sql.query<{ order_key: string }[]>(
      `INSERT INTO webhook_deliveries AS d (endpoint_id, epoch, txid, seq, event_id, order_key, state, created_at)
       SELECT $1, epoch, txid, seq, event_id, order_key, 'queued', $7
       FROM unnest($2::smallint[], $3::xid8[], $4::bigint[], $5::uuid[], $6::uuid[]) AS again (epoch, txid, seq, event_id, order_key)
       ON CONFLICT (endpoint_id, event_id) DO UPDATE SET state = 'queued', attempts = 0 WHERE d.state IN ('delivered', 'failed')
       RETURNING order_key`,
      [
        endpointId,
        rows.map(({ epoch }) => epoch),
        rows.map(({ txid }) => txid),
        rows.map(({ seq }) => seq),
        rows.map(({ id }) => id),
        rows.map(orderKeyOf),
        now,
      ],
    );
    await this.bringForward(sql, endpointId, [...new Set(queued.map((row) => row.order_key))], now);
    return queued.length;
  }

  private async bringForward(sql: Sql, endpointId: string, keys: readonly string[], now: Date): Promise<void> {
    await sql.query(
      `INSERT INTO webhook_lanes AS l (endpoint_id, order_key, next_attempt_at) SELECT $1, key, $3 FROM unnest($2::uuid[]) AS key
       ON CONFLICT (endpoint_id, order_key) DO UPDATE SET next_attempt_at = least(l.next_attempt_at, excluded.next_attempt_at)`,
      [endpointId, keys, now],
    );
  }
}

/** Below every id of version 7 that was made at that time or later. */
function firstIdOf(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
