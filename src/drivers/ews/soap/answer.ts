import { attribute, child, type XmlElement } from './element.js';
import { ElementBuilder } from './element-builder.js';
import { ProtocolViolation } from './protocol-violation.js';
import { XmlReader, type XmlLimits } from './xml-reader.js';

/** Takes the bytes of one answer and gives its envelope. */
export class AnswerReader {
  private readonly builder = new ElementBuilder();
  private readonly reader: XmlReader;

  constructor(limits: XmlLimits) {
    this.reader = new XmlReader(this.builder, limits);
  }

  /** @throws ProtocolViolation */
  write(chunk: Buffer): void {
    this.reader.write(chunk);
  }

  /** @throws ProtocolViolation when the document is cut or no SOAP envelope. */
  end(): Envelope {
    this.reader.end();
    return readEnvelope(this.builder.root);
  }
}

/** A SOAP envelope that was answered: a fault, or the response messages of one operation. */
export interface Envelope {
  /** `15.2.2562.17`, from the ServerVersionInfo header. */
  readonly serverVersion: string | null;
  readonly fault: XmlElement | null;
  /** Local name of the response (`FindItemResponse`); null with a fault. */
  readonly responseName: string | null;
  /** One per item, folder or id asked, in that order. */
  readonly messages: readonly XmlElement[];
}

/** How far below the response its messages are looked for; Exchange has them at 2. */
const MESSAGE_DEPTH = 3;

function readEnvelope(root: XmlElement | null): Envelope {
  // Servers of other vendors, and gateways, write envelopes of either SOAP version, or of no namespace.
  if (root === null || root.name !== 'Envelope' || child(root, 'Body') === null) {
    throw new ProtocolViolation('UnexpectedAnswer', 'the answer is XML but no SOAP envelope');
  }
  const body = child(root, 'Body');
  const content = body?.children[0] ?? null;
  if (content === null) throw new ProtocolViolation('UnexpectedAnswer', 'the answer has an empty SOAP body');
  const serverVersion = readServerVersion(child(root, 'Header'));
  const fault = child(body, 'Fault');
  if (fault !== null) return { serverVersion, fault, responseName: null, messages: [] };
  return { serverVersion, fault: null, responseName: content.name, messages: responseMessages(content) };
}

/**
 * The response messages, in whatever wrapper they stand: `ResponseMessages` with Exchange, `Responses` with
 * another vendor's server, or directly in the response. A message is known by its class or code.
 */
function responseMessages(response: XmlElement): readonly XmlElement[] {
  const usual = child(response, 'ResponseMessages');
  if (usual !== null && usual.children.every(isMessage)) return usual.children;
  const found: XmlElement[] = [];
  collectMessages(response, MESSAGE_DEPTH, found);
  return found;
}

function collectMessages(element: XmlElement, depth: number, found: XmlElement[]): void {
  if (isMessage(element)) found.push(element);
  else if (depth > 0) for (const inner of element.children) collectMessages(inner, depth - 1, found);
}

function isMessage(element: XmlElement): boolean {
  return attribute(element, 'ResponseClass') !== null || child(element, 'ResponseCode') !== null;
}

/** `SendItemResponse` and `SendItemResponseMessage`, whose names contain the operation. */
const NAMING = /^(\w+)Response(?:Message)?$/;

/**
 * Whether the envelope answers that operation: the response or its messages name it, or neither names any operation, so
 * that only the messages can tell.
 */
export function answersTo({ responseName, messages }: Envelope, operation: string): boolean {
  const ofMessages = new Set(messages.map(({ name }) => NAMING.exec(name)?.[1] ?? null));
  const ofResponse = NAMING.exec(responseName ?? '')?.[1] ?? null;
  if (ofResponse === operation) return true;
  if (messages.length === 0) return false;
  return [...ofMessages].every((name) => name === operation || (name === null && ofResponse === null));
}

function readServerVersion(header: XmlElement | null): string | null {
  const info = child(header, 'ServerVersionInfo');
  const parts = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber', 'MinorBuildNumber']
    .map((name) => attribute(info, name))
    .filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('.');
}
