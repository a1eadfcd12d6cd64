import type { ItemState } from './item.js';

/** The changeable part of an item, as a fresh object. */
export function stateOf(item: ItemState): ItemState {
  return {
    content: item.content,
    itemClass: item.itemClass,
    receivedAt: item.receivedAt,
    isRead: item.isRead,
    isDraft: item.isDraft,
    isSubmitted: item.isSubmitted,
    isFromMe: item.isFromMe,
    categories: item.categories,
    flagStatus: item.flagStatus,
    extended: item.extended,
    ...(item.reminder ? { reminder: item.reminder } : {}),
  };
}
