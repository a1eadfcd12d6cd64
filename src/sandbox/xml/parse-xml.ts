import { SaxesParser } from 'saxes';
import { XmlElement } from './element.js';

/** A request that is not well-formed, or uses what SOAP forbids (a DTD, processing instructions). */
export class XmlSyntaxError extends Error {}

const MAX_DEPTH = 200;

/** Parses a whole document, namespace aware. Throws `XmlSyntaxError`; never expands a DTD's entities. */
export function parseXml(source: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;

  parser.on('error', (error) => {
    throw new XmlSyntaxError(error.message);
  });
  parser.on('doctype', () => {
    throw new XmlSyntaxError('For security reasons DTD is prohibited in this XML document.');
  });
  parser.on('opentag', (tag) => {
    const attributes = new Map<string, string>();
    for (const [name, attribute] of Object.entries(tag.attributes)) {
      if (attribute.prefix !== 'xmlns' && name !== 'xmlns') attributes.set(attribute.local, attribute.value);
    }
    const element = new XmlElement(tag.uri, tag.local, attributes);
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
    if (open.push(element) > MAX_DEPTH) throw new XmlSyntaxError('The document is nested too deeply.');
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    open.pop();
  });

  parser.write(source).close();
  if (!root) throw new XmlSyntaxError('Root element is missing.');
  return root;
}
