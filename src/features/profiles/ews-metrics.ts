import { Inject, Injectable } from '@nestjs/common';
import { Histogram, type Registry } from 'prom-client';
import { METRICS } from '../../platform/tokens.js';

/** Latency and outcome of EWS calls by operation. */
@Injectable()
export class EwsMetrics {
  private readonly seconds: Histogram<'operation' | 'outcome'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.seconds = new Histogram({
      name: 'postroom_ews_call_seconds',
      help: 'Time of EWS calls, waiting for a free connection included',
      labelNames: ['operation', 'outcome'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
      registers: [registry],
    });
  }

  observe(call: { readonly operation: string; readonly outcome: string; readonly durationMs: number }): void {
    this.seconds.observe({ operation: call.operation, outcome: call.outcome }, call.durationMs / 1_000);
  }
}
