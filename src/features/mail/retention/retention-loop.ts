import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Recurring } from '../../../platform/clock/recurring.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { ContentRetention } from './content-retention.js';

/** Lets retention do its steps in a worker; several workers share them. */
@Injectable()
export class RetentionLoop implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(retention: ContentRetention, @Inject(LOG) log: Log) {
    this.loop = new Recurring({ name: 'retention', everyMs: 30_000, run: (signal) => retention.step(signal) }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }
}
