import { Injectable } from '@nestjs/common';
import { MailServerError } from '../../mail/mail-error.js';
import { Clock } from '../../platform/clock/clock.js';
import { EventsStore } from '../deliveries/events.store.js';
import { classify, consequenceOf } from '../failures/classify.js';
import { storedFailure, type Failure } from '../failures/failure.js';
import { ItemIntake } from '../incoming/item-intake.js';
import { WatchedFolders } from '../incoming/watched-folders.js';
import type { WatchedFolder } from '../mailboxes/folder-choice.js';
import type { MailboxRun, RunResult } from '../mailboxes/mailbox-run.js';
import { lanes, LeaseLost, ProfileOnHold } from '../scheduling/work.js';
import type { Backfill } from './backfill.js';
import { advanceRange, startOfRange } from '../incoming/range-position.js';
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
      if (!(await this.givenUp(run, backfill.id, classify(error)))) throw error;
      return { ...nothingToDo, contacted: true };
    }
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
    try {
      for (const { ref } of places) {
        const inFolder = await run.session.countReceivedBetween(ref, from, to, { signal: run.signal });
        total = total === null || inFolder === null ? null : total + inFolder;
      }
      return total;
    } catch (error) {
      const failure = error instanceof MailServerError ? classify(error) : null;
      if (failure?.retry === 'never' && consequenceOf(failure) === 'retry-later') return null;
      throw error;
    }
  }

  /** @returns whether nothing is left to do */
  private async bring(run: MailboxRun, backfill: Backfill): Promise<boolean> {
    const places = backfill.places ?? [];
    let { folderIndex, position } = backfill;
    let stored = 0;
    for (let pages = 0; pages < pagesPerRun && stored < messagesPerRun; pages += 1) {
      const folder = places[folderIndex];
      if (folder === undefined) return this.complete(run, backfill.id);
      run.goOn();
      const found = await run.session.findReceivedSince(
        folder.ref,
        position.since,
        { offset: position.offset, limit: page },
        { signal: run.signal },
      );
      const step = advanceRange(position, found, backfill.to);
      const ids = [...new Set(step.items.map((item) => item.id))];
      const outcome = await this.intake.take(run, folder.key, ids, { judgeAgain: true });
      stored += outcome.stored;
      ({ position } = step);
      if (step.done) {
        folderIndex += 1;
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

/** Of the watched folders those that were asked for, each with its subfolders; all when none was named. */
function chosen(watched: readonly WatchedFolder[], paths: readonly string[] | null): WatchedFolder[] {
  const wanted = paths?.map((path) => path.toLowerCase());
  return watched.filter(({ path }) => {
    const name = path.toLowerCase();
    return !wanted || wanted.some((folder) => name === folder || name.startsWith(`${folder}/`));
  });
}
