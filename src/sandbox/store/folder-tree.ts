import { type FolderInfo, OrderedFolder } from './folder.js';
import type { Folder, Item } from './item.js';

/** The folders of a mailbox: by id, by distinguished name and by parent. */
export class FolderTree {
  private readonly folders = new Map<string, Folder>();
  private readonly distinguished = new Map<string, Folder>();
  private readonly children = new Map<string, Set<Folder>>();

  get byId(): ReadonlyMap<string, Folder> {
    return this.folders;
  }

  byDistinguishedName(name: string): Folder | undefined {
    return this.distinguished.get(name);
  }

  /** Adds a folder, or changes the one with that id. */
  put(info: FolderInfo): Folder {
    const known = this.folders.get(info.id);
    if (known) {
      if (known.info.parentId !== info.parentId) this.unlink(known, info.modifiedAt ?? 0);
      Object.assign(known.info, info);
    }
    const folder = known ?? new OrderedFolder<Item>(info);
    this.folders.set(info.id, folder);
    if (info.distinguished) this.distinguished.set(info.distinguished, folder);
    this.link(folder, info.modifiedAt ?? 0);
    return folder;
  }

  remove(folder: Folder, at: number): void {
    this.folders.delete(folder.id);
    this.unlink(folder, at);
  }

  childrenOf({ id }: Folder): Folder[] {
    return [...(this.children.get(id) ?? [])];
  }

  /** All folders below a folder, each before its own subfolders. */
  descendantsOf(folder: Folder): Folder[] {
    return this.childrenOf(folder).flatMap((child) => [child, ...this.descendantsOf(child)]);
  }

  parentOf({ info }: Folder): Folder | undefined {
    return info.parentId === null ? undefined : this.folders.get(info.parentId);
  }

  /** Whether a folder is the other one, or lies in it at any depth. */
  isWithin(folder: Folder, outer: Folder): boolean {
    for (let at: Folder | undefined = folder; at; at = this.parentOf(at)) if (at === outer) return true;
    return false;
  }

  private link(folder: Folder, at: number): void {
    const { parentId } = folder.info;
    if (parentId === null) return;
    const siblings = this.children.get(parentId);
    if (siblings) siblings.add(folder);
    // When a journal is replayed, the parent may be added later.
    else this.children.set(parentId, new Set([folder]));
    this.parentOf(folder)?.noteChange(at);
  }

  private unlink(folder: Folder, at: number): void {
    const { parentId } = folder.info;
    if (parentId === null) return;
    this.children.get(parentId)?.delete(folder);
    this.parentOf(folder)?.noteChange(at);
  }
}
