import type { FetchedItem } from '../../port/mail-item.js';
import type { EwsAnswer } from '../ews-answer.js';
import { attribute, child, type XmlElement } from '../soap/element.js';
import { readItemProperties } from './item-properties.js';

/** The item in a GetItem response message, of whatever kind; null when there is none. */
export function itemOf(message: XmlElement): XmlElement | null {
  return child(message, 'Items')?.children[0] ?? null;
}

/** Whether every item in a GetItem answer is one of those asked for, by its id. */
export function namesOnly(answer: EwsAnswer, itemIds: readonly string[]): boolean {
  return answer.messages.every((message) => {
    const id = attribute(child(itemOf(message), 'ItemId'), 'Id');
    return id === null || itemIds.includes(id);
  });
}

/** An item with its content; null when it has no id. */
export function readFetchedItem(item: XmlElement, now: Date): FetchedItem | null {
  const id = attribute(child(item, 'ItemId'), 'Id');
  if (id === null || id === '') return null;
  const mime = child(item, 'MimeContent')?.bytes ?? null;
  return {
    id,
    changeKey: attribute(child(item, 'ItemId'), 'ChangeKey'),
    // A message is never empty: the server has no MIME for it.
    mime: mime?.length === 0 ? null : mime,
    properties: readItemProperties(item, now),
  };
}
