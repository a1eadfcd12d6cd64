import type { Folder, Item } from './item.js';
import type { Mailbox } from './mailbox.js';

/** A folder with its mailbox. */
export interface PlacedFolder {
  readonly mailbox: Mailbox;
  readonly folder: Folder;
}

/** An item with its mailbox. */
export interface PlacedItem {
  readonly mailbox: Mailbox;
  readonly item: Item;
}
