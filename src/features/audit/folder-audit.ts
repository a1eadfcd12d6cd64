import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { MailServerError } from '../../mail/mail-error.js';
import { Clock } from '../../platform/clock/clock.js';
import { ItemFailuresStore } from '../incoming/item-failures.store.js';
import { ItemIntake } from '../incoming/item-intake.js';
import { advanceRange, startOfRange } from '../incoming/range-position.js';
import { MessageItemsStore } from '../incoming/message-items.store.js';
import type { WatchedFolder } from '../mailboxes/folder-choice.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { AuditsStore, type Audit } from './audits.store.js';
import { auditWindow, compare, type Differences } from './comparison.js';

/** With a restriction Exchange gives no more than 250 a page. */
const findPage = 250;
/** Items that one audit lists. Of a fuller window it compares the older end, which each message reaches in its time. */
const mostItems = 5_000;
const syncPage = 512;
/** More changes than that: the folder is catching up, and there is no point in comparing it now. */
const mostSyncPages = 10;
/** Equal numbers can hide a loss and a surplus, so after this time items are compared all the same. */
const itemsEveryMs = 7 * 24 * 60 * 60_000;

const same: Differences = { missing: [], surplus: [], misplaced: [] };

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
    private readonly items: MessageItemsStore,
    private readonly failures: ItemFailuresStore,
    private readonly intake: ItemIntake,
    private readonly clock: Clock,
  ) {}

  /** @returns null while there is nothing to compare: the folder is still imported, or catching up */
  async perform(run: MailboxRun, folder: WatchedFolder): Promise<FolderAuditResult | null> {
    // Read before anything is listed: what changes from here on is pending, and no difference.
    const synced = await this.audits.folder(run.mailbox.id, folder.key);
    if (!synced?.importedAt || !synced.baselineAt || synced.syncState === null) return null;
    const now = this.clock.now();
    const window = auditWindow(now, synced.importFrom);
    if (!window) return null;
    const before = await this.audits.last(run.mailbox.id, folder.key);
    const result = (of: Pick<Audit, 'compared' | 'onServer' | 'stored' | 'to'>, differences: Differences) => ({
      audit: auditOf(run, folder.key, now, before[0], { from: window.from, ...of }, differences),
      differences,
    });

    const lastItems = before.find(({ compared }) => compared === 'items')?.at ?? null;
    if (lastItems && now.getTime() - lastItems.getTime() < itemsEveryMs) {
      const [onServer, stored] = await this.counts(run, folder, window);
      if (onServer === stored) return result({ compared: 'count', onServer, stored, to: window.to }, same);
    }

    const { listed, to } = await this.list(run, folder, window);
    const ids = [...new Set(listed)];
    const stored = await this.audits.storedItems(run.mailbox.id, folder.key, window.from, to);
    const sides = {
      listed: ids,
      stored,
      folderOf: await this.audits.foldersOf(run.mailbox.id, ids),
      failed: await this.failures.failed(run.mailbox.id, ids),
    };
    const counted = { compared: 'items', onServer: ids.length, stored: stored.length, to } as const;
    const found = compare(folder.key, { ...sides, pending: new Set() });
    if (found.missing.length + found.surplus.length + found.misplaced.length === 0) return result(counted, same);
    const pending = await this.pending(run, folder, synced.syncState);
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

  /** @returns ids of the window's items; with more than an audit lists, `to` is the earlier end of those */
  private async list(
    run: MailboxRun,
    folder: WatchedFolder,
    { from, to }: { from: Date; to: Date },
  ): Promise<{ listed: string[]; to: Date }> {
    const listed: { id: string; receivedAt: Date | null }[] = [];
    let position = startOfRange(from);
    while (listed.length < mostItems) {
      run.goOn();
      const page = await run.session.findReceivedSince(
        folder.ref,
        position.since,
        { offset: position.offset, limit: findPage },
        { signal: run.signal },
      );
      const step = advanceRange(position, page, to);
      listed.push(...step.items);
      if (step.done) return { listed: listed.map(({ id }) => id), to };
      ({ position } = step);
    }
    const end = position.reached ?? from;
    const complete = listed.filter(({ receivedAt }) => receivedAt !== null && receivedAt < end);
    return { listed: complete.map(({ id }) => id), to: end };
  }

  /**
   * Items that have changed since the stored sync state: they arrived, moved or went a moment ago, and the
   * next poll deals with them. The state itself is left as it is.
   * @returns null when there are too many, or the server does not know the state any more
   */
  private async pending(run: MailboxRun, folder: WatchedFolder, syncState: string): Promise<Set<string> | null> {
    const pending = new Set<string>();
    let state = syncState;
    for (let pages = 0; pages < mostSyncPages; pages += 1) {
      run.goOn();
      let page;
      try {
        page = await run.session.syncFolder(folder.ref, state, syncPage, { signal: run.signal });
      } catch (error) {
        if (error instanceof MailServerError && error.code === 'ErrorInvalidSyncStateData') return null;
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
  counted: Pick<Audit, 'compared' | 'onServer' | 'stored' | 'from' | 'to'>,
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
