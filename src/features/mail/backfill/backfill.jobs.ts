import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext } from '../../../platform/queue/job-handler.js';
import { MailboxRuns } from '../../mailboxes/mailbox-runs.js';
import { backfillJob, type LeasePayload } from '../../scheduling/work-jobs.js';
import { BackfillRun } from './backfill-run.js';

/** Brings older mail of the mailbox that the lease is on. */
@Injectable()
export class BackfillJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly backfill: BackfillRun,
  ) {}

  @HandlesJob(backfillJob)
  async bring({ mailboxId, token }: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId, kind: 'backfill', token }, signal, (run) => this.backfill.perform(run));
  }
}
