import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { Recurring } from '../../../platform/clock/recurring.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { EventsStore } from '../../feed/events.store.js';
import { feedStart, laterPosition, type FeedPosition } from '../../feed/feed-position.js';
import { spanAt } from './sample-span.js';
import { SamplesStore, type Traffic } from './samples.store.js';

/** Often enough that a minute is hardly ever left out, whichever worker comes by first. */
const everyMs = 10_000;
/** Events that one statement counts, and statements of one sample; what is more counts into the next. */
const page = 20_000;
const pages = 50;

/** Notes once a minute how things stand. Every worker runs one; the minute is taken by the first. */
@Injectable()
export class Sampler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    private readonly dataSource: DataSource,
    private readonly samples: SamplesStore,
    private readonly events: EventsStore,
    private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new Recurring(
      { name: 'overview-samples', everyMs, run: async () => (await this.sample(), false) },
      log,
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns whether this call has sampled the minute */
  async sample(): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const now = this.clock.now();
      const minute = spanAt(now, 60);
      const cursor = await this.samples.take(manager, minute);
      if (cursor === false) return false;
      await this.samples.add(manager, minute, await this.countMail(manager, cursor), now);
      return true;
    });
  }

  /** Up to where the feed is settled, so that each event is counted once, however late it was committed. */
  private async countMail(manager: EntityManager, cursor: FeedPosition | null): Promise<Map<string, Traffic>> {
    const sums = new Map<string, Traffic>();
    // Events that were removed since may have been the last ones: what is counted stays counted.
    const horizon = laterPosition(await this.events.horizon(manager), cursor ?? feedStart);
    let position = cursor ?? horizon;
    for (let count = 0; cursor !== null && count < pages; count += 1) {
      const next = await this.samples.countMail(manager, position, horizon, page);
      for (const [profileId, { received, sent }] of next.traffic) {
        const sum = sums.get(profileId) ?? { received: 0, sent: 0 };
        sums.set(profileId, { received: sum.received + received, sent: sum.sent + sent });
      }
      position = next.read === page && next.position ? next.position : horizon;
      if (next.read < page) break;
    }
    await this.samples.moveCursor(manager, position);
    return sums;
  }
}
