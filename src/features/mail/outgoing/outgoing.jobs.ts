import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext } from '../../../platform/queue/job-handler.js';
import { MailboxRuns } from '../../mailboxes/mailbox-runs.js';
import { outgoingJob, type LeasePayload } from '../../scheduling/work-jobs.js';
import { OutgoingRun } from './outgoing-run.js';

/** Sends the mail of the mailbox that the lease is on. */
@Injectable()
export class OutgoingJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly outgoing: OutgoingRun,
  ) {}

  @HandlesJob(outgoingJob)
  async send({ mailboxId, token }: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId, kind: 'outgoing', token }, signal, (run) => this.outgoing.perform(run));
  }
}
