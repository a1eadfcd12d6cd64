import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../platform/clock/clock.js';
import { chooseFolders, plainFolders, type WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { MailboxRun } from '../../mailboxes/mailbox-run.js';
import { FolderTroubles } from './folder-troubles.js';
import { FoldersStore } from './folders.store.js';
import { ItemFailuresStore } from './item-failures.store.js';
import { UnreadableNotices } from './unreadable-notices.js';

/** New subfolders and renamed folders are noticed within this time. */
const resolvedForMs = 15 * 60_000;

/** Turns the folders that a mailbox is to be watched in into folders of the server. */
@Injectable()
export class WatchedFolders {
  constructor(
    private readonly folders: FoldersStore,
    private readonly troubles: FolderTroubles,
    private readonly failures: ItemFailuresStore,
    private readonly notices: UnreadableNotices,
    private readonly clock: Clock,
  ) {}

  async of(run: MailboxRun): Promise<readonly WatchedFolder[]> {
    const { mailbox } = run;
    const plain = plainFolders(mailbox.folders);
    const resolvedAt = mailbox.foldersResolvedAt?.getTime() ?? -Infinity;
    const isFresh = this.clock.now().getTime() - resolvedAt < resolvedForMs;
    if (plain && mailbox.foldersResolvedAt) return plain;
    if (!plain && isFresh) return this.folders.watched(mailbox.id);
    const found = plain
      ? { watched: plain, missing: [] }
      : chooseFolders(mailbox.folders, await run.session.listFolders({ signal: run.signal }));
    const at = { importFrom: run.profile.processEmailsFrom, now: this.clock.now() };
    await run.commit(async (manager) => {
      await this.folders.watch(manager, mailbox.id, found, at, mailbox.folders);
      await this.leave(manager, mailbox.id);
    }, 'mailbox');
    return found.watched;
  }

  /** The server does not know the folder any more: the tree is looked at again before the next sync. */
  async lost(run: MailboxRun, folder: WatchedFolder): Promise<void> {
    const now = this.clock.now();
    await run.commit(async (manager) => {
      await this.folders.markMissing(manager, run.mailbox.id, folder.key, now);
      await this.leave(manager, run.mailbox.id);
    }, 'mailbox');
  }

  /** A folder with failures may no longer be watched. */
  private async leave(manager: EntityManager, mailboxId: string): Promise<void> {
    await this.troubles.endNotice(manager, mailboxId);
    const folders = await this.failures.forgetUnwatched(manager, mailboxId);
    if (folders.length === 0) return;
    await this.folders.beginAnew(manager, mailboxId, folders);
    await this.notices.closeIfNone(manager, mailboxId, this.clock.now());
  }
}
