import { SaxesParser } from 'saxes';
import { type QualifiedAttribute, XmlElement } from './element.js';

/** A request that is not well-formed, or uses what SOAP forbids (a DTD, processing instructions). */
export class XmlSyntaxError extends Error {
  /** @param offset position of the error, in UTF-16 units */
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const MAX_DEPTH = 200;

/** Parses a whole document, namespace aware. Throws `XmlSyntaxError`; never expands a DTD's entities. */
export function parseXml(source: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;

  parser.on('error', (error) => {
    throw new XmlSyntaxError(error.message, parser.position);
  });
  parser.on('doctype', () => {
    throw new XmlSyntaxError('For security reasons DTD is prohibited in this XML document.', parser.position);
  });
  let offset = 0;
  parser.on('opentagstart', ({ name }) => {
    // The parser is past the character that ended the name.
    offset = parser.position - 1 - name.length;
  });
  parser.on('opentag', (tag) => {
    const attributes = new Map<string, string>();
    const qualified: QualifiedAttribute[] = [];
    for (const [name, { prefix, local, uri, value }] of Object.entries(tag.attributes)) {
      if (prefix === 'xmlns' || name === 'xmlns') continue;
      if (prefix === '') attributes.set(local, value);
      else qualified.push({ namespace: uri, name: local, value });
    }
    const element = new XmlElement(tag.uri, tag.local, attributes, qualified, offset);
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
    if (open.push(element) > MAX_DEPTH) throw new XmlSyntaxError('The document is nested too deeply.', offset);
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
  if (!root) throw new XmlSyntaxError('Root element is missing.', source.length);
  return root;
}
