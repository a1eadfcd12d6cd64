import type { FetchedItem } from '../../mail/mail-item.js';
import { attribute, child, type XmlElement } from '../soap/element.js';
import { readItemProperties } from './item-properties.js';

/** The item in a GetItem response message, of whatever kind; null when there is none. */
export function itemOf(message: XmlElement): XmlElement | null {
  return child(message, 'Items')?.children[0] ?? null;
}

/** An item with its content; null when it has no id. */
export function readFetchedItem(item: XmlElement): FetchedItem | null {
  const id = attribute(child(item, 'ItemId'), 'Id');
  if (id === null || id === '') return null;
  return {
    id,
    changeKey: attribute(child(item, 'ItemId'), 'ChangeKey'),
    mime: child(item, 'MimeContent')?.bytes ?? null,
    properties: readItemProperties(item),
  };
}
