import PostalMime, { type Email } from 'postal-mime';
import { decodeBase64 } from './base64-body.js';
import { withEvenLines } from './even-lines.js';
import { decodeQuotedPrintable } from './quoted-printable.js';

export type Bytes = Uint8Array<ArrayBuffer>;

/** The members of postal-mime's nodes that are used here. */
export interface MimeNode {
  readonly parentNode?: MimeNode | undefined;
  readonly state: 'header' | 'body' | 'finished';
  readonly headers: { readonly key: string; readonly originalKey: string; value: string }[];
  readonly contentType: {
    readonly value: string;
    readonly parsed: { value: string; readonly params: Record<string, string> };
    multipart: string | false;
  };
  readonly contentDisposition: {
    readonly value: string;
    readonly parsed: { readonly params: Record<string, string> };
  };
  readonly contentTransferEncoding: { readonly encoding: string };
  contentDescription?: string | undefined;
  contentDecoder: { update(line: Bytes): void; finalize(): Promise<Bytes | null> } | null;
  content: ArrayBuffer | Bytes | null;
  setupContentDecoder(encoding: string): void;
  getTextContent(): string;
}

interface Boundary {
  readonly value: Uint8Array;
  readonly node: MimeNode;
}

/**
 * postal-mime with its internal methods, which its types omit. The package is pinned to one version, and the tests
 * parse real mail through this class.
 */
interface Steps {
  readonly root: MimeNode;
  readonly currentNode: MimeNode;
  readonly boundaries: Boundary[];
  readonly av: Bytes;
  readonly attachments: { content: ArrayBuffer | Bytes | string; filename: string | null }[];
  readonly textMap: Map<MimeNode, Partial<Record<string, { readonly value: unknown }[]>>>;
  readonly textTypes: ReadonlySet<string>;
  readPos: number;
  parse(mime: Buffer): Promise<Email>;
  resolveInput(mime: Buffer): Promise<ArrayBuffer>;
  readLine(): { bytes: Bytes; done: boolean };
  processLine(line: Bytes, isFinal: boolean): Promise<void>;
  collectNode(node: MimeNode, alternative: MimeNode | false, related: boolean): Promise<void>;
  collectAttachment(node: MimeNode, content: ArrayBuffer | Bytes, related: boolean, depthExceeded: boolean): void;
  isInlineTextNode(node: MimeNode): boolean;
  renderTextContent(): void;
  buildMessage(): Email;
}
const Base = PostalMime as unknown as new (options: object) => Steps;

/** Far more than real mail has, and little enough to parse quickly. */
export const mimeLimits = {
  parts: 5_000,
  nesting: 60,
  headerBytes: 2 * 1024 * 1024,
  /** For all parts together. */
  headerLines: 30_000,
  /** For one header, as far as it is parsed; all of it is stored. */
  headerCharacters: 256 * 1024,
  /** For a subject, an id or a date. */
  valueCharacters: 16 * 1024,
  /** For all bodies together. */
  textBytes: 4 * 1024 * 1024,
  /** For a text that is converted to the other format, or whose lines are joined: each multiplies its size. */
  convertedBytes: 256 * 1024,
} as const;

/** MIME that would take too much time or memory to read. */
export class MimeTooComplex extends Error {
  override readonly name = 'MimeTooComplex';
}

/** The position of a part's body in the message. */
interface Span {
  readonly start: number;
  end: number;
}

const [lineFeed, carriageReturn, hyphen, space, tab] = [0x0a, 0x0d, 0x2d, 0x20, 0x09];
const addressHeaders = new Set(['from', 'sender', 'to', 'cc', 'bcc', 'reply-to', 'delivered-to', 'return-path']);

/**
 * Splits a message into parts within limits of time and memory. postal-mime reads a body line by line, which costs 8 µs
 * and 1.7 KB per line. Here a body is skipped to the next delimiter line and decoded as a whole.
 * @throws MimeTooComplex from `parse`
 */
export class MimeStructure extends Base {
  private readonly spans = new Map<MimeNode, Span>();
  private readonly names = new WeakMap<Boundary, string>();
  private headerLines = 0;
  private parts = 0;
  private textBytes = 0;
  private mime: Buffer = Buffer.alloc(0);
  /** A body was longer than the part of it that is read. */
  isCut = false;

  constructor() {
    super({
      forceRfc822Attachments: true,
      maxNestingDepth: mimeLimits.nesting,
      maxHeadersSize: mimeLimits.headerBytes,
    });
    this.begin(this.root);
  }

  override async parse(mime: Buffer): Promise<Email> {
    try {
      return await super.parse(mime);
    } catch (error) {
      if (error instanceof Error && /^Maximum /.test(error.message)) throw new MimeTooComplex(error.message);
      throw error;
    }
  }

