import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { METRICS } from '../../platform/tokens.js';

/** How far behind each webhook endpoint is; read when Prometheus asks. */
@Injectable()
export class WebhookLag {
  constructor(dataSource: DataSource, clock: Clock, @Inject(METRICS) registry: Registry) {
    new Gauge({
      name: 'postroom_webhook_endpoint_lag_seconds',
      help: 'Age of the oldest event that an enabled webhook endpoint has not been told of; 0 when there is none',
      labelNames: ['endpoint'],
      registers: [registry],
      async collect() {
        const rows = await dataSource.query<{ endpoint: string; lag: number }[]>(
          `SELECT w.id AS endpoint, greatest(0, coalesce(extract(epoch FROM $1 - least(
             (SELECT e.occurred_at FROM webhook_deliveries d JOIN events e ON (e.epoch, e.txid, e.seq) = (d.epoch, d.txid, d.seq)
              WHERE d.endpoint_id = w.id AND d.state IN ('ready', 'queued') ORDER BY d.epoch, d.txid, d.seq LIMIT 1),
             (SELECT e.occurred_at FROM events e WHERE (e.epoch, e.txid, e.seq) > (w.cursor_epoch, w.cursor_txid, w.cursor_seq)
              ORDER BY e.epoch, e.txid, e.seq LIMIT 1))), 0))::float8 AS lag
           FROM webhook_endpoints w WHERE w.enabled`,
          [clock.now()],
        );
        this.reset();
        for (const row of rows) this.set({ endpoint: row.endpoint }, row.lag);
      },
    });
  }
}
