import { XMLBuilder } from 'fast-xml-parser';
import { escapeAttribute, escapeText } from './xml-text.js';

/** An element's content: `@name` keys are attributes, `#text` its text, all others children in order. */
export interface XmlObject {
  readonly [key: string]: XmlContent;
}
/** An array repeats its element; undefined leaves it out. */
export type XmlContent = string | number | boolean | undefined | XmlObject | readonly XmlContent[];

// The builder's own escaping knows neither forbidden characters nor CR, so it is off and ours is on.
const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
  suppressEmptyNode: true,
  suppressBooleanAttributes: false,
  tagValueProcessor: (_name: string, value: unknown) => escapeText(String(value)),
  attributeValueProcessor: (_name: string, value: unknown) => escapeAttribute(String(value)),
});

/** Writes one document, without an XML declaration. Keys are written as they are: never take them from data. */
export function writeXml(document: XmlObject): string {
  return builder.build(document);
}
