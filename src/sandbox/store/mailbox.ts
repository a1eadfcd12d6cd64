import { randomBytes } from 'node:crypto';
import { DISTINGUISHED_FOLDERS } from './distinguished-folders.js';
import type { FolderInfo } from './folder.js';
import { FolderTree } from './folder-tree.js';
import { newChangeKey, newId } from './ids.js';
import type { Folder, Item, ItemState } from './item.js';
import { stateOf } from './item-state.js';
import type { JournalWriter } from './journal.js';
import { type MailboxEvent, type MailboxListener, eventOf } from './mailbox-events.js';
import type { MailboxRecord, PutRecord } from './records.js';

type PutIdentity = Partial<
  Pick<PutRecord, 'id' | 'changeKey' | 'createdAt' | 'modifiedAt' | 'searchKey' | 'enteredSeq'>
>;

/** Distinguished folders that the sandbox itself puts things into. */
type WellKnownName =
  | 'inbox'
  | 'drafts'
  | 'sentitems'
  | 'deleteditems'
  | 'outbox'
  | 'msgfolderroot'
  | 'recoverableitemsdeletions'
  | 'recoverableitemspurges';

/**
 * A mailbox: folders, items, change logs. Every method that changes something writes its record to the journal;
 * replaying the records in order gives the same ids, change keys and sequence numbers.
 */
export class Mailbox {
  private readonly tree = new FolderTree();
  readonly items = new Map<string, Item>();
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
      const parentId = parent === null ? null : (this.known(parent)?.id ?? null);
      this.newFolder({ parentId, displayName: display, folderClass, distinguished: name });
    }
  }

  /** The folder of a distinguished name, which every mailbox has; undefined for names the sandbox does not know. */
  known(name: string): Folder | undefined {
    return this.tree.byDistinguishedName(name);
  }

  /** A distinguished folder that must be there. */
  wellKnown(name: WellKnownName): Folder {
    const folder = this.known(name);
    if (!folder) throw new Error(`The mailbox ${this.address} has no folder ${name}`);
    return folder;
  }

  createFolder(
    parent: Folder,
    displayName: string,
    folderClass = 'IPF.Note',
    further: Pick<FolderInfo, 'extended' | 'search'> = {},
  ): Folder {
    return this.newFolder({ parentId: parent.id, displayName, folderClass, ...further, distinguished: null });
  }

  private newFolder(info: Omit<FolderInfo, 'id' | 'changeKey' | 'createdAt' | 'modifiedAt'>): Folder {
    const now = this.now();
    const id = newId('folder', this.guid);
    return this.putFolder({ ...info, id, changeKey: newChangeKey(), createdAt: now, modifiedAt: now });
  }

  /** Renames, moves or otherwise changes a folder; it keeps its id and gets a new change key. */
  changeFolder(
    folder: Folder,
    patch: Partial<Pick<FolderInfo, 'parentId' | 'displayName' | 'folderClass' | 'extended' | 'search'>>,
  ): void {
    this.putFolder({ ...folder.info, ...patch, changeKey: newChangeKey(), modifiedAt: this.now() });
  }

  /** Copies a folder with its items and subfolders. */
  copyFolder(folder: Folder, parent: Folder): Folder {
    const { displayName, folderClass, extended, search } = folder.info;
    // Listed before copying, so that a copy into itself terminates.
    const children = this.childrenOf(folder);
    const copy = this.createFolder(parent, displayName, folderClass, {
      ...(extended ? { extended } : {}),
      ...(search ? { search } : {}),
    });
    for (const item of [...folder.byArrival]) this.copyItem(item, copy);
    for (const child of children) this.copyFolder(child, copy);
    return copy;
  }

  /** Adds or renames a folder. */
  putFolder(info: FolderInfo): Folder {
    this.journal.write({ o: 'folder', g: this.guid, folder: info });
    return this.tree.put(info);
  }

  /** @param at when replaying: the time at which it was removed */
  removeFolder(folder: Folder, at = this.now()): void {
    for (const child of this.childrenOf(folder)) this.removeFolder(child, at);
    for (const item of [...folder.byArrival]) this.removeItem(item, at);
    this.tree.remove(folder, at);
    this.journal.write({ o: 'no-folder', g: this.guid, id: folder.id, at });
  }

  get folders(): ReadonlyMap<string, Folder> {
    return this.tree.byId;
  }

  childrenOf(folder: Folder): Folder[] {
    return this.tree.childrenOf(folder);
  }

  descendantsOf(folder: Folder): Folder[] {
    return this.tree.descendantsOf(folder);
  }

  parentOf(folder: Folder): Folder | undefined {
    return this.tree.parentOf(folder);
  }

  isWithin(folder: Folder, outer: Folder): boolean {
    return this.tree.isWithin(folder, outer);
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
    const moved = this.relocate(item, folder, patch);
    this.emit(eventOf('MovedEvent', moved, moved.modifiedAt, item));
    return moved;
  }

  /** Moves an item to Purges. Subscribers get a DeletedEvent, as for an item that is removed. */
  purgeItem(item: Item): void {
    const purged = this.relocate(item, this.wellKnown('recoverableitemspurges'));
    this.emit(eventOf('DeletedEvent', item, purged.modifiedAt));
  }

  copyItem(item: Item, folder: Folder): Item {
    const copy = this.put(folder, stateOf(item), { searchKey: item.searchKey });
    this.emit(eventOf('CopiedEvent', copy, copy.modifiedAt, item));
    return copy;
  }

  /**
   * Removes an item for good.
   * @param at when replaying: the time at which it was removed
   */
  removeItem(item: Item, at = this.now()): void {
    this.take(item, at);
    this.emit(eventOf('DeletedEvent', item, at));
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
    item.folder.noteChange(item.modifiedAt);
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

  private relocate(item: Item, folder: Folder, patch: Partial<ItemState> = {}): Item {
    this.take(item);
    const identity = { searchKey: item.searchKey, createdAt: item.createdAt };
    return this.put(folder, { ...stateOf(item), ...patch }, identity);
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
    folder.noteChange(item.modifiedAt);
    if (replayedSeq === undefined) folder.log.append({ seq: item.enteredSeq, kind: 'create', itemId: item.id });
    this.journal.writePut(this.guid, item);
    return item;
  }

  private take(item: Item, at = this.now()): void {
    this.items.delete(item.id);
    item.folder.remove(item);
    item.folder.noteChange(at);
    item.folder.log.append({ seq: ++this.record.seq, kind: 'delete', itemId: item.id });
    this.journal.write({ o: 'rm', g: this.guid, id: item.id, at });
  }

  private emit(event: MailboxEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
