import { Inject, Injectable } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { Clock } from '../../platform/clock/clock.js';
import { METRICS } from '../../platform/tokens.js';
import { NotificationsStore } from './notifications.store.js';

/** Whether people hear of incidents: for the metrics, and for who asks how the process is. */
@Injectable()
export class NotificationHealth {
  constructor(
    private readonly notifications: NotificationsStore,
    clock: Clock,
    @Inject(METRICS) registry: Registry,
  ) {
    new Gauge({
      name: 'postroom_notifications_waiting',
      help: 'Notifications that wait to be mailed',
      registers: [registry],
      async collect() {
        this.set((await notifications.waiting()).waiting);
      },
    });
    new Gauge({
      name: 'postroom_notifications_oldest_seconds',
      help: 'Age of the oldest notification that waits to be mailed; 0 when none does',
      registers: [registry],
      async collect() {
        const { oldest } = await notifications.waiting();
        this.set(oldest ? Math.max(0, clock.now().getTime() - oldest.getTime()) / 1_000 : 0);
      },
    });
  }

  /** What an operator should know, in a few words; null: all is well. It names no server: anybody may ask. */
  async trouble(): Promise<string | null> {
    const { failing, oldestFailing } = await this.notifications.waiting();
    if (failing === 0 || !oldestFailing) return null;
    const what = failing === 1 ? 'one notification cannot be mailed' : `${failing} notifications cannot be mailed`;
    return `${what}, the oldest since ${oldestFailing.toISOString()}; GET /v1/notifications says why`;
  }
}
