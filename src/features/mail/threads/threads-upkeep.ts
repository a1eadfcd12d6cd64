import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Recurring } from '../../../platform/clock/recurring.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { ThreadsUpkeepStore } from './threads-upkeep.store.js';

const step = 1_000;
const start = '00000000-0000-0000-0000-000000000000';

/**
 * Clears away threads whose messages went with their mailboxes or by age. A slow walk over all of them,
 * rather than a trigger on each message: removals take messages in any order, and would lock threads so.
 */
@Injectable()
export class ThreadsUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;
  private at = start;

  constructor(store: ThreadsUpkeepStore, @Inject(LOG) log: Log) {
    const run = async () => {
      const next = await store.sweep(this.at, step);
      this.at = next ?? start;
      return next !== null;
    };
    this.loop = new Recurring({ name: 'threads-upkeep', everyMs: 30 * 60_000, run }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }
}
