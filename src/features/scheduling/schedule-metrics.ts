import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { METRICS } from '../../platform/tokens.js';

/** What the database alone knows, read when Prometheus asks: how far behind each profile is, and how its mailboxes are. */
@Injectable()
export class ScheduleMetrics {
  constructor(dataSource: DataSource, clock: Clock, @Inject(METRICS) registry: Registry) {
    new Gauge({
      name: 'postroom_sync_lag_seconds',
      help: 'How long the most overdue mailbox of a profile has been waiting for its sync; 0 when none is overdue',
      labelNames: ['profile'],
      registers: [registry],
      async collect() {
        const rows = await dataSource.query<{ profile: string; lag: number }[]>(
          `SELECT p.profile_id AS profile, greatest(0, coalesce(extract(epoch FROM $1 - (
             SELECT min(w.due_at) FROM mailbox_work w WHERE w.profile_id = p.profile_id AND w.kind = 'incoming' AND w.due_at IS NOT NULL)), 0))::float8 AS lag
           FROM profile_pacing p`,
          [clock.now()],
        );
        this.reset();
        for (const row of rows) this.set({ profile: row.profile }, row.lag);
      },
    });
    new Gauge({
      name: 'postroom_mailboxes',
      help: 'Mailboxes by state',
      labelNames: ['state'],
      registers: [registry],
      async collect() {
        const rows = await dataSource.query<{ state: string; count: number }[]>(
          `SELECT state, count(*)::int AS count FROM mailboxes WHERE removed_at IS NULL GROUP BY state`,
        );
        this.reset();
        for (const row of rows) this.set({ state: row.state }, row.count);
      },
    });
  }
}
