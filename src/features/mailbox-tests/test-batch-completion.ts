import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { EventsStore } from '../feed/events.store.js';
import { TestBatchesStore } from './test-batches.store.js';

/** Ends a batch with its last test, and tells the feed. */
@Injectable()
export class TestBatchCompletion {
  constructor(
    private readonly store: TestBatchesStore,
    private readonly events: EventsStore,
  ) {}

  /** Does nothing while a test of it is active, or once it is completed. */
  async completeIfOver(manager: EntityManager, id: string, now: Date): Promise<void> {
    const batch = await this.store.complete(manager, id, now);
    if (!batch) return;
    const [profileId = null, ...others] = batch.profileIds;
    const { causes: _causes, waiting: _waiting, running: _running, ...totals } = batch.totals ?? {};
    await this.events.append(
      manager,
      [
        {
          type: 'mailbox-test-batch.completed',
          profileId: others.length === 0 ? profileId : null,
          mailboxId: null,
          subjectId: batch.id,
          data: { tests: batch.tests, ...totals, cancelledByRequest: batch.cancelledAt !== null },
        },
      ],
      now,
    );
  }
}
