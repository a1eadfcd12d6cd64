import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Recurring } from '../../platform/clock/recurring.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { Notifier } from './notifier.js';

/** Looks for notifications to send, in every worker process. */
@Injectable()
export class NotifierLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    private readonly notifier: Notifier,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new Recurring(
      { name: 'notifier', everyMs: 1_000, run: async () => (await notifier.sendDue()) > 0 },
      log,
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
    this.notifier.close();
  }
}
