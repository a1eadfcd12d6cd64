import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { FolderRef } from '../../../drivers/port/mail-server.js';
import { Clock } from '../../../platform/clock/clock.js';
import { EventsStore } from '../../feed/events.store.js';
import { retryDelay } from '../../failures/backoff.js';
import { classify, consequenceOf } from '../../failures/classify.js';
import { storedFailure, type Failure } from '../../failures/failure.js';
import { folderOrMailboxError, FolderUnreadable } from '../incoming/folder-attribution.js';
import { ItemIntake, type IntakeOutcome } from '../incoming/item-intake.js';
import { WatchedFolders } from '../incoming/watched-folders.js';
import type { FolderChoice, WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun, RunResult } from '../../mailboxes/mailbox-run.js';
import { lanes, LeaseLost, ProfileOnHold } from '../../scheduling/work.js';
import type { Backfill } from './backfill.js';
import { FolderListing } from '../incoming/folder-listing.js';
import { FoldersStore } from '../incoming/folders.store.js';
import { saysGone } from '../incoming/gone-folder.js';
import { advanceRange, startOfRange, type RangePosition, type RangeStep } from '../incoming/range-position.js';
import { BackfillsStore } from './backfills.store.js';
import { isHopeless } from './giving-up.js';

/** Small, because a page is what a crash repeats, and what a cancellation waits for. */
const page = 100;
/** A run holds one of the profile's places; so many messages, and the polls that are due come first. */
const messagesPerRun = 200;
/** Pages of messages that are all stored cost little, and still end. */
const pagesPerRun = 10;

const nothingToDo: RunResult = { nextInMs: null, lane: lanes.patient, contacted: false };

/** Brings a mailbox's older mail, a few pages a run. */
@Injectable()
export class BackfillRun {
  constructor(
    private readonly backfills: BackfillsStore,
    private readonly watched: WatchedFolders,
    private readonly folders: FoldersStore,
    private readonly intake: ItemIntake,
    private readonly events: EventsStore,
    private readonly clock: Clock,
  ) {}

  async perform(run: MailboxRun): Promise<RunResult> {
    const backfill = await this.backfills.active(run.mailbox.id);
    if (!backfill) return nothingToDo;
    try {
      const isOver = await this.bring(run, await this.begun(run, backfill));
      return { nextInMs: isOver ? null : 0, lane: lanes.patient, contacted: true };
    } catch (error) {
      if (run.signal.aborted || error instanceof LeaseLost || error instanceof ProfileOnHold) throw error;
      const ended = await this.givenUp(run, backfill.id, classify(error));
      if (ended) return { ...nothingToDo, contacted: true };
      if (!(error instanceof FolderUnreadable)) throw error;
      const attempts = await this.putOff(run);
      return { nextInMs: retryDelay(Math.max(1, attempts), Math.random()), lane: lanes.patient, contacted: true };
    }
  }

  /** The other folders come first, and the mailbox is healthy. @returns failed runs since the last one with progress */
  private async putOff(run: MailboxRun): Promise<number> {
    return run.commit(async (manager) => {
      const backfill = await this.backfills.active(run.mailbox.id, manager);
      if (!backfill) return 0;
      const { id, places: all, folderIndex, attempts, from } = backfill;
      const places = all ?? [];
      const others = places.slice(folderIndex + 1);
      if (others.length > 0) {
        const inTurn = [...places.slice(0, folderIndex), ...others, ...places.slice(folderIndex, folderIndex + 1)];
        await this.backfills.putOff(manager, id, inTurn, startOfRange(from));
      }
      return attempts;
    });
  }

  /** The backfill with its total known, at its beginning if it has none for this mailbox yet. */
  private async begun(run: MailboxRun, backfill: Backfill): Promise<Backfill> {
    const account = `${run.mailbox.emailAddress} ${run.mailbox.connectingSid ?? ''}`;
    if (backfill.account === account) return backfill;
    const places = chosen(await this.watched.of(run), backfill.folders);
    const total = await this.count(run, places, backfill);
    const beginning = { account, places, total };
    await run.commit((manager) => this.backfills.begin(manager, backfill.id, beginning, this.clock.now()));
    return (await this.backfills.active(run.mailbox.id)) ?? backfill;
  }

  /** Progress is nicer with a total; a server that will not count is no obstacle. */
  private async count(
    run: MailboxRun,
    places: readonly WatchedFolder[],
    { from, to }: Backfill,
  ): Promise<number | null> {
    let total: number | null = 0;
    for (const { key, ref } of places) {
      const inFolder = await this.countOne(run, key, ref, { from, to });
      total = total === null || inFolder === null ? null : total + inFolder;
    }
    return total;
  }

  private async countOne(
    run: MailboxRun,
    folder: string,
    ref: FolderRef,
    { from, to }: Pick<Backfill, 'from' | 'to'>,
  ): Promise<number | null> {
    try {
      return await run.session.countReceivedBetween(ref, from, to, { signal: run.signal });
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      const failure = classify(error);
      if (failure.retry === 'never' && consequenceOf(failure) === 'retry-later') return null;
      if (isOnly(run.mailbox.folders)) throw error;
      if ((await folderOrMailboxError(run, folder, error)) instanceof FolderUnreadable) return null;
      throw error;
    }
  }

