import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { Recurring } from '../../../platform/clock/recurring.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { historyKeptMs } from './history-span.js';
import { HistoryUpkeepStore } from './history-upkeep.store.js';

const mailboxesAStep = 200;
const start = '00000000-0000-0000-0000-000000000000';

/** Clears away old history on a slow walk over all mailboxes, so that writing it costs nothing more. */
@Injectable()
export class HistoryUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;
  private at = start;

  constructor(store: HistoryUpkeepStore, clock: Clock, @Inject(LOG) log: Log) {
    const run = async () => {
      const next = await store.sweep(this.at, clock.in(-historyKeptMs), mailboxesAStep);
      this.at = next ?? start;
      return next !== null;
    };
    this.loop = new Recurring({ name: 'history-upkeep', everyMs: 60 * 60_000, run }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }
}
