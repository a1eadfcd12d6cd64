import { StringDecoder } from 'node:string_decoder';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { namespaceKind, type NamespaceKind } from './namespaces.js';
import { ProtocolViolation } from './protocol-violation.js';
import { XmlEncoding } from './xml-encoding.js';

export interface XmlLimits {
  /** Bytes of the document after decompression. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** A tree costs far more memory than its bytes on the wire: `<a/>` is 4 bytes and some 150 in memory. */
  readonly maxElements: number;
}

export interface XmlHandler {
  /** @returns true when the element's text is base64, to be handed to `binary` in pieces instead of `text`. */
  open(name: string, namespace: NamespaceKind, attributes: Readonly<Record<string, string>> | null): boolean;
  text(text: string): void;
  binary(text: string): void;
  close(): void;
}

/** EWS uses at most three attributes on an element, and half a dozen namespaces on the envelope. */
const MAX_ATTRIBUTES = 100;
/** For the whole answer, per allowed element. */
const ATTRIBUTES_AN_ELEMENT = 2;
/** Characters of one start tag, plus or minus a chunk. The longest real value is an id of a few hundred. */
const MAX_TAG_CHARS = 256 * 1024;
/** Characters of a namespace name, which is compared for each attribute in it. */
const MAX_NAMESPACE_CHARS = 500;

/** Characters that XML 1.0 forbids but real servers send. Lone surrogates cannot result from decoding bytes. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const FORBIDDEN_ALL = new RegExp(FORBIDDEN, 'g');
const REPLACEMENT = '\ufffd';

const LESS = 0x3c;
const GREATER = 0x3e;
const AMPERSAND = 0x26;
/** Part of the saxes error for a second root element. */
const SECOND_ROOT = 'only one root';
/** Both base64 elements, MimeContent and a FileAttachment's Content, end in this. */
const BINARY_NAME_END = Buffer.from('Content');

/**
 * The one place where bytes from a server become XML events. Refuses DOCTYPE and entities, too much
 * depth, size or elements, cut documents and two of them; tolerates other encodings than UTF-8, white space before
 * the document and text behind it, prefixes that nothing declares, invalid UTF-8 and forbidden characters, raw or as
 * references, each read as U+FFFD. A character above U+FFFF may be two references, one for each surrogate.
 *
 * Base64 content goes past the XML parser: it is nine tenths of what is read, and the parser would
 * look at each character of it and hold it all until the end of the element.
 * @throws ProtocolViolation from `write` and `end`; the reader is of no use afterwards.
 */
export class XmlReader {
  private readonly parser = new SaxesParser({
    xmlns: true,
    position: false,
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
    // A server that forgets to declare a prefix means what everybody means by the name behind it.
    resolvePrefix: (prefix: string) => prefix,
  });
  private readonly encoding = new XmlEncoding();
  private readonly decoder = new StringDecoder('utf8');
  private bytes = 0;
  /** Characters handed to the parser; its own `position` is only right inside an event. */
  private fed = 0;
  private depth = 0;
  private elements = 0;
  private attributes = 0;
  private attributesOfTag = 0;
  /** Characters read before the start tag that is still open; -1 outside a tag. */
  private tagFrom = -1;
  /** The root element is closed. */
  private closed = false;
  /** Parser position right behind the last start tag of a base64 element. */
  private binaryFrom = -1;
  private inBinary = false;
  /** The raw bytes at hand are base64 and bypass the parser. */
  private bypass = false;
  /** A tag that may be a base64 element's is cut by the end of the chunk. */
  private tagCut = false;