  /** No copy if the bytes have a buffer of their own. */
  override async resolveInput(mime: Buffer): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = mime;
    const isAlone = buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength;
    const own = isAlone ? buffer : await super.resolveInput(mime);
    this.mime = Buffer.from(own);
    return own;
  }

  override readLine(): { bytes: Bytes; done: boolean } {
    const node = this.currentNode;
    if (node.state === 'header') {
      this.headerLines += 1;
      if (this.headerLines > mimeLimits.headerLines)
        throw new MimeTooComplex(`The message has more than ${mimeLimits.headerLines} header lines.`);
      return super.readLine();
    }
    const start = this.readPos;
    const end = this.nextDelimiter(start);
    const span = this.spans.get(node);
    if (span) span.end = end;
    else this.spans.set(node, { start, end });
    this.readPos = end;
    return end < this.mime.length ? super.readLine() : { bytes: new Uint8Array(0), done: true };
  }

  override async processLine(line: Bytes, isFinal: boolean): Promise<void> {
    const before = this.currentNode;
    await super.processLine(line, isFinal);
    if (this.currentNode !== before && this.currentNode.state === 'header') this.begin(this.currentNode);
  }

  override collectNode(node: MimeNode, alternative: MimeNode | false, related: boolean): Promise<void> {
    // Each joined line is temporarily a string of its own.
    if ((node.content?.byteLength ?? 0) > mimeLimits.convertedBytes) delete node.contentType.parsed.params['format'];
    return super.collectNode(node, alternative, related);
  }

  override collectAttachment(
    node: MimeNode,
    content: ArrayBuffer | Bytes,
    related: boolean,
    depthExceeded: boolean,
  ): void {
    for (const { params } of [node.contentDisposition.parsed, node.contentType.parsed])
      for (const name of ['filename', 'name']) {
        const value = params[name];
        if (value !== undefined) params[name] = withShortRuns(value);
      }
    if (node.contentDescription !== undefined) node.contentDescription = withShortRuns(node.contentDescription);
    // A calendar would be decoded and encoded again for nothing, so its bytes are taken unchanged.
    node.content = null;
    super.collectAttachment(node, content, related, depthExceeded);
    node.content = content;
    const attachment = this.attachments.at(-1);
    if (attachment) attachment.content = content;
  }

  /** A long text is not converted to the other format: as HTML, each line feed would take seven characters. */
  override renderTextContent(): void {
    for (const entries of this.textMap.values()) {
      const length = Object.values(entries)
        .flatMap((items) => items ?? [])
        .reduce((sum, { value }) => sum + (typeof value === 'string' ? value.length : 0), 0);
      if (length > mimeLimits.convertedBytes) for (const type of this.textTypes) entries[type] ??= [];
    }
    super.renderTextContent();
  }

  override buildMessage(): Email {
    const { headers } = this.root;
    const whole = headers.map(({ key, originalKey, value }) => ({ key, originalKey, value }));
    for (const header of headers) header.value = withShortRuns(withinLimits(header.key, header.value));
    return { ...super.buildMessage(), headers: whole };
  }

  /** The raw bytes of a part’s body. The line break before a delimiter belongs to the delimiter. */
  protected rawBody(node: MimeNode): Bytes {
    const span = this.spans.get(node);
    if (!span) return new Uint8Array(0);
    const { start } = span;
    let { end } = span;
    if (node.parentNode && end < this.av.length) {
      // RFC 2046, 5.1.1
      if (end > start && this.av[end - 1] === lineFeed) end -= 1;
      if (end > start && this.av[end - 1] === carriageReturn) end -= 1;
    }
    return this.av.subarray(start, end);
  }

  /** Sets a node's body to be decoded as a whole, once its end is known. */
  private begin(node: MimeNode): void {
    this.parts += 1;
    if (this.parts > mimeLimits.parts) throw new MimeTooComplex(`The message has more than ${mimeLimits.parts} parts.`);
    node.setupContentDecoder = (encoding) => {
      node.contentDecoder = { update: () => undefined, finalize: async () => this.decoded(node, encoding) };
    };
  }

  private decoded(node: MimeNode, encoding: string): Bytes | null {
    if (node.contentType.multipart) return null;
    const whole = this.wholeBody(node, encoding);
    return this.isInlineTextNode(node) ? this.withinText(whole) : whole;
  }

  private wholeBody(node: MimeNode, encoding: string): Bytes {
    const span = this.spans.get(node);
    const raw = span ? this.av.subarray(span.start, span.end) : new Uint8Array(0);
    if (/base64/i.test(encoding)) return decodeBase64(raw);
    // The bytes of a file are taken unchanged.
    if (!this.isInlineTextNode(node)) return raw;
    const isQuoted = /quoted-printable/i.test(encoding);
    // Text that will be truncated need not be copied. In quoted-printable three bytes can be one character; otherwise a
    // line end is two at most.
    const most = mimeLimits.textBytes * (isQuoted ? 3 : 2) + 1;
    if (raw.length > most) this.isCut = true;
    const text = withEvenLines(raw.subarray(0, most));
    return isQuoted ? decodeQuotedPrintable(text, 'keep') : text;
  }

  /** The part of a body that is read. */
  private withinText(content: Bytes): Bytes {
    const left = mimeLimits.textBytes - this.textBytes;
    this.textBytes += Math.min(left, content.length);
    if (content.length <= left) return content;
    this.isCut = true;
    const line = content.lastIndexOf(lineFeed, left - 1) + 1;
    return content.subarray(0, line > 0 && left - line < 1_000 ? line : left);
  }

  /** The end of the enclosing part: at a delimiter of one of the open parts. */
  protected endAround(node: MimeNode, from: number): number {
    return this.nextDelimiter(
      from,
      this.boundaries.filter((boundary) => boundary.node !== node),
    );
  }

  /** The start of the next line that delimits an open part; the end of the message if there is none. */
  private nextDelimiter(from: number, boundaries: readonly Boundary[] = this.boundaries): number {
    const { mime } = this;
    const open = boundaries.map((boundary) => this.nameOf(boundary));
    if (open.length === 0) return mime.length;
    const names = new Set(open);
    const padded = open.filter((name) => name.trimEnd() !== name);
    const shortest = Math.min(...open.map((name) => name.trimEnd().length));
    const longest = Math.max(...open.map((name) => name.length));
    const isDelimiter = (start: number, lineEnd: number): boolean => {
      let end = lineEnd;
      while (end > start && isBlank(mime[end - 1])) end -= 1;
      if (end - start < shortest || end - start > longest + 2) return false;
      const text = mime.toString('latin1', start, end);
      if (names.has(text) || (text.endsWith('--') && names.has(text.slice(0, -2)))) return true;
      return padded.some(
        (name) => name.trimEnd() === text && mime.toString('latin1', start, start + name.length) === name,
      );
    };
    const first = new Set(open.map((name) => name.charCodeAt(0)));
    let line = mime[from] === hyphen && mime[from + 1] === hyphen ? from : nextDashes(mime, from);
    for (; line >= 0; line = nextDashes(mime, line)) {
      // Most candidate lines are ruled out quickly, and a body may consist of them.
      if (!first.has(mime[line + 2] ?? 0)) continue;
      const feed = mime.indexOf(lineFeed, line);
      if (isDelimiter(line + 2, feed < 0 ? mime.length : feed)) return line;
    }
    return mime.length;
  }

  private nameOf(boundary: Boundary): string {
    const known = this.names.get(boundary);
    if (known !== undefined) return known;
    const name = Buffer.from(boundary.value).toString('latin1');
    this.names.set(boundary, name);
    return name;
  }
}

