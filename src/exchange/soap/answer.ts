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

function readEnvelope(root: XmlElement | null): Envelope {
  if (root === null || root.name !== 'Envelope' || root.namespace !== 'soap') {
    throw new ProtocolViolation('UnexpectedAnswer', 'the answer is XML but no SOAP envelope');
  }
  const body = child(root, 'Body');
  const content = body?.children[0] ?? null;
  if (content === null) throw new ProtocolViolation('UnexpectedAnswer', 'the answer has an empty SOAP body');
  const serverVersion = readServerVersion(child(root, 'Header'));
  if (content.name === 'Fault') return { serverVersion, fault: content, responseName: null, messages: [] };
  const messages = child(content, 'ResponseMessages')?.children ?? [];
  return { serverVersion, fault: null, responseName: content.name, messages };
}

function readServerVersion(header: XmlElement | null): string | null {
  const info = child(header, 'ServerVersionInfo');
  const parts = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber', 'MinorBuildNumber']
    .map((name) => attribute(info, name))
    .filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('.');
}
