import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';

/** The maximum length of an XML declaration, including white space before it. */
const DECLARATION_BYTES = 256;

const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const [LESS, QUESTION, GREATER] = [0x3c, 0x3f, 0x3e];

/**
 * Converts a document to UTF-8 from any encoding (XML 1.0, appendix F), detected by a byte order mark, the zeros of
 * UTF-16, or the declaration. Removes white space before the declaration: XML forbids it, but page templates and
 * gateways send it.
 */
export class XmlEncoding {
  private start: Buffer | null = Buffer.alloc(0);
  private decoder: { decode(chunk?: Buffer, options?: { stream: boolean }): string } | null = null;
  private marked: string | null = null;

  /** Empty until the encoding is known. */
  write(chunk: Buffer): Buffer {
    if (this.start === null) return this.decoded(chunk);
    const start = this.withoutMarks(this.start.length === 0 ? chunk : Buffer.concat([this.start, chunk]));
    if (!isTelling(start)) {
      this.start = start;
      return Buffer.alloc(0);
    }
    return this.begin(start);
  }

  end(): Buffer {
    const start = this.start === null ? Buffer.alloc(0) : this.begin(this.start);
    return this.decoder === null ? start : Buffer.concat([start, Buffer.from(this.decoder.decode())]);
  }

  private begin(start: Buffer): Buffer {
    this.start = null;
    const encoding = this.marked ?? encodingOf(start);
    if (encoding === 'utf-8') return start;
    this.decoder = encoding === WESTERN ? western : new TextDecoder(encoding);
    return this.decoded(start);
  }

  /** Skips white space and byte order marks; the last mark counts. */
  private withoutMarks(start: Buffer): Buffer {
    for (let rest = withoutBlanks(start); ; rest = withoutBlanks(rest)) {
      const mark = marks.find(({ bytes }) => rest.subarray(0, bytes.length).equals(bytes));
      if (mark === undefined) return rest;
      this.marked = mark.encoding;
      rest = rest.subarray(mark.bytes.length);
    }
  }

  private decoded(chunk: Buffer): Buffer {
    return this.decoder === null ? chunk : Buffer.from(this.decoder.decode(chunk, { stream: true }));
  }
}

const WESTERN = 'windows-1252';
/** Some versions of Node 20 decode it as ISO-8859-1, without its quotes, dashes and euro sign. */
const western = { decode: (chunk?: Buffer) => (chunk === undefined ? '' : iconv.decode(chunk, WESTERN)) };

/** Also matches UTF-16. */
function withoutBlanks(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length) {
    const [first = 0, second] = bytes.subarray(at, at + 2);
    const isWide = (first === 0 && WHITE_SPACE.has(second ?? 0)) || (WHITE_SPACE.has(first) && second === 0);
    if (isWide) at += 2;
    else if (WHITE_SPACE.has(first) && second !== undefined) at += 1;
    else break;
  }
  return at === 0 ? bytes : bytes.subarray(at);
}

/** Whether the start of the document is enough to tell the encoding. */
function isTelling(start: Buffer): boolean {
  if (start.length < 4) return false;
  const isDeclared = start[0] === LESS && start[1] === QUESTION;
  return !isDeclared || start.includes(GREATER) || start.length >= DECLARATION_BYTES;
}

const marks = [
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), encoding: 'utf-8' },
  { bytes: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
  { bytes: Buffer.from([0xfe, 0xff]), encoding: 'utf-16be' },
];

function encodingOf(start: Buffer): string {
  const [first, second] = start;
  if (first === LESS && second === 0) return 'utf-16le';
  if (first === 0 && second === LESS) return 'utf-16be';
  const declaration = start.toString('latin1', 0, DECLARATION_BYTES);
  const [, label = ''] =
    /^<\?xml\s[^<>]{0,100}?encoding\s{0,5}=\s{0,5}["']([\w.:-]{1,40})["']/i.exec(declaration) ?? [];
  // A document in single bytes cannot be UTF-16, whatever it declares: it was converted on the way.
  if (label === '' || /^(?:utf|ucs|us-ascii|ascii)/i.test(label)) return 'utf-8';
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return 'utf-8';
  }
}
