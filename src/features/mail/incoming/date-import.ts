import { Injectable } from '@nestjs/common';
import type { FoundItem } from '../../../drivers/port/mail-item.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { OwnTestsStore } from '../../mailboxes/own-tests.store.js';
import type { FolderListing } from './folder-listing.js';
import { importStart, wayOf, type FolderProgress } from './folder-progress.js';
import { FoldersStore } from './folders.store.js';
import { advanceImport, plausible, startOfImport, type ImportPosition } from './import-position.js';
import { IncomingMetrics } from './incoming-metrics.js';
import { ItemIntake } from './item-intake.js';

/** Calls of one kind in one run, so that a long first import or baseline shares the budget with other mailboxes. */
export const pagesPerRun = 10;

/** Finds mail by the date on which it came, a few pages a run, and takes it in. */
@Injectable()
export class DateImport {
  constructor(
    private readonly folders: FoldersStore,
    private readonly intake: ItemIntake,
    private readonly ownTests: OwnTestsStore,
    private readonly metrics: IncomingMetrics,
    private readonly clock: Clock,
  ) {}

  /** @returns whether all that is wanted by date is stored now */
  async import(run: MailboxRun, listing: FolderListing, progress: FolderProgress): Promise<boolean> {
    const start = importStart(progress, wayOf(progress, this.clock.now()));
    const { importAt } = progress;
    // A pass by offset is only worth going on with while it is of the same items.
    const position = importAt?.since.getTime() === start.getTime() ? importAt : startOfImport(start);
    return this.pass(run, listing, progress, position, (at) =>
      run.commit((manager) =>
        this.folders.imported(manager, run.mailbox.id, progress.folder, at, at.done ? this.clock.now() : null),
      ),
    );
  }

  /** Looks for what changes without an item were. @returns whether it has come to its end */
  async recheck(
    run: MailboxRun,
    listing: FolderListing,
    progress: FolderProgress,
    from: ImportPosition,
  ): Promise<boolean> {
    const isWhole = from.since.getTime() <= progress.importFrom.getTime();
    listing.beginAnew();
    return this.pass(run, listing, progress, from, (at) =>
      run.commit((manager) =>
        this.folders.rechecked(
          manager,
          run.mailbox.id,
          progress.folder,
          at.done ? null : at,
          isWhole ? this.clock.now() : null,
        ),
      ),
    );
  }

  private async pass(
    run: MailboxRun,
    listing: FolderListing,
    { folder, importFrom }: FolderProgress,
    from: ImportPosition,
    keep: (position: ImportPosition) => Promise<void>,
  ): Promise<boolean> {
    let position = from;
    for (let page = 0; page < pagesPerRun; page += 1) {
      run.checkpoint();
      const found = await listing.findReceivedSince(position.since, position.offset);
      await this.takeWanted(run, folder, found.items, importFrom);
      await this.noteUnlisted(run, folder, found.unreadable);
      position = advanceImport(position, found, this.clock.now());
      await keep(position);
      if (position.done) return true;
    }
    return false;
  }

  /** Takes in what is wanted of listed items; a server that leaves a date out leaves the decision to the fetched item. */
  async takeWanted(run: MailboxRun, folder: string, items: readonly FoundItem[], from: Date): Promise<void> {
    const now = this.clock.now();
    const inTime = items.filter((item) => (plausible(item.receivedAt, now) ?? from) >= from);
    const mail = await this.ownTests.without(inTime, ({ internetMessageId }) => ({ internetMessageId }));
    await this.intake.take(
      run,
      folder,
      mail.map((item) => item.id),
    );
  }

  private async noteUnlisted(run: MailboxRun, folder: string, rows: number): Promise<void> {
    if (rows === 0) return;
    const now = this.clock.now();
    await run.commit((manager) => this.folders.noteUnlisted(manager, run.mailbox.id, folder, rows, now));
    run.stats.add('unlisted', rows);
    this.metrics.unlisted(rows);
  }
}
