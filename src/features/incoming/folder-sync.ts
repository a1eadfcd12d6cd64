import { Injectable } from '@nestjs/common';
import type { FoundItem, SyncChange } from '../../mail/mail-item.js';
import { MailServerError, type CallDiagnostics } from '../../mail/mail-error.js';
import type { FolderRef } from '../../mail/mail-server.js';
import { Clock } from '../../platform/clock/clock.js';
import type { WatchedFolder } from '../mailboxes/folder-choice.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { OwnTestsStore } from '../mailboxes/own-tests.store.js';
import { FoldersStore, type FolderProgress } from './folders.store.js';
import { advanceImport, startOfImport, type ImportPosition } from './import-position.js';
import { ItemIntake } from './item-intake.js';
import { MessageChanges } from './message-changes.js';

/** EWS takes 1000, but 250 with a restriction since Exchange 2013 (see the find count limit). */
const findPage = 250;
/** The most that SyncFolderItems gives (messages.xsd, MaxChangesReturned: 1 to 512). */
const syncPage = 512;
/** Calls of one kind in one run, so that a long first import or baseline shares the budget with other mailboxes. */
const pagesPerRun = 10;

/** Whether the folder is caught up, or more is to be fetched at once. */
export type SyncOutcome = 'caught-up' | 'more';

/**
 * Brings one folder of a mailbox up to date.
 *
 * The import comes first and finds what is wanted by its date, oldest first. Then the folder is
 * enumerated once to get a sync state, which tells every later change, also of mail that is moved in
 * with an old date. Until that state covers the folder, each run looks for new mail by date as well,
 * so enumerating a mailbox of years delays nothing.
 */
@Injectable()
export class FolderSync {
  constructor(
    private readonly folders: FoldersStore,
    private readonly changes: MessageChanges,
    private readonly intake: ItemIntake,
    private readonly ownTests: OwnTestsStore,
    private readonly clock: Clock,
  ) {}

  async run(run: MailboxRun, { key, ref }: WatchedFolder): Promise<SyncOutcome> {
    const progress = await this.folders.open(run.mailbox.id, key, run.profile.processEmailsFrom);
    await this.intake.retryFailed(run, key);
    const byDate = progress.importedAt === null || progress.baselineAt === null;
    if (byDate && !(await this.import(run, ref, progress))) return 'more';
    return this.follow(run, ref, progress);
  }

  /** @returns whether all that is wanted by date is stored now */
  private async import(run: MailboxRun, ref: FolderRef, progress: FolderProgress): Promise<boolean> {
    let position: ImportPosition = startOfImport(progress.importReached ?? progress.importFrom);
    for (let page = 0; page < pagesPerRun; page += 1) {
      run.goOn();
      const found = await run.session.findReceivedSince(
        ref,
        position.since,
        { offset: position.offset, limit: findPage },
        { signal: run.signal },
      );
      await this.intake.take(run, progress.folder, await this.wantedIds(found.items, progress.importFrom));
      position = advanceImport(position, found);
      await run.commit((manager) =>
        this.folders.imported(
          manager,
          run.mailbox.id,
          progress.folder,
          position.reached,
          position.done ? this.clock.now() : null,
        ),
      );
      if (position.done) return true;
    }
    return false;
  }

  private async follow(run: MailboxRun, ref: FolderRef, progress: FolderProgress): Promise<SyncOutcome> {
    let { syncState } = progress;
    for (let page = 0; page < pagesPerRun; page += 1) {
      run.goOn();
      let changes;
      try {
        changes = await run.session.syncFolder(ref, syncState, syncPage, { signal: run.signal });
      } catch (error) {
        if (!(error instanceof MailServerError) || error.code !== 'ErrorInvalidSyncStateData' || syncState === null)
          throw error;
        await run.commit((manager) => this.folders.forgetSyncState(manager, run.mailbox.id, progress.folder));
        return 'more';
      }
      await this.apply(run, progress, changes.changes);
      const settled = changes.last && progress.baselineAt !== null && changes.syncState === syncState;
      if (!settled) {
        // Only now: items are stored before a state that covers them, and a crash between shows them again.
        await run.commit((manager) =>
          this.folders.synced(
            manager,
            run.mailbox.id,
            progress.folder,
            changes.syncState,
            changes.last ? this.clock.now() : null,
          ),
        );
      }
      if (changes.last) return 'caught-up';
      if (changes.syncState === syncState) {
        // A server that repeats its state without an end would hold us here for ever.
        if (changes.changes.length === 0) return 'caught-up';
        throw stuckSyncState();
      }
      syncState = changes.syncState;
    }
    return 'more';
  }

  private async apply(run: MailboxRun, progress: FolderProgress, changes: readonly SyncChange[]): Promise<void> {
    const items = changes.flatMap((change) =>
      change.kind === 'create' || change.kind === 'update' ? [change.item] : [],
    );
    await this.intake.take(run, progress.folder, await this.wantedIds(items, progress.importFrom));
    const flags = changes.flatMap((change) => {
      if (change.kind === 'read-flag') return [{ itemId: change.itemId, isRead: change.isRead }];
      // Also of one that is listed as new: an import may have stored it before, or the sync state was lost since.
      if (change.kind !== 'delete' && change.item.isRead !== null)
        return [{ itemId: change.item.id, isRead: change.item.isRead }];
      return [];
    });
    const left = changes.flatMap((change) => (change.kind === 'delete' ? [change.itemId] : []));
    if (flags.length === 0 && left.length === 0) return;
    await this.changes.note(run, progress.folder, flags, left);
  }

  /** A server that leaves the date out leaves the decision to the fetched item. */
  private async wantedIds(items: readonly FoundItem[], from: Date): Promise<string[]> {
    const inTime = items.filter((item) => item.receivedAt === null || item.receivedAt >= from);
    const mail = await this.ownTests.without(inTime, ({ internetMessageId }) => internetMessageId);
    return mail.map((item) => item.id);
  }
}

/** An answer that cannot be true: there is more, and it begins where this one did. The mailbox backs off as from any other. */
function stuckSyncState(): MailServerError {
  return new MailServerError({
    origin: 'protocol',
    code: 'SyncStateStuck',
    operation: 'SyncFolderItems',
    text: 'The server tells the same changes again and again: it says that there are more, and gives no other sync state.',
    effectPossible: false,
    diagnostics: noDiagnostics,
  });
}

const noDiagnostics: CallDiagnostics = {
  clientRequestId: null,
  requestId: null,
  httpStatus: null,
  frontEndServer: null,
  backEndServer: null,
  diagnosticInfo: null,
  serverVersion: null,
  durationMs: null,
};
