import { firstIndex } from './sorted.js';

/** What happened to an item, seen from one folder. */
type ChangeKind = 'create' | 'update' | 'read' | 'delete';

export interface Change {
  readonly seq: number;
  readonly kind: ChangeKind;
  readonly itemId: string;
}

/** A folder's changes in the order of the mailbox's sequence numbers. */
export class ChangeLog {
  readonly entries: Change[] = [];

  append(change: Change): void {
    this.entries.push(change);
  }

  /**
   * Net changes in the window (from, to], each at the place of the item's last change: created and deleted
   * inside the window is nothing, created and updated is a creation, read flags alone stay read flags.
   */
  net(from: number, to: number): Change[] {
    const seen = new Map<string, { first: ChangeKind; last: Change; onlyRead: boolean }>();
    for (let index = firstIndex(this.entries, ({ seq }) => seq > from); index < this.entries.length; index++) {
      const change = this.entries[index];
      if (!change || change.seq > to) break;
      const known = seen.get(change.itemId);
      // Deleted and set anew: the map keeps insertion order, which must be that of the last change.
      if (known) seen.delete(change.itemId);
      seen.set(change.itemId, {
        first: known?.first ?? change.kind,
        last: change,
        onlyRead: (known?.onlyRead ?? true) && change.kind === 'read',
      });
    }
    const net: Change[] = [];
    for (const { first, last, onlyRead } of seen.values()) {
      if (first === 'create') {
        if (last.kind !== 'delete') net.push({ ...last, kind: 'create' });
      } else if (last.kind === 'delete' || onlyRead) {
        net.push(last);
      } else {
        net.push({ ...last, kind: 'update' });
      }
    }
    return net;
  }
}
