import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Registry } from 'prom-client';
import { METRICS } from '../../../platform/tokens.js';

/** How audits end, and what they put right. */
@Injectable()
export class AuditMetrics {
  private readonly audits: Counter<'result'>;
  private readonly differences: Counter<'kind'>;

  constructor(@Inject(METRICS) registry: Registry) {
    this.audits = new Counter({
      name: 'postroom_audits_total',
      help: 'Folders compared with the server, by result: clean or different',
      labelNames: ['result'],
      registers: [registry],
    });
    this.differences = new Counter({
      name: 'postroom_audit_differences_total',
      help: 'Messages that an audit put right: missing, surplus (gone from the folder), misplaced',
      labelNames: ['kind'],
      registers: [registry],
    });
  }

  audited(found: { readonly missing: number; readonly surplus: number; readonly misplaced: number }): void {
    for (const kind of ['missing', 'surplus', 'misplaced'] as const)
      if (found[kind] > 0) this.differences.inc({ kind }, found[kind]);
    this.audits.inc({ result: found.missing + found.surplus + found.misplaced > 0 ? 'different' : 'clean' });
  }
}