export const bytesOf = (content: ArrayBuffer | Bytes): Bytes =>
  content instanceof ArrayBuffer ? new Uint8Array(content) : content;

const isBlank = (byte: number | undefined): boolean =>
  byte === space || byte === tab || byte === carriageReturn || byte === lineFeed;

const dashes = Buffer.from('\n--');

/** The start of the next line, after the line feed at or after `from`, that begins with two hyphens. */
function nextDashes(mime: Buffer, from: number): number {
  const found = mime.indexOf(dashes, from);
  return found < 0 ? -1 : found + 1;
}

/** The part of a header’s value that is parsed: whole addresses or ids, and the beginning of anything else. */
export function withinLimits(key: string, value: string): string {
  const separator = key === 'references' ? ' ' : addressHeaders.has(key) ? ',' : null;
  if (separator === null) return value.slice(0, mimeLimits.valueCharacters);
  if (value.length <= mimeLimits.headerCharacters) return value;
  const cut = value.slice(0, mimeLimits.headerCharacters);
  return cut.slice(0, Math.max(cut.lastIndexOf(separator), 0));
}

/** The number of adjacent words that are decoded as one text. */
const maxRunLength = 50;

/**
 * Splits encoded words into runs of limited length: appending to a run costs as much as the whole run. A word with
 * another language tag (RFC 2231, 5) starts a new run, and the tag has no other effect here.
 */
function withShortRuns(value: string): string {
  const pieces = value.split('=?');
  if (pieces.length <= maxRunLength) return value;
  return pieces
    .map((piece, index) =>
      index > 0 && index % maxRunLength === 0 ? piece.replace(/^[^?*\s]{1,80}(?=\?)/, '$&*x') : piece,
    )
    .join('=?');
}
