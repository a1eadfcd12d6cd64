import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { MailServerError } from '../../../drivers/port/mail-error.js';
import { Clock } from '../../../platform/clock/clock.js';
import { classify } from '../../failures/classify.js';
import { ItemFailuresStore } from '../incoming/item-failures.store.js';
import { ItemIntake } from '../incoming/item-intake.js';
import { FolderListing } from '../incoming/folder-listing.js';
import { wayOf, type FolderProgress } from '../incoming/folder-progress.js';
import { FoldersStore } from '../incoming/folders.store.js';
import { advanceRange, startOfRange } from '../incoming/range-position.js';
import { MessageItemsStore } from '../incoming/message-items.store.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { AuditsStore, type Audit } from './audits.store.js';
import { auditWindow, compare, type Differences } from './comparison.js';

/** Items that one audit lists. Of a fuller window it compares the older end, which each message reaches in its time. */
const maxItems = 5_000;
/** More changes than that: the folder is catching up, and there is no point in comparing it now. */
const maxSyncPages = 10;
/** Equal numbers can hide a loss and a surplus, so after this time items are compared all the same. */
const itemsEveryMs = 7 * 24 * 60 * 60_000;

const same: Differences = { missing: [], surplus: [], misplaced: [] };

/**
 * Whether the folder is caught up. One that is followed by date alone, because its sync states do not work, has
 * no state that could tell what is on its way; the audit then finds what is gone, too.
 */
function isComparable(synced: FolderProgress, now: Date): boolean {
  if (!synced.importedAt || (synced.trouble && synced.trouble.retryAt > now)) return false;
  return wayOf(synced, now) === 'date' || (synced.baselineAt !== null && synced.syncState !== null);
}

/** What an audit found and healed; it is yet to be written down. */
export interface FolderAuditResult {
  readonly audit: Audit;
  readonly differences: Differences;
}

/** Compares one folder with the server. */
@Injectable()
export class FolderAudit {
  constructor(
    private readonly audits: AuditsStore,
    private readonly folders: FoldersStore,
    private readonly items: MessageItemsStore,
    private readonly failures: ItemFailuresStore,
    private readonly intake: ItemIntake,
    private readonly clock: Clock,
  ) {}

  /**
   * @param asked a person wants it: items are compared, whatever their numbers say
   * @returns null while there is nothing to compare: the folder is still imported, or catching up
   */
  async perform(run: MailboxRun, folder: WatchedFolder, asked: boolean): Promise<FolderAuditResult | null> {
    // Read before anything is listed: what changes from here on is pending, and no difference.
    const synced = await this.folders.find(run.mailbox.id, folder.key);
    const now = this.clock.now();
    if (!synced || !isComparable(synced, now)) return null;
    const listing = new FolderListing(run, folder.ref, synced, this.clock);
    const window = auditWindow(now, synced.importFrom);
    if (!window) return null;
    await this.intake.tryAllFailed(run, folder.key);
    const unreadable = await this.failures.unreadIn(run.mailbox.id, folder.key);
    const before = await this.audits.last(run.mailbox.id, folder.key);
    const result = (of: Pick<Audit, 'compared' | 'onServer' | 'stored' | 'to'>, differences: Differences) => ({
      audit: auditOf(run, folder.key, now, before[0], { from: window.from, unreadable, ...of }, differences),
      differences,
    });

    const lastItems = before.find(({ compared }) => compared === 'items')?.at ?? null;
    if (!asked && lastItems && now.getTime() - lastItems.getTime() < itemsEveryMs) {
      const [onServer, stored] = await this.counts(run, folder, window);
      if (onServer === stored) return result({ compared: 'count', onServer, stored, to: window.to }, same);
    }

    const { listed, to, unnamed } = await this.list(run, listing, window);
    const ids = [...new Set(listed)];
    const stored = await this.audits.storedItems(run.mailbox.id, folder.key, window.from, to);
    const sides = {
      listed: ids,
      // A row without an item id may be any stored item, so nothing can be treated as deleted.
      stored: unnamed === 0 ? stored : [],
      folderOf: await this.audits.foldersOf(run.mailbox.id, ids),
      failed: new Set((await this.failures.failed(run.mailbox.id, ids)).keys()),
    };
    const counted = { compared: 'items', onServer: ids.length, stored: stored.length, to } as const;
    const found = compare(folder.key, { ...sides, pending: new Set() });
    if (found.missing.length + found.surplus.length + found.misplaced.length === 0) return result(counted, same);
    const pending = await this.pending(run, listing, synced.syncState);
    return pending && result(counted, await this.takeMissing(run, folder, compare(folder.key, { ...sides, pending })));
  }

