import { XmlElement } from '../xml/element.js';
import { XmlSyntaxError, parseXml } from '../xml/parse-xml.js';
import { element, stripIllegalReferences, textElement } from '../xml/write-xml.js';
import { SoapFault, schemaFault } from './faults.js';
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
    if (error instanceof XmlSyntaxError) throw schemaFault(error.message);
    throw error;
  }
  if (root.namespace !== SOAP || root.name !== 'Envelope') throw schemaFault('the root is not a SOAP 1.1 Envelope.');
  const body = root.children.find((child) => child.namespace === SOAP && child.name === 'Body');
  const operation = body?.children[0];
  if (!body || !operation) throw schemaFault('the Body holds no operation.');
  if (body.children.length > 1) throw schemaFault('the Body holds more than one element.');
  if (operation.namespace !== MESSAGES) {
    throw schemaFault(`the element '${operation.name}' in namespace '${operation.namespace}' is unexpected.`);
  }
  const header = root.children.find((child) => child.namespace === SOAP && child.name === 'Header');
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

const VERSION_INFO = element('h:ServerVersionInfo', '', {
  MajorVersion: 15,
  MinorVersion: 2,
  MajorBuildNumber: 2562,
  MinorBuildNumber: 17,
  Version: 'V2017_07_11',
  'xmlns:h': TYPES,
});

/** A whole answer around the operation's response element. */
export function writeEnvelope(body: string, style: AnswerStyle): string {
  const header = style.omitOptional ? '' : element('s:Header', VERSION_INFO);
  const envelope = `<s:Envelope xmlns:s="${SOAP}">${header}<s:Body xmlns:m="${MESSAGES}" xmlns:t="${TYPES}">${body}</s:Body></s:Envelope>`;
  return DECLARATION + styled(envelope, style);
}

/** A fault, exactly as Exchange writes it: no SOAP header, the details in the errors namespace. */
export function writeFault(fault: SoapFault, style: AnswerStyle): string {
  const values = Object.entries(fault.values)
    .map(([name, value]) => textElement('t:Value', value, { Name: name }))
    .join('');
  const detail =
    textElement('e:ResponseCode', fault.code, { 'xmlns:e': ERRORS }) +
    textElement('e:Message', fault.message, { 'xmlns:e': ERRORS }) +
    (values === '' ? '' : element('t:MessageXml', values, { 'xmlns:t': TYPES }));
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
