import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { METRICS } from '../../platform/tokens.js';

@Injectable()
export class IncomingMetrics {
  private readonly messages: Counter;
  private readonly itemFailures: Counter<'code'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.messages = new Counter({
      name: 'postroom_messages_stored_total',
      help: 'Messages stored for the first time',
      registers: [registry],
    });
    this.itemFailures = new Counter({
      name: 'postroom_item_failures_total',
      help: 'Tries at a single item that failed, by code',
      labelNames: ['code'],
      registers: [registry],
    });
  }

  took(stored: number, troubles: readonly { readonly code: string }[]): void {
    if (stored > 0) this.messages.inc(stored);
    for (const { code } of troubles) this.itemFailures.inc({ code });
  }
}
