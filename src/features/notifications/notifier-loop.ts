import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Recurring } from '../../platform/clock/recurring.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { NotificationPlanner } from './notification-planner.js';
import { Notifier } from './notifier.js';

/** Decides what is to be told of incidents, and sends it, in every worker process. Apart: a slow mail server delays no decision. */
@Injectable()
export class NotifierLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loops: readonly Recurring[];

  constructor(
    planner: NotificationPlanner,
    private readonly notifier: Notifier,
    @Inject(LOG) log: Log,
  ) {
    const everyMs = 1_000;
    this.loops = [
      new Recurring({ name: 'notification-planner', everyMs, run: async () => (await planner.planDue()) > 0 }, log),
      new Recurring({ name: 'notifier', everyMs, run: async () => (await notifier.sendDue()) > 0 }, log),
    ];
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
    this.notifier.close();
  }
}
