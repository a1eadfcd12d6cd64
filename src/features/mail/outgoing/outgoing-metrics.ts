import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { METRICS } from '../../../platform/tokens.js';

/** What a try at a message came to. `unseen`: it may have gone out, and is looked for again; `held`: the mailbox’s quota is used up. */
export type OutgoingOutcome = 'sent' | 'failed' | 'delayed' | 'parked' | 'unseen' | 'held';

/** Outgoing messages, by what each try came to. */
@Injectable()
export class OutgoingMetrics {
  private readonly tries: Counter<'outcome'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.tries = new Counter({
      name: 'postroom_outgoing_messages_total',
      help: 'Tries at outgoing messages, by outcome: sent, failed for good, delayed, parked (the mailbox or profile stopped), unseen (outcome being looked up), held (the server’s quota)',
      labelNames: ['outcome'],
      registers: [registry],
    });
  }

  tried(outcome: OutgoingOutcome): void {
    this.tries.inc({ outcome });
  }
}
