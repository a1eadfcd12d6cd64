import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../mail/mail-error.js';
import { Clock } from '../../platform/clock/clock.js';
import { HandlesJob, type JobContext } from '../../platform/queue/job-handler.js';
import type { WatchedFolder } from '../mailboxes/folder-choice.js';
import type { MailboxRun, RunResult } from '../mailboxes/mailbox-run.js';
import { MailboxRuns } from '../mailboxes/mailbox-runs.js';
import { incomingJob, type LeasePayload } from '../scheduling/work-jobs.js';
import { lanes } from '../scheduling/work.js';
import { FolderSync, type SyncOutcome } from './folder-sync.js';
import { MessageChanges } from './message-changes.js';
import { WatchedFolders } from './watched-folders.js';

/** A poll comes this share later at most, so that mailboxes created together drift apart. */
const pollJitter = 0.1;

const goneCodes = new Set([
  'ErrorFolderNotFound',
  'ErrorItemNotFound',
  'ErrorSyncFolderNotFound',
  'ErrorInvalidFolderId',
]);

/** Receives mail: one run brings a mailbox's folders up to date. */
@Injectable()
export class IncomingJobs {
  constructor(
    private readonly runs: MailboxRuns,
    private readonly watched: WatchedFolders,
    private readonly folderSync: FolderSync,
    private readonly changes: MessageChanges,
    private readonly clock: Clock,
  ) {}

  @HandlesJob(incomingJob)
  async receive(payload: LeasePayload, { signal }: JobContext): Promise<void> {
    await this.runs.carryOut({ mailboxId: payload.mailboxId, kind: 'incoming', token: payload.token }, signal, (run) =>
      this.sync(run),
    );
  }

  private async sync(run: MailboxRun): Promise<RunResult> {
    const began = this.clock.now();
    const folders = await this.watched.of(run);
    let outcome: SyncOutcome = 'caught-up';
    for (const folder of folders) {
      if ((await this.syncFolder(run, folder)) === 'more') outcome = 'more';
    }
    // A message moved between two folders has left one and is in the other once both are caught up.
    if (outcome === 'caught-up') await this.changes.settle(run, folders.length > 1 ? began : null);
    if (outcome === 'more') return { nextInMs: 0, lane: lanes.patient, contacted: true };
    const interval = run.profile.minPollingIntervalSeconds * 1000;
    return { nextInMs: Math.round(interval * (1 + pollJitter * Math.random())), lane: lanes.routine, contacted: true };
  }

  private async syncFolder(run: MailboxRun, folder: WatchedFolder): Promise<SyncOutcome> {
    try {
      return await this.folderSync.run(run, folder);
    } catch (error) {
      // One folder that is gone does not stop the others; without an inbox it is the mailbox that is not well.
      if (!(error instanceof MailServerError) || !goneCodes.has(error.code) || folder.key === 'inbox') throw error;
      await this.watched.lost(run, folder);
      return 'caught-up';
    }
  }
}
