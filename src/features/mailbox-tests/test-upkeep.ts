import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../platform/clock/clock.js';
import { Recurring } from '../../platform/clock/recurring.js';
import type { Log } from '../../platform/log/log.js';
import { LOG } from '../../platform/tokens.js';
import { OwnTestsStore } from '../mailboxes/own-tests.store.js';
import { TestBatchCompletion } from './test-batch-completion.js';
import { TestBatchesStore } from './test-batches.store.js';

const keptMs = 90 * 24 * 60 * 60_000;
const atOnce = 20;
/** A message from a mailbox to itself that is older has arrived, or never will. */
const ownMessagesKeptMs = 30 * 24 * 60 * 60_000;
const forgottenAtOnce = 1_000;

/**
 * Completes batches whose last tests nobody saw ending: two that end in one moment each see the other as active,
 * and a cancelled or deleted mailbox ends none. Clears away old ones.
 */
@Injectable()
export class TestUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: TestBatchesStore,
    private readonly completion: TestBatchCompletion,
    private readonly ownTests: OwnTestsStore,
    private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new Recurring({ name: 'mailbox-tests', everyMs: 2_000, run: () => this.step() }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** @returns whether there may be more to do at once */
  async step(): Promise<boolean> {
    const over = await this.store.over(atOnce);
    for (const id of over)
      await this.dataSource.transaction((manager) => this.completion.completeIfOver(manager, id, this.clock.now()));
    const removed = await this.store.removeOver(this.clock.in(-keptMs), 1);
    const forgotten = await this.ownTests.forgetBefore(this.clock.in(-ownMessagesKeptMs), forgottenAtOnce);
    return over.length === atOnce || removed > 0 || forgotten === forgottenAtOnce;
  }
}
