import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import type { EventType } from '../feed/event.js';
import type { FeedPosition } from '../feed/feed-position.js';

export const shownStates = ['pending', 'delivered', 'failed'] as const;
/** How people see a delivery; that it waits in a lane is our own affair. */
export type ShownState = (typeof shownStates)[number];

export interface DeliveryView extends FeedPosition {
  readonly event_id: string;
  readonly type: EventType;
  readonly mailbox_id: string | null;
  readonly profile_id: string | null;
  readonly occurred_at: Date;
  readonly state: 'ready' | 'queued' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly last_ms: number | null;
  readonly attempted_at: Date | null;
  readonly created_at: Date;
  /** Of the first of a lane; the others wait for it. */
  readonly next_attempt_at: Date | null;
}

/** As the partial indexes say it, or they could not be used. */
const conditions: Readonly<Record<ShownState, string>> = {
  pending: `d.state IN ('ready', 'queued')`,
  delivered: `d.state = 'delivered'`,
  failed: `d.state = 'failed'`,
};

/** The SQL of deliveries as people see them. */
@Injectable()
export class DeliveryViewsStore {
  /** The newest events first. */
  async list(
    sql: Sql,
    query: { endpointId: string; state: ShownState | null; before: FeedPosition | null; limit: number },
  ): Promise<DeliveryView[]> {
    const { endpointId, state, before, limit } = query;
    return sql.query<DeliveryView[]>(
      `SELECT d.epoch, d.txid::text, d.seq::text, d.event_id, e.type, e.mailbox_id, e.profile_id, e.occurred_at, d.state, d.attempts,
         d.last_status, d.last_error, d.last_ms, d.attempted_at, d.created_at,
         CASE WHEN d.state = 'queued' AND NOT EXISTS (
           SELECT FROM webhook_deliveries f WHERE f.endpoint_id = d.endpoint_id AND f.order_key = d.order_key AND f.state = 'queued'
             AND (f.epoch, f.txid, f.seq) < (d.epoch, d.txid, d.seq)) THEN l.next_attempt_at END AS next_attempt_at
       FROM (SELECT * FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND ${state ? conditions[state] : 'true'}
               AND ($2::smallint IS NULL OR (d.epoch, d.txid, d.seq) < ($2, $3::xid8, $4::bigint))
             ORDER BY d.epoch DESC, d.txid DESC, d.seq DESC LIMIT $5) d
       JOIN events e ON (e.epoch, e.txid, e.seq) = (d.epoch, d.txid, d.seq)
       LEFT JOIN webhook_lanes l ON l.endpoint_id = d.endpoint_id AND l.order_key = d.order_key
       ORDER BY d.epoch DESC, d.txid DESC, d.seq DESC`,
      [endpointId, before?.epoch ?? null, before?.txid ?? null, before?.seq ?? null, limit],
    );
  }
}
