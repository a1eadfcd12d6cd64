import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Recurring } from '../../platform/clock/recurring.js';
import type { Log } from '../../platform/log/log.js';
import { JobQueue } from '../../platform/queue/job-queue.js';
import { LOG } from '../../platform/tokens.js';
import { PacingStore, type Claim } from './pacing.store.js';
import { jobOfKind, mailboxQueue } from './work-jobs.js';
import { workKinds } from './work.js';

const tickMs = 200;
/** Leases given in one tick. */
const claimLimit = 500;
/** A longer queue would outlast the leases of its last jobs; what is not claimed stays due. */
const maxQueueLength = 1_000;

/**
 * Turns due rows into jobs. Every worker process runs one: the claim makes them safe together, and
 * losing all of the queue loses nothing, for a lease that nobody takes up runs out and is due again.
 */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: Recurring;

  constructor(
    private readonly pacing: PacingStore,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new Recurring({ name: 'dispatcher', everyMs: tickMs, run: () => this.tick() }, log);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Claims and enqueues what is due. @returns whether more may be due at once */
  async tick(): Promise<boolean> {
    const { waiting } = await this.jobs.depth(mailboxQueue);
    if (waiting >= maxQueueLength) return false;
    const now = this.clock.now();
    const claims = await this.pacing.claimDue(now, claimLimit);
    for (const kind of workKinds) await this.enqueue(claims.filter((claim) => claim.kind === kind));
    // A budget that is full and wanted is one that leases keep being given of.
    if (claims.length > 0) await this.pacing.growBudgets(now);
    return claims.length === claimLimit;
  }

  private async enqueue(claims: readonly Claim[]): Promise<void> {
    const [first] = claims;
    if (!first) return;
    await this.jobs.enqueueMany(
      jobOfKind[first.kind],
      claims.map(({ mailboxId, token, lane }) => ({ payload: { mailboxId, token }, priority: lane })),
    );
  }
}
