import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext } from '../../../platform/queue/job-handler.js';
import { MailboxRuns } from '../../mailboxes/mailbox-runs.js';
import { incomingJob, type LeasePayload } from '../../scheduling/work-jobs.js';
import { IncomingRun } from './incoming-run.js';

/** Receives mail: one run brings a mailbox's folders up to date. */
@Injectable()
export class IncomingJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly incoming: IncomingRun,
  ) {}

  @HandlesJob(incomingJob)
  async receive(payload: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId: payload.mailboxId, kind: 'incoming', token: payload.token }, signal, (run) =>
      this.incoming.perform(run),
    );
  }
}
