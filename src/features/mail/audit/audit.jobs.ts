import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext } from '../../../platform/queue/job-handler.js';
import { MailboxRuns } from '../../mailboxes/mailbox-runs.js';
import { auditJob, type LeasePayload } from '../../scheduling/work-jobs.js';
import { AuditRun } from './audit-run.js';

/** Compares the mailbox that the lease is on with the server. */
@Injectable()
export class AuditJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly audit: AuditRun,
  ) {}

  @HandlesJob(auditJob)
  async compare({ mailboxId, token }: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId, kind: 'audit', token }, signal, (run) => this.audit.perform(run));
  }
}
