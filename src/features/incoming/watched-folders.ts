import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { chooseFolders, plainFolders, type WatchedFolder } from '../mailboxes/folder-choice.js';
import type { MailboxRun } from '../mailboxes/mailbox-run.js';
import { FoldersStore } from './folders.store.js';

/** New subfolders and renamed folders are noticed within this time. */
const resolvedForMs = 15 * 60_000;

/** Turns the folders that a mailbox is to be watched in into folders of the server. */
@Injectable()
export class WatchedFolders {
  constructor(
    private readonly folders: FoldersStore,
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
    await run.commit((manager) => this.folders.watch(manager, mailbox.id, found, at), 'mailbox');
    return found.watched;
  }

  /** The server does not know the folder any more: the tree is looked at again before the next sync. */
  async lost(run: MailboxRun, folder: WatchedFolder): Promise<void> {
    const now = this.clock.now();
    await run.commit((manager) => this.folders.markMissing(manager, run.mailbox.id, folder.key, now), 'mailbox');
  }
}
