import { SaxesParser } from 'saxes';

/** An element of a request, by its local name. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Xml[];
  text: string;
}

/** @throws when the text is not well-formed. */
export function parseXml(text: string): Xml {
  const top: Xml = { name: '', attributes: {}, children: [], text: '' };
  const open: Xml[] = [top];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value]));
    const element: Xml = { name: tag.local, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (chunk: string) => {
    const element = open.at(-1);
    if (element) element.text += chunk;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  const [root] = top.children;
  if (root === undefined) throw new Error('an empty document');
  return root;
}

/** The child of that path of names. */
export function at(element: Xml | undefined, ...path: readonly string[]): Xml | undefined {
  return path.reduce<Xml | undefined>((found, name) => found?.children.find((child) => child.name === name), element);
}

/** The text of the child of that path; empty when there is none. */
export function textAt(element: Xml | undefined, ...path: readonly string[]): string {
  return at(element, ...path)?.text.trim() ?? '';
}

/** All elements of a name, wherever they stand below. */
export function allBelow(element: Xml, name: string): Xml[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...allBelow(child, name)]);
}
