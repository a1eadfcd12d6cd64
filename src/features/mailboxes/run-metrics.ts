import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, type Registry } from 'prom-client';
import { METRICS } from '../../platform/tokens.js';
import type { RunKind } from '../scheduling/work.js';

/** Polls and sends, by how they ended. */
@Injectable()
export class RunMetrics {
  private readonly runs: Counter<'kind' | 'outcome'>;
  private readonly seconds: Histogram<'kind'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.runs = new Counter({
      name: 'postroom_runs_total',
      help: 'Runs of mailbox work (incoming: polls), by outcome: ok, lease-lost, on-hold (the profile waits), or the failure code',
      labelNames: ['kind', 'outcome'],
      registers: [registry],
    });
    this.seconds = new Histogram({
      name: 'postroom_run_seconds',
      help: 'Duration of a run',
      labelNames: ['kind'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers: [registry],
    });
  }

  ended(kind: RunKind, outcome: string, ms: number): void {
    this.runs.inc({ kind, outcome });
    this.seconds.observe({ kind }, ms / 1000);
  }
}