  constructor(
    private readonly handler: XmlHandler,
    private readonly limits: XmlLimits,
  ) {
    this.listen();
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.limits.maxBytes) {
      throw new ProtocolViolation('AnswerTooLarge', `the answer is larger than ${this.limits.maxBytes} bytes`);
    }
    this.writeUtf8(this.encoding.write(chunk));
  }

  end(): void {
    this.writeUtf8(this.encoding.end());
    this.parse(this.decoder.end());
    this.guard(() => this.parser.close());
  }

  private writeUtf8(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.bypass ? this.writeBinary(chunk, at) : this.writeMarkup(chunk, at);
  }

  /** Base64 up to the next markup; the parser takes over again there, also for references and CDATA. */
  private writeBinary(chunk: Buffer, from: number): number {
    let end = chunk.indexOf(LESS, from);
    if (end < 0) end = chunk.length;
    else this.bypass = false;
    const reference = chunk.subarray(from, end).indexOf(AMPERSAND);
    if (reference >= 0) {
      end = from + reference;
      this.bypass = false;
    }
    if (end > from) this.handler.binary(chunk.toString('latin1', from, end));
    return end;
  }

  /** Feeds the parser, stopping behind each tag that may open a base64 element to see whether it did. */
  private writeMarkup(chunk: Buffer, from: number): number {
    const end = this.candidateEnd(chunk, from);
    this.parse(this.decoder.write(chunk.subarray(from, end)));
    // Only when nothing but the tag itself lies between the event and here is all that follows base64.
    this.bypass = this.inBinary && this.binaryFrom === this.fed;
    return end;
  }

  private candidateEnd(chunk: Buffer, from: number): number {
    let search = from;
    if (!this.tagCut) {
      for (;;) {
        const found = chunk.indexOf(BINARY_NAME_END, search);
        if (found < 0) return chunk.length;
        search = found + BINARY_NAME_END.length;
        const next = chunk[search];
        if (next === undefined || next === GREATER || next <= 0x20) break;
      }
    }
    const end = chunk.indexOf(GREATER, search);
    this.tagCut = end < 0;
    return end < 0 ? chunk.length : end + 1;
  }

  private parse(text: string): void {
    if (text.length === 0) return;
    const clean = FORBIDDEN.test(text) ? text.replace(FORBIDDEN_ALL, REPLACEMENT) : text;
    this.fed += clean.length;
    this.guard(() => this.parser.write(clean));
    if (this.tagFrom >= 0 && this.fed - this.tagFrom > MAX_TAG_CHARS) {
      throw new ProtocolViolation('AnswerTooLarge', `the answer has a tag of more than ${MAX_TAG_CHARS} characters`);
    }
  }

  private guard(step: () => unknown): void {
    try {
      step();
    } catch (error) {
      if (error instanceof ProtocolViolation) throw error;
      throw new ProtocolViolation('InvalidXml', 'the answer is not well-formed XML', String(error));
    }
  }

  private listen(): void {
    const { parser, handler } = this;
    parser.on('error', (error) => {
      // Proxies and page templates append text. The document is complete.
      if (!this.closed || error.message.includes(SECOND_ROOT)) throw error;
    });
    parser.on('doctype', () => {
      throw new ProtocolViolation('InvalidXml', 'the answer holds a DOCTYPE, which is refused');
    });
    parser.on('opentagstart', () => {
      this.tagFrom = this.fed;
      this.attributesOfTag = 0;
    });
    parser.on('attribute', ({ name, value }) => this.attribute(name, value));
    parser.on('opentag', (tag) => this.open(tag));
    parser.on('closetag', () => {
      this.depth--;
      this.closed = this.depth === 0;
      this.inBinary = false;
      handler.close();
    });
    const text = (value: string) => (this.inBinary ? handler.binary(value) : handler.text(value.toWellFormed()));
    parser.on('text', text);
    parser.on('cdata', text);

    // saxes throws on a reference to a forbidden character (`&#x1A;`), which Exchange writes; its
    // resolver is private, and filtering the text beforehand would also change CDATA sections.
    const resolver = parser as unknown as { parseEntity(entity: string): string };
    const resolve = resolver.parseEntity.bind(parser);
    resolver.parseEntity = (entity) => {
      const code = codeOf(entity);
      if (code === null) return resolve(entity);
      // Two adjacent surrogates form a character; a lone one is replaced when the text is complete.
      if (isSurrogate(code)) return String.fromCharCode(code);
      return isForbidden(code) ? REPLACEMENT : resolve(entity);
    };
  }

  /** Counted as they arrive, because the parser collects a whole tag before it emits an event. */
  private attribute(name: string, value: string): void {
    const most = this.limits.maxElements * ATTRIBUTES_AN_ELEMENT;
    if (++this.attributesOfTag > MAX_ATTRIBUTES || ++this.attributes > most) {
      throw new ProtocolViolation(
        'AnswerTooLarge',
        `the answer has more than ${MAX_ATTRIBUTES} attributes on an element, or ${most} in all`,
      );
    }
    if (name.startsWith('xmlns') && value.length > MAX_NAMESPACE_CHARS) {
      throw new ProtocolViolation(
        'InvalidXml',
        `the answer has a namespace of more than ${MAX_NAMESPACE_CHARS} characters`,
      );
    }
  }

  private open(tag: SaxesTagNS): void {
    this.tagFrom = -1;
    if (++this.depth > this.limits.maxDepth) {
      throw new ProtocolViolation('InvalidXml', `the answer is nested deeper than ${this.limits.maxDepth} elements`);
    }
    if (++this.elements > this.limits.maxElements) {
      throw new ProtocolViolation('AnswerTooLarge', `the answer has more than ${this.limits.maxElements} elements`);
    }
    let attributes: Record<string, string> | null = null;
    for (const key in tag.attributes) {
      const attribute = tag.attributes[key];
      if (attribute === undefined || attribute.prefix === 'xmlns' || key === 'xmlns') continue;
      attributes ??= Object.create(null) as Record<string, string>;
      attributes[attribute.local] = attribute.value.toWellFormed();
    }
    this.inBinary = this.handler.open(tag.local, namespaceKind(tag.uri), attributes);
    if (this.inBinary) this.binaryFrom = this.parser.position;
  }
}

/** The code point of a character reference; null for an entity reference. */
function codeOf(entity: string): number | null {
  if (!/^#(x[0-9a-f]+|[0-9]+)$/i.test(entity)) return null;
  return /^#x/i.test(entity) ? parseInt(entity.slice(2), 16) : parseInt(entity.slice(1), 10);
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

const isForbidden = (code: number): boolean =>
  (code < 0x20 && code !== 0x9 && code !== 0xa && code !== 0xd) ||
  code === 0xfffe ||
  code === 0xffff ||
  code > 0x10ffff;
