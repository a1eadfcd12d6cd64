import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { FeedRetentionStore } from './feed-retention.store.js';

/** How long the feed reaches back. */
export const eventsKeptMs = 30 * 24 * 60 * 60_000;

/** Clears away old events and deliveries in small steps. */
@Injectable()
export class FeedRetention {
  constructor(
    private readonly store: FeedRetentionStore,
    private readonly clock: Clock,
  ) {}

  /** One step. @returns whether there may be more to clear away */
  async step(rows: number): Promise<boolean> {
    const events = await this.store.removeEvents(this.clock.in(-eventsKeptMs), rows);
    const deliveries = await this.store.removeDeliveries(rows);
    const orphans = await this.store.removeEndpoints(this.clock.now(), rows);
    return events === rows || deliveries === rows || orphans > 0;
  }
}
