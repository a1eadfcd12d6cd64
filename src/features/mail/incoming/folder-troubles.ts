import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { MailServerError } from '../../../drivers/port/mail-error.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { classify } from '../../failures/classify.js';
import { storedFailure } from '../../failures/failure.js';
import { Incidents } from '../../incidents/incidents.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import type { FolderTrouble } from './folder-progress.js';
import { FoldersStore } from './folders.store.js';
import { folderNotice, folderUnreadable, hasLastedInFolder, oneMoreFailure } from './folder-trouble.js';
import { IncomingMetrics } from './incoming-metrics.js';

/** Folders that fail while others of their mailbox work: each backs off alone, and is told of when it lasts. */
@Injectable()
export class FolderTroubles {
  constructor(
    private readonly folders: FoldersStore,
    private readonly incidents: Incidents,
    private readonly metrics: IncomingMetrics,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Puts the next try off. @returns the trouble as it is now */
  async failed(
    run: MailboxRun,
    { key, path }: WatchedFolder,
    before: FolderTrouble | null,
    error: MailServerError,
  ): Promise<FolderTrouble> {
    const now = this.clock.now();
    const trouble = oneMoreFailure(before, storedFailure(classify(error), 'incoming', now), now, Math.random());
    const notice = hasLastedInFolder(key, trouble, now) ? folderNotice(path, trouble) : null;
    await run.commit(
      async (manager) => {
        await this.folders.failed(manager, run.mailbox.id, key, trouble);
        if (notice)
          await this.incidents.noticed(manager, run.mailbox.id, {
            profileId: run.profile.id,
            failure: notice,
            at: now,
          });
      },
      notice ? 'mailbox' : undefined,
    );
    run.stats.add('folder-failed', 1);
    this.metrics.folderFailed(error.code);
    this.log.warn(
      { mailboxId: run.mailbox.id, folder: path, code: error.code, attempts: trouble.attempts },
      'a folder could not be read; the others go on',
    );
    return trouble;
  }

  async worksAgain(run: MailboxRun, { key }: WatchedFolder): Promise<void> {
    await run.commit(async (manager) => {
      await this.folders.worksAgain(manager, run.mailbox.id, key);
      await this.endNotice(manager, run.mailbox.id);
    }, 'mailbox');
  }

  /** Ends the notice about a mailbox none of whose watched folders fails any more. */
  async endNotice(manager: EntityManager, mailboxId: string): Promise<void> {
    if (!(await this.folders.anyFails(manager, mailboxId)))
      await this.incidents.noticeEnded(manager, mailboxId, folderUnreadable, this.clock.now());
  }
}
