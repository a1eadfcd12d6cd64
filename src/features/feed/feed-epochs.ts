import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { FeedEpochsStore } from './feed-epochs.store.js';

/**
 * Keeps the feed's order right across restores and failovers. Looks at every start, before anything is
 * written or read, and whenever a connection that should stay has broken, as it does in a failover.
 */
@Injectable()
export class FeedEpochs implements OnModuleInit {
  constructor(
    private readonly store: FeedEpochsStore,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.check();
  }

  async check(): Promise<void> {
    const epoch = await this.store.beginIfNeeded(this.clock.now());
    if (epoch !== null)
      this.log.warn({ epoch }, 'the database was restored or failed over; the feed begins a new epoch');
  }
}
