/** `none`: the parts of a fault stand in no namespace. */
type Space = 'soap' | 'm' | 't' | 'none';

/** An element of an answer. */
export interface Markup {
  readonly space: Space;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly content: readonly (Markup | string)[];
  /** The children are properties of one thing, so that their order says nothing. */
  readonly isRecord: boolean;
}

type Content = Markup | string | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

function element(
  isRecord: boolean,
  tag: `${Space}:${string}`,
  attributes: Attributes,
  content: readonly Content[],
): Markup {
  const [space = 'm', name = ''] = tag.split(':') as [Space, string];
  return {
    space,
    name,
    attributes: Object.fromEntries(
      Object.entries(attributes).filter((entry): entry is [string, string | number | boolean] => entry[1] != null),
    ),
    content: content.filter((child): child is Markup | string => child != null && child !== false),
    isRecord,
  };
}

/** An element whose children are a list, or a text. */
export const list = (tag: `${Space}:${string}`, attributes: Attributes, ...content: readonly Content[]): Markup =>
  element(false, tag, attributes, content);

/** An element whose children are properties of one thing. */
export const record = (tag: `${Space}:${string}`, attributes: Attributes, ...content: readonly Content[]): Markup =>
  element(true, tag, attributes, content);

/** An element with a text, none when that is not there. */
export const value = (tag: `${Space}:${string}`, text: string | number | boolean | null | undefined): Markup | null =>
  text == null ? null : element(false, tag, {}, [String(text)]);

const NAMESPACES: Readonly<Record<Exclude<Space, 'none'>, string>> = {
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  m: 'http://schemas.microsoft.com/exchange/services/2006/messages',
  t: 'http://schemas.microsoft.com/exchange/services/2006/types',
};

export interface WritingStyle {
  readonly foreignPrefixes: boolean;
  readonly oddOrder: boolean;
}

/** Writes an envelope: a header with the server's version, and one element in the body. */
export function writeEnvelope(body: Markup, style: WritingStyle): string {
  const prefixes: Record<Space, string> = style.foreignPrefixes
    ? { soap: 'SOAP', m: '', t: 'ns1', none: '' }
    : { soap: 's', m: 'm', t: 't', none: '' };
  const declare = (space: Exclude<Space, 'none'>) =>
    ` xmlns${prefixes[space] && `:${prefixes[space]}`}="${NAMESPACES[space]}"`;
  const write = (node: Markup | string, declarations = ''): string => {
    if (typeof node === 'string') return escapeXml(node);
    const tag = prefixes[node.space] ? `${prefixes[node.space]}:${node.name}` : node.name;
    const attributes = Object.entries(node.attributes).map(([name, text]) => ` ${name}="${escapeXml(String(text))}"`);
    const content = node.isRecord && style.oddOrder ? node.content.toReversed() : node.content;
    const start = `<${tag}${declarations}${attributes.join('')}`;
    return content.length === 0 ? `${start}/>` : `${start}>${content.map((child) => write(child)).join('')}</${tag}>`;
  };
  const version = list('t:ServerVersionInfo', {
    MajorVersion: 15,
    MinorVersion: 0,
    MajorBuildNumber: 847,
    MinorBuildNumber: 4040,
    Version: 'V2017_07_11',
  });
  const soap = prefixes.soap;
  return (
    `<?xml version="1.0" encoding="UTF-8"?><${soap}:Envelope${declare('soap')}>` +
    `<${soap}:Header>${write(version, declare('t'))}</${soap}:Header>` +
    `<${soap}:Body>${write(body, (body.space === 'm' ? declare('m') : '') + declare('t'))}</${soap}:Body></${soap}:Envelope>`
  );
}

/** Nothing that XML cannot hold is ever written: mail has such characters in its subjects. */
export function escapeXml(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const isAllowed = code >= 0x20 ? code !== 0xfffe && code !== 0xffff : code === 9 || code === 10 || code === 13;
    return isAllowed ? (ENTITIES[character] ?? character) : '';
  }).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
