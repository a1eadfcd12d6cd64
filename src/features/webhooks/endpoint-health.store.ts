import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/data-source.js';
import { EndpointListeners } from './endpoint-listener.js';
import { EventsStore } from '../feed/events.store.js';
import { givenUpAfterMs } from './retry-schedule.js';
import type { DisabledReason } from './webhook-endpoint.js';

/** What a few attempts together say about an endpoint. */
export interface DeliveryResults {
  readonly delivered: number;
  /** Of the last one that failed; null when none did. */
  readonly error: string | null;
  /** It answered 410. */
  readonly gone: boolean;
  /** It asked for quiet until then. */
  readonly holdUntil: Date | null;
}

interface HealthRow {
  readonly url: string;
  readonly profile_ids: string[] | null;
  readonly failing_since: Date | null;
  readonly last_error: string | null;
}

/** The SQL of how endpoints are doing. */
@Injectable()
export class EndpointHealthStore {
  constructor(
    private readonly events: EventsStore,
    private readonly listeners: EndpointListeners,
  ) {}

  /**
   * Notes how attempts went, in their transaction, and switches an endpoint off that is gone or has been
   * failing for days. A success in between, of whichever mailbox, begins the days anew.
   * @returns why the endpoint was switched off here, or null
   */
  async note(sql: Sql, endpointId: string, results: DeliveryResults, now: Date): Promise<DisabledReason | null> {
    const { delivered, error, gone, holdUntil } = results;
    const [rows] = await sql.query<[HealthRow[], number]>(
      `UPDATE webhook_endpoints SET delivered = delivered + $2::int,
         last_success_at = CASE WHEN $2::int > 0 THEN $5::timestamptz ELSE last_success_at END,
         failing_since = CASE WHEN $2::int > 0 THEN NULL WHEN $3::text IS NULL THEN failing_since ELSE coalesce(failing_since, $5::timestamptz) END,
         last_error = coalesce($3, last_error), last_error_at = CASE WHEN $3::text IS NULL THEN last_error_at ELSE $5::timestamptz END,
         hold_until = greatest(hold_until, coalesce($4::timestamptz, '-infinity'))
       WHERE id = $1 RETURNING url, profile_ids, failing_since, last_error`,
      [endpointId, delivered, error, holdUntil, now],
    );
    const [row] = rows;
    if (!row || error === null) return null;
    const failing = row.failing_since !== null && now.getTime() - row.failing_since.getTime() >= givenUpAfterMs;
    if (!gone && !failing) return null;
    const reason = gone ? 'gone' : 'failing';
    await sql.query(
      `UPDATE webhook_endpoints SET enabled = false, disabled_reason = $2, disabled_at = $3, updated_at = $3 WHERE id = $1`,
      [endpointId, reason, now],
    );
    // Told to each profile that the endpoint was for, so that readers limited to one of them learn of it.
    const told = (row.profile_ids ?? [null]).map((profileId) => ({
      type: 'webhook.disabled' as const,
      profileId,
      mailboxId: null,
      subjectId: endpointId,
      data: { reason, error: row.last_error, url: row.url },
    }));
    await this.events.append(sql, told, now);
    const failingSince = row.failing_since ?? now;
    const waitingSince = (await this.oldestUndelivered(sql, endpointId, failingSince)) ?? failingSince;
    await this.listeners.present()?.givenUp(
      sql,
      {
        id: endpointId,
        url: row.url,
        profileIds: row.profile_ids,
        reason,
        error,
        failingSince,
        waitingSince,
      },
      now,
    );
    return reason;
  }

  /** When the oldest event happened that waits, or was given up while nothing succeeded. */
  private async oldestUndelivered(sql: Sql, endpointId: string, failingSince: Date): Promise<Date | null> {
    const [row] = await sql.query<{ at: Date | null }[]>(
      `SELECT min(e.occurred_at) AS at FROM (
         (SELECT d.event_id FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.state IN ('ready', 'queued')
          ORDER BY d.epoch, d.txid, d.seq LIMIT 1)
         UNION ALL
         (SELECT d.event_id FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.state = 'failed' AND d.attempted_at >= $2
          ORDER BY d.epoch, d.txid, d.seq LIMIT 1)
       ) oldest JOIN events e ON e.id = oldest.event_id`,
      [endpointId, failingSince],
    );
    return row?.at ?? null;
  }
}