  /** @returns whether nothing is left to do */
  private async bring(run: MailboxRun, backfill: Backfill): Promise<boolean> {
    const places = backfill.places ?? [];
    let { folderIndex, position } = backfill;
    let listing: FolderListing | null = null;
    let stored = 0;
    for (let pages = 0; pages < pagesPerRun && stored < messagesPerRun; pages += 1) {
      const folder = places[folderIndex];
      if (folder === undefined) return this.complete(run, backfill.id);
      run.checkpoint();
      listing ??= await this.listingOf(run, folder);
      const { step, ids, outcome } = await this.page(run, listing, folder, position, backfill);
      stored += outcome.stored;
      ({ position } = step);
      if (step.done) {
        folderIndex += 1;
        listing = null;
        // What is reached is said of the folder being read; the last one's stays as the end of the whole.
        if (folderIndex < places.length) position = startOfRange(backfill.from);
        else position = { ...position, reached: backfill.to };
      }
      const progress = { ...outcome, folderIndex, position, known: ids.length - outcome.stored - outcome.failed };
      const isActive = await run.commit((manager) =>
        this.backfills.advance(manager, backfill.id, progress, this.clock.now()),
      );
      if (!isActive) return true;
    }
    return folderIndex >= places.length && this.complete(run, backfill.id);
  }

  /** @throws FolderUnreadable if the mailbox has other folders and one of them opens */
  private async page(
    run: MailboxRun,
    listing: FolderListing,
    folder: WatchedFolder,
    position: RangePosition,
    backfill: Backfill,
  ): Promise<{ step: RangeStep; ids: string[]; outcome: IntakeOutcome }> {
    try {
      const step = await this.nextStep(listing, folder, position, backfill);
      const ids = [...new Set(step.items.map((item) => item.id))];
      return { step, ids, outcome: await this.intake.take(run, folder.key, ids, { judgeAgain: true }) };
    } catch (error) {
      if (!(error instanceof MailServerError) || run.signal.aborted) throw error;
      // With one folder there is nothing else to continue with.
      if (isOnly(run.mailbox.folders)) throw error instanceof FolderUnreadable ? error.error : error;
      throw error instanceof FolderUnreadable ? error : await folderOrMailboxError(run, folder.key, error);
    }
  }

  private async listingOf(run: MailboxRun, { key, ref }: WatchedFolder): Promise<FolderListing> {
    const known = await this.folders.find(run.mailbox.id, key);
    return new FolderListing(run, ref, known ?? undefined, this.clock, page);
  }

  /** A folder that was deleted since it was chosen holds nothing more; the next one goes on. */
  private async nextStep(
    listing: FolderListing,
    { ref }: WatchedFolder,
    position: RangePosition,
    { to }: Backfill,
  ): Promise<RangeStep> {
    try {
      const found = await listing.findReceivedSince(position.since, position.offset);
      return advanceRange(position, found, to, this.clock.now());
    } catch (error) {
      if ('distinguished' in ref || !saysGone(error)) throw error;
      return { position, items: [], done: true };
    }
  }

  private async complete(run: MailboxRun, id: string): Promise<true> {
    await run.commit(async (manager) => {
      const now = this.clock.now();
      const ended = await this.backfills.end(manager, id, 'completed', now);
      if (!ended) return;
      const { stored, known, failed, from, to } = ended;
      await this.events.append(
        manager,
        [
          {
            type: 'backfill.completed',
            profileId: ended.profileId,
            mailboxId: ended.mailboxId,
            subjectId: id,
            data: { from: from.toISOString(), to: to.toISOString(), stored, known, failed },
          },
        ],
        now,
      );
    });
    return true;
  }

  /** Writes down why the run failed. @returns whether the backfill ends over it */
  private async givenUp(run: MailboxRun, id: string, failure: Failure): Promise<boolean> {
    return run.commit(async (manager) => {
      const now = this.clock.now();
      await this.backfills.noteFailure(manager, id, storedFailure(failure, 'incoming', now), now);
      const backfill = await this.backfills.active(run.mailbox.id, manager);
      if (!backfill || !isHopeless(failure, backfill.attempts)) return false;
      await this.backfills.end(manager, id, 'failed', now);
      await this.events.append(
        manager,
        [
          {
            type: 'backfill.failed',
            profileId: backfill.profileId,
            mailboxId: backfill.mailboxId,
            subjectId: id,
            data: { code: failure.code },
          },
        ],
        now,
      );
      return true;
    });
  }
}

const isOnly = ([first, ...others]: readonly FolderChoice[]): boolean =>
  others.length === 0 && first?.subfolders === false;

/** Of the watched folders those that were asked for, each with its subfolders; all when none was named. */
function chosen(watched: readonly WatchedFolder[], paths: readonly string[] | null): WatchedFolder[] {
  const wanted = paths?.map((path) => path.toLowerCase());
  return watched.filter(({ path }) => {
    const name = path.toLowerCase();
    return !wanted || wanted.some((folder) => name === folder || name.startsWith(`${folder}/`));
  });
}
