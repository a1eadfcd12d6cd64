import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FeedPosition } from './feed-position.js';

/** What refers to an endpoint, and in which order an index has it. */
const orphans = [
  ['webhook_deliveries', 'epoch, txid, seq'],
  ['webhook_lanes', 'order_key'],
  ['webhook_replays', 'id'],
] as const;

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
    const [gone] = await this.dataSource.query<{ id: string }[]>(
      `SELECT id FROM webhook_endpoints WHERE removed_at IS NOT NULL AND (lease_until IS NULL OR lease_until <= $1) ORDER BY id LIMIT 1`,
      [now],
    );
    if (!gone) return 0;
    let removed = 0;
    for (const [table, order] of orphans) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        // In the order of an index, so that what was removed before is not passed over again and again.
        `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE endpoint_id = $1 ORDER BY ${order} LIMIT $2))`,
        [gone.id, limit],
      );
      removed += count;
    }
    if (removed > 0) return removed;
    await this.dataSource.query(`DELETE FROM webhook_endpoints WHERE id = $1`, [gone.id]);
    return 1;
  }
}