  private async counts(
    run: MailboxRun,
    folder: WatchedFolder,
    { from, to }: { from: Date; to: Date },
  ): Promise<[onServer: number, stored: number] | [null, number]> {
    const onServer = await run.session.countReceivedBetween(folder.ref, from, to, { signal: run.signal });
    const stored = await this.audits.countStored(run.mailbox.id, folder.key, from, to);
    return onServer === null ? [null, stored] : [onServer, stored];
  }

  /**
   * @returns ids of the items in the window, and the number of rows without an id; if there are more than an audit
   *   lists, `to` is the earlier end of those
   */
  private async list(
    run: MailboxRun,
    listing: FolderListing,
    { from, to }: { from: Date; to: Date },
  ): Promise<{ listed: string[]; to: Date; unnamed: number }> {
    let unnamed = 0;
    const listed: { id: string; receivedAt: Date | null }[] = [];
    let position = startOfRange(from);
    while (listed.length < maxItems) {
      run.checkpoint();
      const page = await listing.findReceivedSince(position.since, position.offset);
      const step = advanceRange(position, page, to, this.clock.now());
      listed.push(...step.items);
      unnamed += page.unreadable;
      if (step.done) return { listed: listed.map(({ id }) => id), to, unnamed };
      ({ position } = step);
    }
    const end = position.reached ?? from;
    const complete = listed.filter(({ receivedAt }) => receivedAt !== null && receivedAt < end);
    return { listed: complete.map(({ id }) => id), to: end, unnamed };
  }

  /**
   * Items that have changed since the stored sync state: they arrived, moved or went a moment ago, and the
   * next poll deals with them. The state itself is left as it is.
   * @returns null when there are too many, or the server does not know the state any more
   */
  private async pending(
    run: MailboxRun,
    listing: FolderListing,
    syncState: string | null,
  ): Promise<Set<string> | null> {
    if (syncState === null) return new Set();
    const pending = new Set<string>();
    let state = syncState;
    for (let pages = 0; pages < maxSyncPages; pages += 1) {
      run.checkpoint();
      let page;
      try {
        page = await listing.syncFolder(state);
      } catch (error) {
        if (error instanceof MailServerError && classify(error).category === 'sync-state-invalid') return null;
        throw error;
      }
      for (const change of page.changes) pending.add('item' in change ? change.item.id : change.itemId);
      if (page.last) return pending;
      state = page.syncState;
    }
    return null;
  }

  /**
   * What the intake does not store (a filter leaves it out, it cannot be read, it has just gone) was not
   * missing; an item of a message that is stored all the same only was in another place.
   */
  private async takeMissing(run: MailboxRun, folder: WatchedFolder, found: Differences): Promise<Differences> {
    if (found.missing.length === 0) return found;
    const { stored } = await this.intake.take(run, folder.key, found.missing);
    const known = await this.items.known(run.mailbox.id, found.missing);
    return {
      ...found,
      missing: found.missing.slice(0, stored),
      // Placed already, and counted with those that are yet to be.
      replaced: Math.max(0, known.size - stored),
    };
  }
}

function auditOf(
  run: MailboxRun,
  folder: string,
  at: Date,
  before: Audit | undefined,
  counted: Pick<Audit, 'compared' | 'onServer' | 'stored' | 'unreadable' | 'from' | 'to'>,
  { missing, surplus, misplaced, replaced = 0 }: Differences,
): Audit {
  const differs = missing.length + surplus.length + misplaced.length + replaced > 0;
  const differed = before !== undefined && before.missing + before.surplus + before.misplaced > 0;
  return {
    id: uuidv7(),
    mailboxId: run.mailbox.id,
    profileId: run.profile.id,
    folder,
    ...counted,
    missing: missing.length,
    surplus: surplus.length,
    misplaced: misplaced.length + replaced,
    recurring: differs && differed,
    at,
  };
}
