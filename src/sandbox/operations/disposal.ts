import type { Folder, Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { XmlElement } from '../xml/element.js';
import { freeName } from './folder-input.js';
import { requiredChoice } from './targets.js';

const DISPOSALS = ['HardDelete', 'SoftDelete', 'MoveToDeletedItems'] as const;

/** How an object is deleted (DisposalType). */
type Disposal = (typeof DISPOSALS)[number];

export const readDisposal = (request: XmlElement): Disposal => requiredChoice(request, 'DeleteType', DISPOSALS);

/** A soft delete moves an item to Deletions, a hard delete to Purges. Deleting from Deletions purges, from Purges removes. */
export function disposeOfItem(mailbox: Mailbox, item: Item, disposal: Disposal): void {
  const deletions = mailbox.wellKnown('recoverableitemsdeletions');
  if (disposal === 'MoveToDeletedItems') mailbox.moveItem(item, mailbox.wellKnown('deleteditems'));
  else if (item.folder === mailbox.wellKnown('recoverableitemspurges')) mailbox.removeItem(item);
  else if (disposal === 'HardDelete' || item.folder === deletions) mailbox.purgeItem(item);
  else mailbox.moveItem(item, deletions);
}

/** A folder moves to Deleted Items with its id and content, renamed if a folder of that name exists there. */
export function disposeOfFolder(mailbox: Mailbox, folder: Folder, disposal: Disposal): void {
  if (disposal !== 'MoveToDeletedItems') {
    mailbox.removeFolder(folder);
    return;
  }
  const deletedItems = mailbox.wellKnown('deleteditems');
  if (folder.info.parentId === deletedItems.id) return;
  const displayName = freeName({ mailbox, folder: deletedItems }, folder.info.displayName);
  mailbox.changeFolder(folder, { parentId: deletedItems.id, displayName });
}
