import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from 'prom-client';
import { METRICS } from '../../platform/tokens.js';

/** How webhook deliveries go. */
@Injectable()
export class WebhookMetrics {
  private readonly attempts: Counter<'outcome'>;
  private readonly latency: Histogram;

  constructor(@Inject(METRICS) registry: Registry) {
    this.attempts = new Counter({
      name: 'postroom_webhook_deliveries_total',
      help: 'Attempts at webhook deliveries, by outcome: delivered, retried (it failed and is tried again), failed (for good)',
      labelNames: ['outcome'],
      registers: [registry],
    });
    this.latency = new Histogram({
      name: 'postroom_webhook_delivery_seconds',
      help: 'Time from an event to its delivery, retries included, replays not',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600, 86_400],
      registers: [registry],
    });
  }

  attempted(outcome: 'delivered' | 'retried' | 'failed'): void {
    this.attempts.inc({ outcome });
  }

  delivered(seconds: number): void {
    this.latency.observe(Math.max(0, seconds));
  }
}
