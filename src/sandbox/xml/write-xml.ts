/**
 * XML is written as text with the fixed prefixes s, m and t; `soap/envelope.ts` declares them. Characters
 * that XML 1.0 forbids leave here as references, the way Exchange writes them; the envelope strips
 * those references unless the sandbox is told to keep them.
 */

// Lone surrogates only: with the u flag a pair is one code point outside this range.
const NEEDS_ESCAPE = /[&<>"\r\0-\x08\v\f\x0e-\x1f\ufffe\uffff\ud800-\udfff]/u;
const ESCAPED = new RegExp(NEEDS_ESCAPE.source, 'gu');

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const reference = (character: string): string =>
  NAMED[character] ?? `&#x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`;

/** Text content, escaped. A carriage return becomes a reference, as a parser would otherwise drop it. */
export function escapeText(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(ESCAPED, reference) : text;
}

/** An attribute's value, escaped; white space other than blanks becomes references. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replace(/[\n\t]/g, reference);
}

export type Attributes = Record<string, string | number | boolean | undefined>;

const writeAttributes = (attributes: Attributes): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('');

/** An element whose content is already XML. */
export function element(name: string, content: string, attributes: Attributes = {}): string {
  const head = `<${name}${writeAttributes(attributes)}`;
  return content === '' ? `${head}/>` : `${head}>${content}</${name}>`;
}

/** An element with text. */
export function textElement(name: string, text: string | number | boolean, attributes: Attributes = {}): string {
  return element(name, escapeText(String(text)), attributes);
}

/** A text element, or nothing when there is no text. */
export function optionalText(name: string, text: string | number | boolean | undefined | null): string {
  return text === undefined || text === null ? '' : textElement(name, text);
}

/** xs:dateTime as Exchange writes it: UTC, whole seconds, `Z`. */
export function dateTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** References to characters outside XML 1.0, as `escapeText` writes them. */
const ILLEGAL_REFERENCES = /&#x(?:[0-8BCEF]|1[0-9A-F]|FFF[EF]|D[89A-F][0-9A-F]{2});/g;

export function stripIllegalReferences(xml: string): string {
  return xml.replace(ILLEGAL_REFERENCES, '');
}
