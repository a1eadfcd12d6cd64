import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { SyncChange } from '../../../drivers/port/mail-item.js';
import type { FolderRef, SyncPage } from '../../../drivers/port/mail-server.js';
import { Clock } from '../../../platform/clock/clock.js';
import { classify, consequenceOf } from '../../failures/classify.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { DateImport, pagesPerRun } from './date-import.js';
import type { FolderListing } from './folder-listing.js';
import { recheckStart, type FolderProgress } from './folder-progress.js';
import { FoldersStore } from './folders.store.js';
import { startOfImport, type ImportPosition } from './import-position.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { ItemIntake } from './item-intake.js';
import { listingCodes, listingError } from './listing-error.js';
import { MessageChanges } from './message-changes.js';
import { toldChanges } from './told-changes.js';

/** Refused in a row, the second of which was given a moment before: the first can be one that has expired. */
export const refusalsToGiveUp = 2;

export interface Followed {
  readonly outcome: 'caught-up' | 'more';
  /** Where to look for what changes without an item were; null: there were none. */
  readonly recheck: ImportPosition | null;
}

/** Follows the changes of a folder by its sync state, which the first time enumerates it. */
@Injectable()
export class ChangeFollow {
  constructor(
    private readonly folders: FoldersStore,
    private readonly changes: MessageChanges,
    private readonly byDate: DateImport,
    private readonly intake: ItemIntake,
    private readonly metrics: IncomingMetrics,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws MailServerError `SyncStateStuck` or `SyncStateRefused` when following leads nowhere; what it told is
   *   stored, and the caller finds another way
   */
  async follow(run: MailboxRun, ref: FolderRef, listing: FolderListing, progress: FolderProgress): Promise<Followed> {
    const { folder } = progress;
    let { syncState, stateRefusals, listedRows } = progress;
    let isBaselined = progress.baselineAt !== null;
    let recheck: ImportPosition | null = null;
    for (let page = 0; page < pagesPerRun; page += 1) {
      run.checkpoint();
      let told: SyncPage;
      try {
        told = await listing.syncFolder(syncState);
      } catch (error) {
        if (!(error instanceof MailServerError) || syncState === null) throw error;
        if (!(await this.isOfState(run, ref, error))) throw error;
        stateRefusals += 1;
        const refusals = stateRefusals;
        await run.commit((manager) => this.folders.forgetSyncState(manager, run.mailbox.id, folder, refusals));
        if (refusals >= refusalsToGiveUp) throw listingError(listingCodes.refused, error);
        [syncState, isBaselined, listedRows] = [null, false, 0];
        continue;
      }
      await this.apply(run, progress, told.changes);
      const rowsBefore = listedRows;
      listedRows = told.last ? 0 : listedRows + told.changes.length + told.unreadable;
      recheck = told.unreadable === 0 ? recheck : this.recheckOf(run, progress, recheck);
      const stateTaken = syncState !== null && told.last && (stateRefusals > 0 || progress.fallback !== null);
      const isSettled = told.last && isBaselined && told.syncState === syncState && rowsBefore === 0;
      if (!isSettled || stateTaken || told.unreadable > 0) {
        // Only now: items are stored before a state that covers them, and a crash between shows them again.
        const now = this.clock.now();
        const kept = {
          syncState: told.syncState,
          caughtUpAt: told.last ? now : null,
          listedRows,
          stateTaken,
          unreadable: told.unreadable,
          recheck: told.unreadable === 0 ? null : recheck,
          at: now,
        };
        await run.commit((manager) => this.folders.synced(manager, run.mailbox.id, folder, kept));
      }
      this.noteUnlisted(run, told.unreadable);
      if (told.last) return { outcome: 'caught-up', recheck };
      const repeats = told.syncState === syncState && told.changes.length > 0;
      if (repeats || (await listing.isSyncStuck(listedRows, rowsBefore))) throw listingError(listingCodes.sync);
      ({ syncState } = told);
    }
    return { outcome: 'more', recheck };
  }

  private async apply(run: MailboxRun, progress: FolderProgress, told: readonly SyncChange[]): Promise<void> {
    const { items, flags, left } = toldChanges(told);
    await this.byDate.takeWanted(run, progress.folder, items, progress.importFrom);
    // After a lost sync state, a changed item is listed as new.
    await this.intake.refresh(run, progress.folder, items);
    if (flags.length === 0 && left.length === 0) return;
    await this.changes.note(run, progress.folder, flags, left);
  }

  /**
   * Whether it is the sync state that an error is about. Some servers answer a state that they lost with an
   * internal error or run out of time over it, while the folder without a state lists well.
   */
  private async isOfState(run: MailboxRun, ref: FolderRef, error: MailServerError): Promise<boolean> {
    if (error.details.kind === 'sync-state-invalid') return true;
    const failure = classify(error);
    const { retry } = failure;
    const canBe =
      error.details.origin === 'response' &&
      // Whoever is denied the mailbox is denied without a state, too.
      consequenceOf(failure) === 'retry-later' &&
      (retry === 'never' || retry === 'resync' || error.details.mayBeSyncState);
    if (!canBe) return false;
    try {
      await run.session.syncFolder(ref, null, 1, { signal: run.signal });
      return true;
    } catch (again) {
      if (again instanceof MailServerError) return false;
      throw again;
    }
  }

  private recheckOf(run: MailboxRun, progress: FolderProgress, known: ImportPosition | null): ImportPosition {
    const { since } = recheckStart(progress, run.mailbox.lastSyncAt, this.clock.now());
    const pending = [progress.recheck, known].find((one) => one !== null && one.since <= since);
    return pending ?? startOfImport(since);
  }

  private noteUnlisted(run: MailboxRun, changes: number): void {
    run.stats.add('unlisted', changes);
    if (changes > 0) this.metrics.unlisted(changes);
  }
}
