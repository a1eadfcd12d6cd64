import type { ItemRef } from '../../port/mail-item.js';
import { attribute, type XmlElement } from '../soap/element.js';
import type { XmlObject } from '../soap/xml-writer.js';

/** An `ItemId` element of an answer; null when missing. */
export function readItemRef(itemId: XmlElement | null): ItemRef | null {
  const id = attribute(itemId, 'Id');
  return id === null || id === '' ? null : { id, changeKey: attribute(itemId, 'ChangeKey') };
}

/** The attributes of an `ItemId` element of a request. */
export function itemIdContent(ref: ItemRef): XmlObject {
  return { '@Id': ref.id, '@ChangeKey': ref.changeKey ?? undefined };
}
