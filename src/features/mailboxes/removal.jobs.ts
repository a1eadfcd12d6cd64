import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { HandlesJob, type JobContext } from '../../platform/queue/job-handler.js';
import { removalJob, type LeasePayload } from '../scheduling/work-jobs.js';
import { WorkStore } from '../scheduling/work.store.js';
import { RemovalStore } from './removal.store.js';

/** Clears removed mailboxes away. Every step stands by itself, so a cut run simply goes on later. */
@Injectable()
export class RemovalJobs {
  constructor(
    private readonly work: WorkStore,
    private readonly removals: RemovalStore,
    private readonly clock: Clock,
  ) {}

  @HandlesJob(removalJob)
  async clear({ mailboxId, token }: LeasePayload, { signal }: JobContext): Promise<void> {
    const begun = await this.work.begin({ mailboxId, kind: 'removal', token }, this.clock.now());
    if (!begun) return;
    const { lease } = begun;
    while ((await this.removals.clearMessages(mailboxId)) || (await this.removals.clearOutgoing(mailboxId))) {
      if (signal.aborted) return this.work.release(lease);
      await this.work.renew(lease, this.clock.now());
    }
    await this.removals.deleteMailbox(mailboxId);
  }
}
