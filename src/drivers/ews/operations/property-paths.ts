import { attribute, child, childText, type XmlElement } from '../soap/element.js';
import type { XmlObject } from '../soap/xml-writer.js';

/** `AdditionalProperties` out of field URIs and extended properties (types.xsd `NonEmptyArrayOfPathsToElementType`). */
export function additionalProperties(fields: readonly string[], extended: readonly XmlObject[] = []): XmlObject {
  return {
    't:FieldURI': fields.map((field) => ({ '@FieldURI': field })),
    't:ExtendedFieldURI': extended,
  };
}

/** The named property that carries our own id of an outgoing message, in the public strings set. */
export const MARKER_PROPERTY: XmlObject = {
  '@DistinguishedPropertySetId': 'PublicStrings',
  '@PropertyName': 'PostroomMessageId',
  '@PropertyType': 'String',
};

/** The marker of an item in an answer that was asked for it; null when the item has none, or the server tells none. */
export function readMarker(item: XmlElement): string | null {
  for (const property of item.children) {
    if (property.name !== 'ExtendedProperty') continue;
    if (attribute(child(property, 'ExtendedFieldURI'), 'PropertyName') === MARKER_PROPERTY['@PropertyName'])
      return childText(property, 'Value');
  }
  return null;
}

const SEARCH_KEY_TAG = 0x300b;

/** PidTagSearchKey: survives moves and copies, unlike the item id. */
export const SEARCH_KEY_PROPERTY: XmlObject = { '@PropertyTag': '0x300B', '@PropertyType': 'Binary' };

/** Whether a property tag in an answer is the search key's: servers write it as `0x300b` or in decimal. */
export function isSearchKeyTag(tag: string | null): boolean {
  return tag !== null && Number(tag) === SEARCH_KEY_TAG;
}
