import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { DeliveryHorizon } from './delivery-horizon.js';

/** Transactions end within a minute (see data-source.ts), so none that is still open began this long before. */
const marginMs = 5 * 60_000;

/** How far webhooks have come. A disabled endpoint is told nothing, and so keeps nothing. */
@Injectable()
export class WebhookHorizon extends DeliveryHorizon {
  /** Per endpoint two rows are read: the first event that it has not been given, and the first that it has not taken. */
  override async undeliveredSince(sql: Sql, profileIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const endpoints = await sql.query<{ profileIds: string[] | null; since: Date }[]>(
      `SELECT w.profile_ids AS "profileIds", least(ahead.occurred_at, open.occurred_at) AS since
       FROM webhook_endpoints w
       LEFT JOIN LATERAL (
         SELECT e.occurred_at FROM events e WHERE (e.epoch, e.txid, e.seq) > (w.cursor_epoch, w.cursor_txid, w.cursor_seq)
         ORDER BY e.epoch, e.txid, e.seq LIMIT 1) ahead ON true
       LEFT JOIN LATERAL (
         SELECT e.occurred_at FROM webhook_deliveries d JOIN events e ON e.epoch = d.epoch AND e.txid = d.txid AND e.seq = d.seq
         WHERE d.endpoint_id = w.id AND d.state IN ('ready', 'queued') ORDER BY d.epoch, d.txid, d.seq LIMIT 1) open ON true
       WHERE w.enabled AND w.removed_at IS NULL AND least(ahead.occurred_at, open.occurred_at) IS NOT NULL`,
    );
    const since = new Map<string, Date>();
    for (const endpoint of endpoints) {
      const time = new Date(endpoint.since.getTime() - marginMs);
      for (const profileId of profileIds) {
        if (endpoint.profileIds && !endpoint.profileIds.includes(profileId)) continue;
        const known = since.get(profileId);
        if (!known || time < known) since.set(profileId, time);
      }
    }
    return since;
  }
}
