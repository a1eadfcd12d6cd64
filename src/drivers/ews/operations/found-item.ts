import type { FoundItem } from '../../port/mail-item.js';
import { attribute, child, childText, type XmlElement } from '../soap/element.js';
import { readPastDate } from '../soap/values.js';

/** What every listing asks for besides the id. */
export const LISTED_FIELDS = ['item:DateTimeReceived', 'message:InternetMessageId'] as const;

/**
 * One row of a listing, whatever the item's kind; null when it has no id.
 * @param now after which nothing was received
 */
export function readFoundItem(item: XmlElement | null, now: Date): FoundItem | null {
  const id = attribute(child(item, 'ItemId'), 'Id');
  if (id === null || id === '') return null;
  return {
    id,
    changeKey: attribute(child(item, 'ItemId'), 'ChangeKey'),
    receivedAt: readPastDate(childText(item, 'DateTimeReceived'), now),
    internetMessageId: childText(item, 'InternetMessageId'),
  };
}
