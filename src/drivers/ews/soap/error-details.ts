import { attribute, child, childText, findBelow, type XmlElement } from './element.js';
import { readInteger } from './values.js';

/** What a fault or a response message says about an error. */
export interface ServerError {
  readonly code: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
  readonly backOffMs: number | null;
}

/**
 * Reads a SOAP fault. The details may come in any namespace and order, and the code may stand in
 * the faultcode alone (`a:ErrorServerBusy`). SOAP 1.2's Code/Reason/Detail is understood too.
 */
export function readFault(fault: XmlElement): ServerError {
  const detail = child(fault, 'detail') ?? child(fault, 'Detail');
  const message = detail === null ? null : findBelow(detail, 'Message');
  const texts = [message?.text, childText(fault, 'faultstring'), findBelow(fault, 'Text')?.text, detail?.text];
  const text = texts.find((given) => given != null && given.trim() !== '')?.trim() ?? '';
  const stated = detail === null ? '' : localPart(findBelow(detail, 'ResponseCode')?.text ?? '');
  const code = stated === '' ? localPart(faultCode(fault)) : stated;
  const values = detail === null ? {} : readValues(detail);
  for (const name of ['LineNumber', 'LinePosition', 'Violation']) {
    const found = detail === null ? null : findBelow(detail, name);
    if (found !== null && found.text !== '') values[name] = found.text;
  }
  return unwrap(code === '' ? 'UnknownFault' : code, text, values);
}

/** Reads MessageText, ResponseCode and MessageXml of a response message (messages.xsd `ResponseMessageType`). */
export function readMessageError(message: XmlElement): ServerError {
  const messageXml = child(message, 'MessageXml');
  const code = childText(message, 'ResponseCode') ?? 'UnknownError';
  return unwrap(
    localPart(code),
    childText(message, 'MessageText') ?? '',
    messageXml === null ? {} : readValues(messageXml),
  );
}

function faultCode(fault: XmlElement): string {
  const subcode = findBelow(fault, 'Subcode');
  const soap12 = subcode === null ? findBelow(fault, 'Value') : findBelow(subcode, 'Value');
  return childText(fault, 'faultcode') ?? soap12?.text ?? '';
}

function localPart(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.lastIndexOf(':') + 1).trim();
}

/** `Value` elements by their Name, wherever they stand: MessageXml comes in the types or the errors namespace. */
function readValues(element: XmlElement, into: Record<string, string> = {}): Record<string, string> {
  for (const candidate of element.children) {
    const name = candidate.name === 'Value' ? attribute(candidate, 'Name') : null;
    if (name !== null && name !== '__proto__') into[name] = candidate.text;
    readValues(candidate, into);
  }
  return into;
}

/** ErrorServerBusy hides as the inner code of an ErrorInternalServerError that came with status 200. */
function unwrap(code: string, text: string, values: Readonly<Record<string, string>>): ServerError {
  const inner = values['InnerErrorResponseCode']?.trim() ?? '';
  const innerText = values['InnerErrorMessageText']?.trim() ?? '';
  const backOff = readInteger(values['BackOffMilliseconds'] ?? null);
  const backOffMs = backOff !== null && backOff >= 0 ? backOff : null;
  if (!/^Error\w+$/.test(inner)) return { code, text, values: withText(code, text, values), backOffMs };
  return { code: inner, text: innerText === '' ? text : innerText, values, backOffMs };
}

/** The longest text of a server that goes into a sentence. */
const MAX_TEXT = 300;

/** A code that says nothing leaves the server's own text to tell what happened, as the value `serverText`. */
function withText(code: string, text: string, values: Readonly<Record<string, string>>): ServerError['values'] {
  if (text === '' || (/^Error\w+$/.test(code) && code !== 'ErrorInternalServerError')) return values;
  return { ...values, serverText: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text };
}
