import { ChangeLog } from './change-log.js';

/** What a folder is, without its items. */
export interface FolderInfo {
  readonly id: string;
  readonly parentId: string | null;
  displayName: string;
  /** `IPF.Note`, `IPF.Appointment`… */
  readonly folderClass: string;
  /** EWS `DistinguishedFolderIdNameType`, for the folders every mailbox has. */
  readonly distinguished: string | null;
  changeKey: string;
}

/** What decides an item's place in its folder. */
export interface FolderEntry {
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

  constructor(readonly info: FolderInfo) {}

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

  /** Index in `byReceived` of the first item received at or after `ms`. */
  firstReceivedFrom(ms: number): number {
    let low = 0;
    let high = this.byReceived.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.byReceived[middle]?.receivedAt ?? Infinity) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index in `byArrival` of the first item that came in after `seq`. */
  firstArrivedAfter(seq: number): number {
    let low = 0;
    let high = this.byArrival.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.byArrival[middle]?.enteredSeq ?? Infinity) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

type Compare = (a: FolderEntry, b: FolderEntry) => number;

const compareArrival: Compare = (a, b) => a.enteredSeq - b.enteredSeq;
const compareReceived: Compare = (a, b) => a.receivedAt - b.receivedAt || a.enteredSeq - b.enteredSeq;

function position<T extends FolderEntry>(items: readonly T[], item: T, compare: Compare): number {
  const last = items.at(-1);
  if (!last || compare(last, item) < 0) return items.length;
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = items[middle];
    if (other && compare(other, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function removeFrom<T extends FolderEntry>(items: T[], item: T, compare: Compare): void {
  const index = position(items, item, compare);
  const found = items[index] === item ? index : items.indexOf(item);
  if (found >= 0) items.splice(found, 1);
}
