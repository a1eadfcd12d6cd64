import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext } from '../../platform/queue/job-handler.js';
import { MailboxRuns } from '../mailboxes/mailbox-runs.js';
import { testJob, type LeasePayload } from '../scheduling/work-jobs.js';
import { TestRun } from './test-run.js';

/** Tests the mailbox that the lease is on. */
@Injectable()
export class MailboxTestsJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly test: TestRun,
  ) {}

  @HandlesJob(testJob)
  async carryOut({ mailboxId, token }: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId, kind: 'test', token }, signal, (run) => this.test.perform(run));
  }
}
