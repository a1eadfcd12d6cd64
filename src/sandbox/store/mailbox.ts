import { randomBytes } from 'node:crypto';
import { DISTINGUISHED_FOLDERS } from './distinguished-folders.js';
import { type FolderInfo, OrderedFolder } from './folder.js';
import { newChangeKey, newId } from './ids.js';
import type { Folder, Item, ItemState } from './item.js';
import { stateOf } from './item-state.js';
import type { JournalWriter } from './journal.js';
import { type MailboxEvent, type MailboxListener, eventOf } from './mailbox-events.js';
import type { MailboxRecord, PutRecord } from './records.js';

type PutIdentity = Partial<
  Pick<PutRecord, 'id' | 'changeKey' | 'createdAt' | 'modifiedAt' | 'searchKey' | 'enteredSeq'>
>;

/**
 * A mailbox: folders, items, change logs. Every method that changes something writes its record to the journal;
 * replaying the records in order gives the same ids, change keys and sequence numbers.
 */
export class Mailbox {
  readonly folders = new Map<string, Folder>();
  readonly items = new Map<string, Item>();
  private readonly distinguished = new Map<string, Folder>();
  private readonly listeners = new Set<MailboxListener>();
  /** Item ids that GetItem refuses, with the code it answers; set by control, not kept over a restart. */
  readonly corrupt = new Map<string, string>();

  constructor(
    readonly record: MailboxRecord,
    private readonly journal: JournalWriter,
    private readonly now: () => number,
  ) {}

  get address(): string {
    return this.record.address;
  }

  get guid(): string {
    return this.record.guid;
  }

  /** Gives a new mailbox the folders that every mailbox has. */
  createDistinguishedFolders(): void {
    for (const { name, display, folderClass, parent } of DISTINGUISHED_FOLDERS) {
      const parentId = parent === null ? null : (this.distinguished.get(parent)?.id ?? null);
      this.putFolder({
        id: newId('folder', this.guid),
        parentId,
        displayName: display,
        folderClass,
        distinguished: name,
        changeKey: newChangeKey(),
      });
    }
  }

  /** The folder of a distinguished name, which every mailbox has; undefined for names the sandbox does not know. */
  known(name: string): Folder | undefined {
    return this.distinguished.get(name);
  }

  /** A distinguished folder that must be there. */
  wellKnown(
    name: 'inbox' | 'drafts' | 'sentitems' | 'deleteditems' | 'outbox' | 'msgfolderroot' | 'recoverableitemsdeletions',
  ): Folder {
    const folder = this.distinguished.get(name);
    if (!folder) throw new Error(`The mailbox ${this.address} has no folder ${name}`);
    return folder;
  }

  createFolder(parent: Folder, displayName: string, folderClass = 'IPF.Note'): Folder {
    return this.putFolder({
      id: newId('folder', this.guid),
      parentId: parent.id,
      displayName,
      folderClass,
      distinguished: null,
      changeKey: newChangeKey(),
    });
  }

  /** Adds or renames a folder. */
  putFolder(info: FolderInfo): Folder {
    this.journal.write({ o: 'folder', g: this.guid, folder: info });
    const known = this.folders.get(info.id);
    if (known) {
      Object.assign(known.info, info);
      return known;
    }
    const folder = new OrderedFolder<Item>(info);
    this.folders.set(info.id, folder);
    if (info.distinguished) this.distinguished.set(info.distinguished, folder);
    return folder;
  }

  removeFolder(folder: Folder): void {
    for (const child of this.childrenOf(folder)) this.removeFolder(child);
    for (const item of [...folder.byArrival]) this.removeItem(item);
    this.folders.delete(folder.id);
    this.journal.write({ o: 'no-folder', g: this.guid, id: folder.id });
  }

  childrenOf(folder: Folder): Folder[] {
    return [...this.folders.values()].filter((child) => child.info.parentId === folder.id);
  }

  /** Puts a new item into a folder; `identity` only when replaying or keeping the search key. */
  addItem(
    folder: Folder,
    state: ItemState,
    identity: PutIdentity = {},
    event: MailboxEvent['type'] = 'CreatedEvent',
  ): Item {
    const item = this.put(folder, state, identity);
    this.emit(eventOf(event, item, item.modifiedAt));
    return item;
  }

  /** Moves an item: it gets a new id and change key, and keeps its search key. */
  moveItem(item: Item, folder: Folder, patch: Partial<ItemState> = {}): Item {
    this.take(item);
    const moved = this.put(
      folder,
      { ...stateOf(item), ...patch },
      { searchKey: item.searchKey, createdAt: item.createdAt },
    );
    this.emit(eventOf('MovedEvent', moved, moved.modifiedAt, item));
    return moved;
  }

  copyItem(item: Item, folder: Folder): Item {
    const copy = this.put(folder, stateOf(item), { searchKey: item.searchKey });
    this.emit(eventOf('CopiedEvent', copy, copy.modifiedAt, item));
    return copy;
  }

  /** Removes an item for good. */
  removeItem(item: Item): void {
    this.take(item);
    this.emit(eventOf('DeletedEvent', item, this.now()));
  }

  /** Changes an item in place and gives it a new change key. `read`: nothing but the read flag changed. */
  updateItem(
    item: Item,
    patch: Partial<ItemState>,
    kind: 'update' | 'read' = 'update',
    identity: { changeKey?: string; modifiedAt?: number } = {},
  ): void {
    const before = item.isRead;
    Object.assign(item, patch, {
      changeKey: identity.changeKey ?? newChangeKey(),
      modifiedAt: identity.modifiedAt ?? this.now(),
    });
    if (before !== item.isRead) item.folder.unread += item.isRead ? -1 : 1;
    item.folder.log.append({ seq: ++this.record.seq, kind, itemId: item.id });
    this.journal.writeUpdate(this.guid, item, patch, kind);
    this.emit(eventOf('ModifiedEvent', item, item.modifiedAt));
  }

  /** Called for each change from now on; returns the way to stop it. */
  listen(listener: MailboxListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Makes every sync state of this mailbox invalid. */
  invalidateSyncStates(): void {
    this.record.syncEpoch++;
    this.journal.write({ o: 'mailbox', mailbox: this.record });
  }

  private put(folder: Folder, state: ItemState, identity: PutIdentity): Item {
    const now = this.now();
    const replayedSeq = identity.enteredSeq;
    const item: Item = {
      ...state,
      id: identity.id ?? newId('item', this.guid),
      changeKey: identity.changeKey ?? newChangeKey(),
      folder,
      createdAt: identity.createdAt ?? now,
      modifiedAt: identity.modifiedAt ?? now,
      searchKey: identity.searchKey ?? randomBytes(16).toString('base64'),
      enteredSeq: replayedSeq ?? ++this.record.seq,
    };
    this.items.set(item.id, item);
    folder.insert(item);
    if (replayedSeq === undefined) folder.log.append({ seq: item.enteredSeq, kind: 'create', itemId: item.id });
    this.journal.writePut(this.guid, item);
    return item;
  }

  private take(item: Item): void {
    this.items.delete(item.id);
    item.folder.remove(item);
    item.folder.log.append({ seq: ++this.record.seq, kind: 'delete', itemId: item.id });
    this.journal.write({ o: 'rm', g: this.guid, id: item.id });
  }

  private emit(event: MailboxEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
