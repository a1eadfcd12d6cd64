import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FeedRetention } from '../features/feed/feed-retention.js';
import { DiagnosticReports } from '../features/diagnostics/diagnostic-reports.js';
import { SamplesStore } from '../features/insight/overview/samples.store.js';
import { SignInUpkeep } from '../features/identity/sign-in/sign-in-upkeep.js';
import { Clock } from '../platform/clock/clock.js';
import { Recurring } from '../platform/clock/recurring.js';
import { IdempotencyStore } from '../platform/http/idempotency.store.js';
import type { Log } from '../platform/log/log.js';
import { LOG } from '../platform/tokens.js';

/** Callers are promised 24 hours; a day more costs little and forgives a clock. */
const idempotencyKeptMs = 48 * 60 * 60_000;
const step = 1_000;

/** Clears away what has served its time, in small steps. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    dataSource: DataSource,
    idempotency: IdempotencyStore,
    feed: FeedRetention,
    reports: DiagnosticReports,
    samples: SamplesStore,
    signIns: SignInUpkeep,
    clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    const run = async () => {
      const keys = await idempotency.removeOlderThan(dataSource.manager, clock.in(-idempotencyKeptMs), step);
      const old = await reports.removeOld(step);
      const sampled = await samples.removeOld(clock.now(), step);
      const more = await signIns.step(step);
      return (await feed.step(step)) || more || [keys, old, sampled].includes(step);
    };
    this.loop = new Recurring({ name: 'housekeeping', everyMs: 10 * 60_000, run }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }
}
