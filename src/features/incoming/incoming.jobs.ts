import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobContext } from '../../platform/queue/job-handler.js';
import { MailboxRuns, type MailboxRun, type RunResult } from '../mailboxes/mailbox-run.js';
import { incomingJob, type LeasePayload } from '../scheduling/work-jobs.js';
import { lanes } from '../scheduling/work.js';
import { FolderSync } from './folder-sync.js';

/** A poll comes this share later at most, so that mailboxes created together drift apart. */
const pollJitter = 0.1;

/** Receives mail: one run brings a mailbox's folders up to date. */
@Injectable()
export class IncomingJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly folderSync: FolderSync,
  ) {}

  @HandlesJob(incomingJob)
  async receive(payload: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId: payload.mailboxId, kind: 'incoming', token: payload.token }, signal, (run) =>
      this.sync(run),
    );
  }

  private async sync(run: MailboxRun): Promise<RunResult> {
    const outcome = await this.folderSync.run(run, 'inbox', { distinguished: 'inbox' });
    if (outcome === 'more') return { nextInMs: 0, lane: lanes.patient, contacted: true };
    const interval = run.profile.minPollingIntervalSeconds * 1000;
    return { nextInMs: Math.round(interval * (1 + pollJitter * Math.random())), lane: lanes.routine, contacted: true };
  }
}
