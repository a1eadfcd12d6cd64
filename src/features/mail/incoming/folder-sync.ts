import { Inject, Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { FolderRef } from '../../../drivers/port/mail-server.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Log } from '../../../platform/log/log.js';
import { LOG } from '../../../platform/tokens.js';
import { classify, consequenceOf } from '../../failures/classify.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { ChangeFollow, refusalsToGiveUp } from './change-follow.js';
import { DateImport } from './date-import.js';
import { codesMetBefore, mayBeNarrow } from './folder-attribution.js';
import { FolderListing } from './folder-listing.js';
import { fallbackMs, isTimeToTry, wayOf, type FolderProgress, type OtherWay } from './folder-progress.js';
import { FoldersStore } from './folders.store.js';
import type { ImportPosition } from './import-position.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { ItemIntake } from './item-intake.js';
import { listingCodes } from './listing-error.js';

/** Whether the folder is caught up, or more is to be fetched at once. */
export type SyncOutcome = 'caught-up' | 'more';

/**
 * Brings one folder of a mailbox up to date.
 *
 * The import comes first and finds what is wanted by its date, oldest first. Then the folder is
 * enumerated once to get a sync state, which tells every later change, also of mail that is moved in
 * with an old date. Until that state covers the folder, each run looks for new mail by date as well,
 * so enumerating a mailbox of years delays nothing.
 *
 * Where one of the two ways leads nowhere, the other one is kept to for a time.
 */
@Injectable()
export class FolderSync {
  constructor(
    private readonly folders: FoldersStore,
    private readonly intake: ItemIntake,
    private readonly byDate: DateImport,
    private readonly changes: ChangeFollow,
    private readonly metrics: IncomingMetrics,
    private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async run(run: MailboxRun, folder: WatchedFolder, progress: FolderProgress): Promise<SyncOutcome> {
    await this.intake.retryFailed(run, folder.key);
    const listing = new FolderListing(run, folder.ref, progress, this.clock);
    try {
      const outcome = await this.bring(run, folder, progress, listing);
      if (progress.wayFailures > 0) await this.noteWayFailures(run, progress, 0);
      return outcome;
    } catch (error) {
      const metBefore = codesMetBefore(run, progress.trouble);
      if (error instanceof MailServerError && error === listing.failure && isOfWay(error, metBefore))
        await this.wayFailed(run, folder, progress, listing, error);
      throw error;
    } finally {
      // Also after a failure: the next run need not learn it again.
      const pages = run.signal.aborted ? null : listing.changedPages;
      if (pages) await run.commit((manager) => this.folders.keepPages(manager, run.mailbox.id, folder.key, pages));
    }
  }

  private async bring(
    run: MailboxRun,
    folder: WatchedFolder,
    progress: FolderProgress,
    listing: FolderListing,
  ): Promise<SyncOutcome> {
    const way = wayOf(progress, this.clock.now());
    if (way === 'date') return (await this.byDate.import(run, listing, progress)) ? 'caught-up' : 'more';
    const isByDate = progress.importedAt === null || progress.baselineAt === null;
    if (way === 'usual' && isByDate && !(await this.import(run, listing, progress))) return 'more';
    try {
      const { outcome, recheck } = await this.changes.follow(run, folder.ref, listing, progress);
      const pending = recheck ?? progress.recheck;
      if (pending && !(await this.recheck(run, listing, progress, pending))) return 'more';
      return outcome;
    } catch (error) {
      if (leadsNowhere(error)) await this.fallBack(run, progress, 'date', error);
      throw error;
    }
  }

  /**
   * A listing that fails again and again while the other way of listing works is no fault of the folder or of
   * anything wider: the other way is kept to for a time.
   */
  private async wayFailed(
    run: MailboxRun,
    { ref }: WatchedFolder,
    progress: FolderProgress,
    listing: FolderListing,
    error: MailServerError,
  ): Promise<void> {
    if (wayOf(progress, this.clock.now()) !== 'usual') return;
    const failures = progress.wayFailures + 1;
    const other = error.details.operation === 'FindItem' ? 'changes' : 'date';
    const isTime = progress.fallback !== null || (failures > 1 && isTimeToTry(failures));
    if (!isTime || listing.isUnanswered) return this.noteWayFailures(run, progress, failures);
    // If the folder can be listed from its beginning, the server fails because of the sync state.
    if (other === 'date' && progress.syncState !== null && (await this.works(run, ref, 'changes')))
      return this.stateFailed(run, progress, error);
    if (await this.works(run, ref, other)) await this.fallBack(run, progress, other, error);
    else await this.noteWayFailures(run, progress, failures);
  }

  private async stateFailed(run: MailboxRun, progress: FolderProgress, error: MailServerError): Promise<void> {
    const refusals = progress.stateRefusals + 1;
    await run.commit(async (manager) => {
      await this.folders.forgetSyncState(manager, run.mailbox.id, progress.folder, refusals);
      await this.folders.noteWayFailures(manager, run.mailbox.id, progress.folder, 0);
    });
    if (refusals >= refusalsToGiveUp) await this.fallBack(run, progress, 'date', error);
  }

  private async works(run: MailboxRun, ref: FolderRef, way: OtherWay): Promise<boolean> {
    const { session, signal } = run;
    try {
      if (way === 'changes') await session.syncFolder(ref, null, 1, { signal });
      else await session.findReceivedSince(ref, this.clock.now(), { offset: 0, limit: 1 }, { signal });
      return true;
    } catch (error) {
      if (error instanceof MailServerError) return false;
      throw error;
    }
  }

  private async noteWayFailures(run: MailboxRun, { folder }: FolderProgress, failures: number): Promise<void> {
    await run.commit((manager) => this.folders.noteWayFailures(manager, run.mailbox.id, folder, failures));
  }

  /** @returns whether nothing more is to be had by date for now */
  private async import(run: MailboxRun, listing: FolderListing, progress: FolderProgress): Promise<boolean> {
    try {
      return await this.byDate.import(run, listing, progress);
    } catch (error) {
      if (!isUnlistable(error)) throw error;
      await this.fallBack(run, progress, 'changes', error);
      // A server that cannot list by date says so, and is not at fault; one that repeats itself is.
      if (error.code === listingCodes.listing) throw error;
      return true;
    }
  }

  /** Where nothing can be listed by date, the folder is enumerated anew instead, once a day. */
  private async recheck(
    run: MailboxRun,
    listing: FolderListing,
    progress: FolderProgress,
    from: ImportPosition,
  ): Promise<boolean> {
    try {
      return await this.byDate.recheck(run, listing, progress, from);
    } catch (error) {
      if (!isUnlistable(error)) throw error;
      const now = this.clock.now();
      const isWhole = from.since.getTime() <= progress.importFrom.getTime();
      await run.commit(async (manager) => {
        await this.folders.rechecked(manager, run.mailbox.id, progress.folder, null, isWhole ? now : null);
        if (isWhole)
          await this.folders.forgetSyncState(manager, run.mailbox.id, progress.folder, progress.stateRefusals);
      });
      return !isWhole;
    }
  }

  private async fallBack(
    run: MailboxRun,
    { folder, fallbacks }: FolderProgress,
    way: OtherWay,
    { code }: MailServerError,
  ): Promise<void> {
    const now = this.clock.now();
    const to = { way, until: new Date(now.getTime() + fallbackMs(fallbacks)), code, now };
    await run.commit((manager) => this.folders.fallBack(manager, run.mailbox.id, folder, to));
    this.metrics.fellBack(way, code);
    this.log.warn(
      { mailboxId: run.mailbox.id, folder, code, way, until: to.until },
      'a folder is listed in another way for a time',
    );
  }
}

/** Whether the other listing method may work where this one failed. */
const isOfWay = (error: MailServerError, metBefore: ReadonlySet<string>): boolean =>
  error.details.kind !== 'credentials-refused' && mayBeNarrow(error, metBefore) && !deniesMailbox(error);

/** The server refuses whoever calls, whatever the call: the other way would meet the same. */
const deniesMailbox = (error: MailServerError): boolean =>
  error.details.origin === 'response' &&
  error.details.kind !== 'access-denied' &&
  consequenceOf(classify(error)) !== 'retry-later';

const leadsNowhere = (error: unknown): error is MailServerError =>
  error instanceof MailServerError && (error.code === listingCodes.sync || error.code === listingCodes.refused);

/** The server lists nothing by date, or the same again and again. */
const isUnlistable = (error: unknown): error is MailServerError =>
  error instanceof MailServerError &&
  error.details.operation === 'FindItem' &&
  (error.code === listingCodes.listing || error.details.queryRefusal !== null);
