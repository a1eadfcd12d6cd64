import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FeedPosition } from './feed-position.js';

/** The SQL of clearing away old events, and what was delivered of them. */
@Injectable()
export class FeedRetentionStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Removes the oldest events that are from before `before`, but none that an enabled endpoint has still
   * to be told of. They lie at the beginning of the feed's order, as far as order and time agree.
   * @returns how many went
   */
  async removeEvents(before: Date, limit: number): Promise<number> {
    const [, removed] = await this.dataSource.query<[unknown[], number]>(
      `WITH oldest AS MATERIALIZED (
         SELECT e.epoch, e.txid, e.seq, e.occurred_at FROM events e ORDER BY e.epoch, e.txid, e.seq LIMIT $2
       ), held AS MATERIALIZED (
         SELECT h.epoch, h.txid, h.seq FROM webhook_endpoints w CROSS JOIN LATERAL (
           (SELECT d.epoch, d.txid, d.seq FROM webhook_deliveries d WHERE d.endpoint_id = w.id AND d.state IN ('ready', 'queued')
            ORDER BY d.epoch, d.txid, d.seq LIMIT 1)
           UNION ALL SELECT w.cursor_epoch, w.cursor_txid, w.cursor_seq + 1
         ) h WHERE w.enabled ORDER BY h.epoch, h.txid, h.seq LIMIT 1
       )
       DELETE FROM events e USING oldest o
       WHERE (e.epoch, e.txid, e.seq) = (o.epoch, o.txid, o.seq) AND o.occurred_at < $1
         AND NOT EXISTS (SELECT FROM held WHERE (o.epoch, o.txid, o.seq) >= (held.epoch, held.txid, held.seq))`,
      [before, limit],
    );
    return removed;
  }

  /** Removes deliveries whose events are gone. @returns how many went */
  async removeDeliveries(limit: number): Promise<number> {
    const [first] = await this.dataSource.query<FeedPosition[]>(
      `SELECT epoch, txid::text, seq::text FROM events e ORDER BY e.epoch, e.txid, e.seq LIMIT 1`,
    );
    if (!first) return 0;
    const [, removed] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM webhook_deliveries d USING (
         SELECT o.* FROM webhook_endpoints w CROSS JOIN LATERAL (
           SELECT endpoint_id, epoch, txid, seq FROM webhook_deliveries d
           WHERE d.endpoint_id = w.id AND (d.epoch, d.txid, d.seq) < ($1::smallint, $2::xid8, $3::bigint)
           ORDER BY d.epoch, d.txid, d.seq LIMIT $4
         ) o LIMIT $4
       ) old WHERE (d.endpoint_id, d.epoch, d.txid, d.seq) = (old.endpoint_id, old.epoch, old.txid, old.seq)`,
      [first.epoch, first.txid, first.seq, limit],
    );
    return removed;
  }

  /** Clears away what deleted endpoints leave, and in the end themselves. @returns how many rows went */
  async removeEndpoints(now: Date, limit: number): Promise<number> {
    let removed = 0;
    for (const table of ['webhook_deliveries', 'webhook_lanes', 'webhook_replays']) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        `DELETE FROM ${table} t USING (
           SELECT r.ctid FROM webhook_endpoints w CROSS JOIN LATERAL (
             SELECT ctid FROM ${table} r WHERE r.endpoint_id = w.id LIMIT $1) r
           WHERE w.removed_at IS NOT NULL LIMIT $1
         ) old WHERE t.ctid = old.ctid`,
        [limit],
      );
      removed += count;
    }
    if (removed > 0) return removed;
    const [, endpoints] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM webhook_endpoints w WHERE w.removed_at IS NOT NULL AND (w.lease_until IS NULL OR w.lease_until <= $1)`,
      [now],
    );
    return endpoints;
  }
}
