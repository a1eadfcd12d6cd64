import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun, RunResult } from '../../mailboxes/mailbox-run.js';
import { lanes } from '../../scheduling/work.js';
import { codesMetBefore, folderOrMailboxError, FolderUnreadable, mayBeNarrow } from './folder-attribution.js';
import type { FolderProgress, FolderTrouble } from './folder-progress.js';
import { FolderSync, type SyncOutcome } from './folder-sync.js';
import { hasLastedInFolder } from './folder-trouble.js';
import { FolderTroubles } from './folder-troubles.js';
import { FoldersStore } from './folders.store.js';
import { saysGone } from './gone-folder.js';
import { MessageChanges } from './message-changes.js';
import { WatchedFolders } from './watched-folders.js';

/** A poll comes this share later at most, so that mailboxes created together drift apart. */
const pollJitter = 0.1;
/** Folders that fail one after another before any has worked; the others are looked at by the next run. */
const maxFailures = 10;

interface FailedFolder {
  readonly folder: WatchedFolder;
  readonly before: FolderTrouble | null;
  readonly error: MailServerError;
}

/** What became of a mailbox's folders in one run. */
interface Passed {
  readonly outcome: SyncOutcome;
  readonly worked: number;
  readonly failed: readonly FailedFolder[];
  /** Troubles of folders that are not due to be tried again. */
  readonly resting: readonly { readonly folder: string; readonly trouble: FolderTrouble }[];
}

/** Brings a mailbox's folders up to date. One that fails does not stop the others. */
@Injectable()
export class IncomingRun {
  constructor(
    private readonly watched: WatchedFolders,
    private readonly folders: FoldersStore,
    private readonly folderSync: FolderSync,
    private readonly troubles: FolderTroubles,
    private readonly changes: MessageChanges,
    private readonly clock: Clock,
  ) {}

  /** @throws MailServerError what all folders met, or what is the mailbox's and nothing narrower */
  async perform(run: MailboxRun): Promise<RunResult> {
    const began = this.clock.now();
    const folders = await this.watched.of(run);
    const { outcome, worked, failed, resting } = await this.syncAll(run, folders);
    const [first] = failed;
    // What every folder meets is the mailbox's, although other folders of it open.
    if (first && failed.length === folders.length) throw first.error;
    const troubles = [...resting];
    for (const { folder, before, error } of failed)
      troubles.push({ folder: folder.key, trouble: await this.troubles.failed(run, folder, before, error) });
    // A message moved between two folders has left one and is in the other once both are caught up.
    const mayBeElsewhere = troubles.some(({ folder, trouble }) => !hasLastedInFolder(folder, trouble, began));
    if (outcome === 'caught-up' && !mayBeElsewhere) await this.changes.settle(run, folders.length > 1 ? began : null);
    const contacted = worked > 0 || folders.length === 0;
    if (outcome === 'more') return { nextInMs: 0, lane: lanes.patient, contacted };
    const interval = run.profile.minPollingIntervalSeconds * 1000;
    return { nextInMs: Math.round(interval * (1 + pollJitter * Math.random())), lane: lanes.routine, contacted };
  }

  private async syncAll(run: MailboxRun, folders: readonly WatchedFolder[]): Promise<Passed> {
    const now = this.clock.now();
    const failed: FailedFolder[] = [];
    const resting: Passed['resting'][number][] = [];
    let outcome: SyncOutcome = 'caught-up';
    let worked = 0;
    for (const folder of folders) {
      const progress = await this.folders.open(run.mailbox.id, folder.key, run.profile.processEmailsFrom);
      const { trouble } = progress;
      if (trouble && trouble.retryAt > now) {
        resting.push({ folder: folder.key, trouble });
        continue;
      }
      try {
        if ((await this.syncOne(run, folder, progress)) === 'more') outcome = 'more';
        worked += 1;
      } catch (error) {
        const others = { worked: worked > 0, alone: folders.length === 1 };
        const own = await this.ownError(run, folder, trouble, error, others);
        failed.push({ folder, before: trouble, error: own });
        if (worked === 0 && failed.length >= maxFailures) break;
      }
    }
    return { outcome, worked, failed, resting };
  }

  private async syncOne(run: MailboxRun, folder: WatchedFolder, progress: FolderProgress): Promise<SyncOutcome> {
    try {
      const outcome = await this.folderSync.run(run, folder, progress);
      if (progress.trouble) await this.troubles.worksAgain(run, folder);
      return outcome;
    } catch (error) {
      if (!saysGone(error) || 'distinguished' in folder.ref || (await this.opens(run, folder))) throw error;
      await this.watched.lost(run, folder);
      return 'caught-up';
    }
  }

  /** Whether a folder that is said to be gone is there all the same. */
  private async opens(run: MailboxRun, { ref }: WatchedFolder): Promise<boolean> {
    try {
      await run.session.openFolder(ref, { signal: run.signal });
      return true;
    } catch (error) {
      if (saysGone(error)) return false;
      throw error;
    }
  }

  /**
   * The error as the folder's own.
   * @throws what is the mailbox's, the profile's or the server's, or no mail server's at all
   */
  private async ownError(
    run: MailboxRun,
    { key }: WatchedFolder,
    before: FolderTrouble | null,
    error: unknown,
    others: { readonly worked: boolean; readonly alone: boolean },
  ): Promise<MailServerError> {
    if (run.signal.aborted || !(error instanceof MailServerError)) throw error;
    if (error instanceof FolderUnreadable) return error.error;
    // Nothing else of the mailbox is read, so nothing else could go on.
    if (others.alone) return error;
    const metBefore = codesMetBefore(run, before);
    // An answer about one folder after another one worked needs no further proof.
    if (others.worked && error.details.origin === 'response' && mayBeNarrow(error, metBefore)) return error;
    const attributed = await folderOrMailboxError(run, key, error, metBefore);
    if (!(attributed instanceof FolderUnreadable)) throw attributed;
    return error;
  }
}
