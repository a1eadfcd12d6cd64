import { stateOf } from '../store/item-state.js';
import type { Item, ItemState } from '../store/item.js';
import type { PlacedFolder, PlacedItem } from '../store/placed.js';

/** Moves an item to a folder, which may be of another mailbox: it gets a new id and keeps its search key. */
export function moveTo(source: PlacedItem, target: PlacedFolder, patch: Partial<ItemState> = {}): Item {
  if (source.mailbox === target.mailbox) return source.mailbox.moveItem(source.item, target.folder, patch);
  const moved = copyAcross(source, target, patch);
  source.mailbox.removeItem(source.item);
  return moved;
}

export function copyTo(source: PlacedItem, target: PlacedFolder): Item {
  if (source.mailbox === target.mailbox) return source.mailbox.copyItem(source.item, target.folder);
  return copyAcross(source, target);
}

const copyAcross = ({ item }: PlacedItem, { mailbox, folder }: PlacedFolder, patch: Partial<ItemState> = {}): Item =>
  mailbox.addItem(folder, { ...stateOf(item), ...patch }, { searchKey: item.searchKey });
