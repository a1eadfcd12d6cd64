import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { FolderRef, FoundPage, SyncPage } from '../../../drivers/port/mail-server.js';
import type { SyncChange } from '../../../drivers/port/mail-item.js';
import type { Clock } from '../../../platform/clock/clock.js';
import { classify } from '../../failures/classify.js';
import { isServerAway } from '../../failures/lasting-trouble.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { isTimeToTry, type FolderPages, type FolderProgress } from './folder-progress.js';
import { listingCodes, listingError } from './listing-error.js';
import { advanceListing, isEndless, isStuck, rowsBeforeCount, startOfListing } from './listing-progress.js';
import {
  grown,
  halved,
  mayBeTooLarge,
  pageSizeOf,
  rememberedOf,
  shrunk,
  smallerSizes,
  type PageSize,
} from './page-size.js';

/** EWS takes 1000, but 250 with a restriction since Exchange 2013 (see the find count limit). */
const fullFindPage = 250;
/** The most that SyncFolderItems gives (messages.xsd, MaxChangesReturned: 1 to 512). */
const fullSyncPage = 512;

/** What is known of a folder's listings from earlier runs. */
type Known = Pick<FolderProgress, 'pages' | 'wayFailures'>;

const nothingKnown: Known = {
  pages: { find: { size: null, changedAt: null }, sync: { size: null, changedAt: null } },
  wayFailures: 0,
};

/**
 * Lists one folder page by page, for every loop over a server's listings: in pages that the server manages, and
 * only while it gets on. For the time of one run.
 */
export class FolderListing {
  private findSize: PageSize;
  private syncSize: PageSize;
  private found = startOfListing;
  private followed = startOfListing;
  /** What the last listing call failed with. */
  failure: MailServerError | null = null;
  /** Whether the server answers, as far as this run knows; null: it cannot tell. */
  private answers: boolean | null = null;

  /** @param fullPage rows that a page by date asks for at most */
  constructor(
    private readonly run: Pick<MailboxRun, 'session' | 'signal' | 'checkpoint'>,
    private readonly ref: FolderRef,
    private readonly known: Known = nothingKnown,
    private readonly clock: Clock,
    fullPage = fullFindPage,
  ) {
    this.findSize = pageSizeOf(fullPage, known.pages.find);
    this.syncSize = pageSizeOf(fullSyncPage, known.pages.sync);
  }

  /** Page sizes that are to be remembered; null: they are as they were. */
  get changedPages(): FolderPages | null {
    const { find, sync } = this.known.pages;
    const now: FolderPages = { find: rememberedOf(this.findSize), sync: rememberedOf(this.syncSize) };
    return now.find.size === find.size && now.sync.size === sync.size ? null : now;
  }

  /** Whether nothing was answered in this run, not even the cheapest call. */
  get isUnanswered(): boolean {
    return this.answers === false;
  }

  /** Begins another listing by date of the same run. */
  beginAnew(): void {
    this.found = startOfListing;
  }

  /**
   * @throws MailServerError of the call, at the smallest page; ListingStuck once pages tell nothing new. The
   *   page that shows it is then lost, and holds nothing new.
   */
  async findReceivedSince(since: Date, offset: number): Promise<FoundPage> {
    const page = await this.inPages(
      (limit) => this.run.session.findReceivedSince(this.ref, since, { offset, limit }, { signal: this.run.signal }),
      () => this.findSize,
      (size) => (this.findSize = size),
      ({ items, older = [], unreadable }) => items.length + older.length + unreadable,
    );
    // Rows that are too old count as progress: a server that neither filters nor sorts may list years of them first.
    const ids = [...page.items.map(({ id }) => id), ...(page.older ?? [])];
    this.found = advanceListing(this.found, { ids, last: page.last });
    if (isStuck(this.found)) throw listingError(listingCodes.listing);
    if (offset >= rowsBeforeCount && !page.last && (await this.holdsFewer(offset)))
      throw listingError(listingCodes.listing);
    return page;
  }

  /** @throws MailServerError of the call, at the smallest page */
  async syncFolder(syncState: string | null): Promise<SyncPage> {
    const page = await this.inPages(
      (limit) => this.run.session.syncFolder(this.ref, syncState, limit, { signal: this.run.signal }),
      () => this.syncSize,
      (size) => (this.syncSize = size),
      ({ changes, unreadable }) => changes.length + unreadable,
    );
    this.followed = advanceListing(this.followed, { ids: page.changes.map(nameOf), last: page.last });
    return page;
  }

  /**
   * Whether the changes do not get on: asked once they are stored, since each page may hold something.
   * @param rows listed since the folder was last caught up, those before this run included
   */
  async isSyncStuck(rows: number, before: number): Promise<boolean> {
    if (isStuck(this.followed)) return true;
    // Asked now and then: the count costs a call.
    const isTime = Math.floor(rows / rowsBeforeCount) > Math.floor(before / rowsBeforeCount);
    return isTime && this.holdsFewer(rows);
  }

  private async holdsFewer(rows: number): Promise<boolean> {
    const { totalCount } = await this.run.session.openFolder(this.ref, { signal: this.run.signal });
    return isEndless(rows, totalCount);
  }

  /** Where a call was cut or ran out of time, the server may be away; then smaller pages are asked for in vain. */
  private async isThere(): Promise<boolean> {
    if (this.answers !== null) return this.answers;
    if (!isTimeToTry(this.known.wayFailures + 1)) return false;
    try {
      await this.run.session.openFolder(this.ref, { signal: this.run.signal });
      this.answers = true;
    } catch (error) {
      if (!(error instanceof MailServerError)) throw error;
      this.answers = error.details.origin === 'response';
    }
    return this.answers;
  }

  private async inPages<Page>(...way: Parameters<typeof this.shrinking<Page>>): Promise<Page> {
    try {
      return await this.shrinking(...way);
    } catch (error) {
      if (error instanceof MailServerError) this.failure = error;
      throw error;
    }
  }

  private async shrinking<Page>(
    call: (limit: number) => Promise<Page>,
    sizeNow: () => PageSize,
    remember: (size: PageSize) => void,
    rowsOf: (page: Page) => number,
  ): Promise<Page> {
    const size = sizeNow();
    try {
      const page = await call(size.size);
      this.answers = true;
      remember(grown(size, rowsOf(page), this.clock.now()));
      return page;
    } catch (error) {
      if (error instanceof MailServerError && asksForQuiet(error)) remember(halved(size, this.clock.now()));
      if (!(error instanceof MailServerError) || !mayBeTooLarge(error)) throw error;
      if (isServerAway(classify(error)) && !(await this.isThere())) throw error;
      let failed = size.size;
      for (const smaller of smallerSizes(size.size)) {
        this.run.checkpoint();
        try {
          const page = await call(smaller);
          remember(shrunk(size, failed, smaller, this.clock.now()));
          return page;
        } catch (again) {
          if (!(again instanceof MailServerError) || !mayBeTooLarge(again)) throw again;
          failed = smaller;
        }
      }
      throw error;
    }
  }
}

const asksForQuiet = ({ details }: MailServerError): boolean =>
  details.origin !== 'transport' && (details.backOffMs ?? 0) > 0;

/** A further change of the same item has another change key, where the server gives any. */
function nameOf(change: SyncChange): string {
  if (change.kind === 'delete') return `delete ${change.itemId}`;
  if (change.kind === 'read-flag') return `read ${change.itemId} ${change.isRead}`;
  return `${change.kind} ${change.item.id} ${change.item.changeKey ?? ''}`;
}
