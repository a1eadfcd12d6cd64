import type { XmlElement } from '../xml/element.js';
import { XmlSyntaxError, parseXml } from '../xml/parse-xml.js';
import { element, stripIllegalReferences, textElement } from '../xml/write-xml.js';
import { SchemaViolation, type SoapFault, textOf, violationAt } from './faults.js';
import { ERRORS, MESSAGES, SOAP, TYPES } from './namespaces.js';

/** A request, taken apart: the SOAP header's blocks and the one operation in the body. */
export interface SoapRequest {
  readonly headers: readonly XmlElement[];
  readonly operation: XmlElement;
}

/** Reads a SOAP 1.1 envelope. Throws a `SoapFault` as Exchange would. */
export function readEnvelope(source: string): SoapRequest {
  let root: XmlElement;
  try {
    root = parseXml(source);
  } catch (error) {
    if (error instanceof XmlSyntaxError) throw violationAt(source, error.offset, error.message);
    throw error;
  }
  const refuse = (at: XmlElement, text: string): SoapFault => new SchemaViolation(at, text).asFault(source);
  if (root.namespace !== SOAP || root.name !== 'Envelope') throw refuse(root, 'The root is not a SOAP 1.1 Envelope.');
  const parts = root.children.map(({ namespace, name }) => (namespace === SOAP ? name : ''));
  const misplaced = root.children[parts[0] === 'Header' ? 2 : 1];
  const body = root.children.find((child) => child.namespace === SOAP && child.name === 'Body');
  const header = root.children.find((child) => child.namespace === SOAP && child.name === 'Header');
  if (!body || misplaced)
    throw refuse(misplaced ?? root, 'An Envelope holds a Header, which may be missing, and a Body.');
  for (const part of [root, header, body]) {
    if (part && /[^ \t\r\n]/.test(part.text)) throw refuse(part, `The element '${part.name}' cannot contain text.`);
  }
  const [operation, second] = body.children;
  if (!operation) throw refuse(body, 'The Body holds no operation.');
  if (second) throw refuse(second, 'The Body holds more than one element.');
  if (operation.namespace !== MESSAGES) {
    const text = `The element '${operation.name}' in namespace '${operation.namespace}' is unexpected.`;
    throw refuse(operation, text);
  }
  return { headers: header?.children ?? [], operation };
}

/** How answers look; control can change each while the sandbox runs. */
export interface AnswerStyle {
  /** `references`: forbidden characters as `&#x1A;`, which is what Exchange does and no schema allows. */
  illegalCharacters: 'strip' | 'references';
  /** Leave out whatever the schema makes optional and a client can live without. */
  omitOptional: boolean;
  /** `random`: other namespace prefixes on every answer. */
  prefixes: 'fixed' | 'random';
}

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';

const VERSION = {
  MajorVersion: 15,
  MinorVersion: 2,
  MajorBuildNumber: 2562,
  MinorBuildNumber: 17,
  Version: 'V2017_07_11',
};
const VERSION_INFO = element('h:ServerVersionInfo', '', { ...VERSION, 'xmlns:h': TYPES });

/** A whole answer around the operation's response element. */
export function writeEnvelope(body: string, style: AnswerStyle): string {
  const header = style.omitOptional ? '' : element('s:Header', VERSION_INFO);
  const envelope = `<s:Envelope xmlns:s="${SOAP}">${header}<s:Body xmlns:m="${MESSAGES}" xmlns:t="${TYPES}">${body}</s:Body></s:Envelope>`;
  return DECLARATION + styled(envelope, style);
}

/**
 * An envelope of a streaming response. Exchange writes these with another serializer: the envelope has no prefix,
 * header and body have their own. Clients split the stream at `</Envelope>`.
 */
export function writeStreamedEnvelope(body: string, style: AnswerStyle): string {
  const part = (name: string, content: string): string => element(`soap11:${name}`, content, { 'xmlns:soap11': SOAP });
  const header = style.omitOptional
    ? ''
    : part('Header', element('ServerVersionInfo', '', { ...VERSION, xmlns: TYPES }));
  const content = element('m:GetStreamingEventsResponse', body, { 'xmlns:m': MESSAGES, 'xmlns:t': TYPES });
  const envelope = element('Envelope', header + part('Body', content), { xmlns: SOAP });
  return DECLARATION + styled(envelope, style);
}

/** A fault, exactly as Exchange writes it: no SOAP header, the details in the errors namespace. */
export function writeFault(fault: SoapFault, style: AnswerStyle): string {
  const values = Object.entries(fault.values)
    .map(([name, value]) => textElement('t:Value', value, { Name: name }))
    .join('');
  const { violation } = fault;
  const place = violation
    ? textElement('t:LineNumber', violation.line) +
      textElement('t:LinePosition', violation.position) +
      textElement('t:Violation', violation.text)
    : '';
  const detail =
    textElement('e:ResponseCode', fault.code, { 'xmlns:e': ERRORS }) +
    textElement('e:Message', violation ? textOf(fault.code) : fault.message, { 'xmlns:e': ERRORS }) +
    (values + place === '' ? '' : element('t:MessageXml', values + place, { 'xmlns:t': TYPES }));
  const envelope =
    `<s:Envelope xmlns:s="${SOAP}"><s:Body><s:Fault>` +
    textElement('faultcode', `a:${fault.code}`, { 'xmlns:a': TYPES }) +
    textElement('faultstring', fault.message, { 'xml:lang': 'en-US' }) +
    element('detail', detail) +
    '</s:Fault></s:Body></s:Envelope>';
  return DECLARATION + styled(envelope, style);
}

function styled(envelope: string, style: AnswerStyle): string {
  const clean = style.illegalCharacters === 'strip' ? stripIllegalReferences(envelope) : envelope;
  return style.prefixes === 'random' ? renamePrefixes(clean) : clean;
}

/** Safe on text: there `<` and `"` only occur escaped, so the patterns can match markup alone. */
function renamePrefixes(envelope: string): string {
  const renamed = new Map<string, string>();
  const rename = (prefix: string): string => {
    const known = renamed.get(prefix);
    if (known) return known;
    const fresh = `q${Math.floor(Math.random() * 1e6).toString(36)}${String(renamed.size)}`;
    renamed.set(prefix, fresh);
    return fresh;
  };
  return envelope
    .replace(/<(\/?)([smthe]):/g, (_, slash: string, prefix: string) => `<${slash}${rename(prefix)}:`)
    .replace(/ xmlns:([smthe])="/g, (_, prefix: string) => ` xmlns:${rename(prefix)}="`)
    .replace(/ xsi:type="t:/g, () => ` xsi:type="${rename('t')}:`);
}
