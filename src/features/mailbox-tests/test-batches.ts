import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../platform/clock/clock.js';
import { defineProblem, Problem, problems } from '../../platform/http/problem.js';
import type { TestWish } from './mailbox-tests.store.js';
import { TestBatchCompletion } from './test-batch-completion.js';
import { TestBatchesStore, type BatchTotals, type TestBatch, type TestSelection } from './test-batches.store.js';

export const testBatchOver = defineProblem({
  code: 'test-batch-over',
  status: 409,
  title: 'The batch of tests has ended',
  retryable: false,
  remediation: 'Read it again; its results stay.',
});

type Reach = readonly string[] | null;

/** What people do with many tests at once. They wait behind everything else, and under every hold. */
@Injectable()
export class TestBatches {
  constructor(
    private readonly clock: Clock,
    private readonly store: TestBatchesStore,
    private readonly completion: TestBatchCompletion,
  ) {}

  /** @returns its id */
  async create(manager: EntityManager, selection: TestSelection, wish: TestWish, reach: Reach): Promise<string> {
    const id = uuidv7();
    const now = this.clock.now();
    await this.store.insert(manager, id, selection, wish, reach, now);
    // One that chose nobody has ended.
    await this.completion.completeIfOver(manager, id, now);
    return id;
  }

  /** @throws Problem not-found */
  async read(id: string, reach: Reach): Promise<{ batch: TestBatch; totals: BatchTotals }> {
    const batch = await this.store.find(id, reach);
    if (!batch) throw new Problem(problems.notFound);
    return { batch, totals: batch.totals ?? (await this.store.totals(id)) };
  }

  /** Those under way end by themselves. @throws Problem not-found, test-batch-over */
  async cancel(manager: EntityManager, id: string, reach: Reach): Promise<void> {
    if (!(await this.store.find(id, reach, manager))) throw new Problem(problems.notFound);
    const now = this.clock.now();
    if (!(await this.store.cancel(manager, id, now))) throw new Problem(testBatchOver);
    await this.completion.completeIfOver(manager, id, now);
  }
}
