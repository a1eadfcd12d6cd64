import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Counter, type Registry } from 'prom-client';
import { Clock } from '../../../platform/clock/clock.js';
import { METRICS } from '../../../platform/tokens.js';
import { DeliveryHorizon } from '../../webhooks/delivery-horizon.js';
import { RetentionStore } from './retention.store.js';

/** Messages a step: with large attachments, more would be one long transaction. */
const stepSize = 100;
/** A backfill stores old mail: what is stored between the look at the deliveries and the removal must not fall to it. */
const settlingMs = 5 * 60_000;
const day = 24 * 60 * 60_000;

/** Removes content that is older than its profile keeps it. Nothing is ever removed on the mail server. */
@Injectable()
export class ContentRetention {
  private readonly removed: Counter<'direction'>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: RetentionStore,
    private readonly horizon: DeliveryHorizon,
    private readonly clock: Clock,
    @Inject(METRICS) registry: Registry,
  ) {
    this.removed = new Counter({
      name: 'postroom_contents_removed_total',
      help: 'Messages whose content was removed because their profile keeps it no longer: received or sent',
      labelNames: ['direction'],
      registers: [registry],
    });
  }

  /** One small step for every profile with a limit, so that none waits behind a large one. @returns whether more is to be done */
  async step(signal?: AbortSignal): Promise<boolean> {
    const rules = await this.store.rules();
    if (rules.length === 0) return false;
    const undelivered = await this.horizon.undeliveredSince(
      this.dataSource.manager,
      rules.map(({ profileId }) => profileId),
    );
    let more = false;
    for (const { profileId, days } of rules) {
      if (signal?.aborted) return false;
      const now = this.clock.now();
      const keepFrom = new Date(now.getTime() - days * day);
      const settled = new Date(now.getTime() - settlingMs);
      const waiting = undelivered.get(profileId);
      const deliveredBefore = waiting && waiting < settled ? waiting : settled;
      const step = { profileId, keepFrom, deliveredBefore, limit: stepSize };
      const received = await this.store.removeReceived(step, now);
      const sent = await this.store.removeSent(step, now);
      if (received > 0) this.removed.inc({ direction: 'received' }, received);
      if (sent > 0) this.removed.inc({ direction: 'sent' }, sent);
      more ||= received === stepSize || sent === stepSize;
    }
    return more;
  }
}
