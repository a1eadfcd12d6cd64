import { ChangeLog } from './change-log.js';
import type { ExtendedValue } from './extended-value.js';
import { firstIndex } from './sorted.js';

/** The definition of a search folder. */
export interface FolderSearch {
  /** Whether subfolders are searched too. */
  readonly deep: boolean;
  /** The `Restriction` element, with the prefix `t` for its namespace. */
  readonly restriction: string;
  /** Ids of the folders that are searched. */
  readonly folders: readonly string[];
}

/** What a folder is, without its items. */
export interface FolderInfo {
  readonly id: string;
  readonly parentId: string | null;
  displayName: string;
  /** `IPF.Note`, `IPF.Appointment`… */
  readonly folderClass: string;
  /** Keyed as in `items/extended-field.ts`; absent in the journals of older versions. */
  readonly extended?: Readonly<Record<string, ExtendedValue>>;
  /** Only for a search folder. */
  readonly search?: FolderSearch;
  /** EWS `DistinguishedFolderIdNameType`, for the folders every mailbox has. */
  readonly distinguished: string | null;
  changeKey: string;
  /** Epoch ms; like the next one, absent in the journals of older versions. */
  readonly createdAt?: number;
  /** When the folder itself was changed last, which gave it its change key. */
  readonly modifiedAt?: number;
}

/** What decides an item's place in its folder. */
interface FolderEntry {
  readonly receivedAt: number;
  readonly enteredSeq: number;
  readonly isRead: boolean;
}

/**
 * A folder with its items in two orders, both kept sorted, so that neither a page of FindItem by date nor
 * a first SyncFolderItems ever sorts the folder.
 */
export class OrderedFolder<T extends FolderEntry> {
  readonly log = new ChangeLog();
  /** Ascending by date received, then by arrival. */
  readonly byReceived: T[] = [];
  /** Ascending by the sequence number at which they came in. */
  readonly byArrival: T[] = [];
  unread = 0;
  private contentsChanged: number;

  constructor(readonly info: FolderInfo) {
    this.contentsChanged = info.createdAt ?? 0;
  }

  /** When an item or a folder in it last changed, in epoch ms. */
  get contentsChangedAt(): number {
    return this.contentsChanged;
  }

  /** Records a change of its content; a time before the recorded one is ignored. */
  noteChange(at: number): void {
    this.contentsChanged = Math.max(this.contentsChanged, at);
  }

  get id(): string {
    return this.info.id;
  }

  get total(): number {
    return this.byArrival.length;
  }

  insert(item: T): void {
    this.byArrival.splice(position(this.byArrival, item, compareArrival), 0, item);
    this.byReceived.splice(position(this.byReceived, item, compareReceived), 0, item);
    if (!item.isRead) this.unread++;
  }

  remove(item: T): void {
    removeFrom(this.byArrival, item, compareArrival);
    removeFrom(this.byReceived, item, compareReceived);
    if (!item.isRead) this.unread--;
  }

  /** The items received at or after `ms`, in the order of `byReceived`. */
  receivedFrom(ms: number): readonly T[] {
    const start = ms === -Infinity ? 0 : firstIndex(this.byReceived, ({ receivedAt }) => receivedAt >= ms);
    return start === 0 ? this.byReceived : this.byReceived.slice(start);
  }

  /** Index in `byArrival` of the first item that came in after `seq`. */
  firstArrivedAfter(seq: number): number {
    return firstIndex(this.byArrival, ({ enteredSeq }) => enteredSeq > seq);
  }
}

type Compare = (a: FolderEntry, b: FolderEntry) => number;

const compareArrival: Compare = (a, b) => a.enteredSeq - b.enteredSeq;
const compareReceived: Compare = (a, b) => a.receivedAt - b.receivedAt || a.enteredSeq - b.enteredSeq;

function position<T extends FolderEntry>(items: readonly T[], item: T, compare: Compare): number {
  const last = items.at(-1);
  if (!last || compare(last, item) < 0) return items.length;
  return firstIndex(items, (other) => compare(other, item) >= 0);
}

function removeFrom<T extends FolderEntry>(items: T[], item: T, compare: Compare): void {
  const index = position(items, item, compare);
  const found = items[index] === item ? index : items.indexOf(item);
  if (found >= 0) items.splice(found, 1);
}
