import type { Email } from 'postal-mime';
import { bytesOf, MimeStructure, mimeLimits, type Bytes, type MimeNode } from './mime-structure.js';
import { decodeQuotedPrintable } from './quoted-printable.js';
import { HeaderBytes } from './reading/header-bytes.js';
import { headerParameter } from './reading/header-parameters.js';
import { holdsBoundary, lostBoundary } from './reading/lost-boundary.js';
import { readTextPart } from './reading/text-part.js';
import { meantTextType } from './reading/text-type.js';

/** Limits the multiparts of a message that are searched, because each may be scanned to its end. */
const maxSearched = 20;
/** Limits the texts for which the detector is used. */
const maxDetected = 20;

const looksLikeHtml = (body: Uint8Array): boolean =>
  /^\s{0,200}<(?:!doctype html|html|head|body|div|p|table|meta)\b/i.test(
    Buffer.from(body.subarray(0, 300)).toString('latin1'),
  );

/** Outside of `collectNode`: its closures share one scope, and would keep the bytes that the text was read from. */
const always =
  <T>(value: T) =>
  (): T =>
    value;

class MimeReader extends MimeStructure {
  private headerBytes: HeaderBytes | null = null;
  private searched = 0;
  private texts = 0;
  /** Body characters that could not be decoded. */
  damage = 0;

  constructor(private readonly detects: boolean) {
    super();
  }

  override processLine(line: Bytes, isFinal: boolean): Promise<void> {
    const node = this.currentNode;
    if (node.state !== 'header') return super.processLine(line, isFinal);
    this.headerBytes ??= new HeaderBytes(this.av, this.detects);
    const done = super.processLine(this.headerBytes.asUtf8(line), isFinal);
    return line.length > 0 ? done : done.then(() => this.readType(node));
  }

  override collectNode(node: MimeNode, alternative: MimeNode | false, related: boolean): Promise<void> {
    if (node.content && !node.contentType.multipart && this.isInlineTextNode(node)) {
      const { value, params } = node.contentType.parsed;
      const decoded = bytesOf(node.content);
      const part = {
        isHtml: value === 'text/html',
        charset: params['charset'] ?? null,
        decoded,
        raw: () => this.fileOf(node, decoded).subarray(0, mimeLimits.textBytes),
      };
      const { text, damage } = readTextPart(part, {
        hints: this.headerBytes?.charsets ?? [],
        detects: this.detects && (this.texts += 1) <= maxDetected,
      });
      this.damage += damage;
      if (decoded.length > mimeLimits.convertedBytes) {
        // Avoids decoding from bytes again, which would leave a second copy of the text in memory.
        node.getTextContent = always(text);
        node.content = new Uint8Array(1);
      } else {
        node.content = new Uint8Array(Buffer.from(text));
        params['charset'] = 'utf-8';
      }
    }
    return super.collectNode(node, alternative, related);
  }

  override collectAttachment(
    node: MimeNode,
    content: ArrayBuffer | Bytes,
    related: boolean,
    depthExceeded: boolean,
  ): void {
    super.collectAttachment(node, this.fileOf(node, bytesOf(content)), related, depthExceeded);
    const attachment = this.attachments.at(-1);
    if (!attachment) return;
    attachment.filename =
      headerParameter(node.contentDisposition.value, 'filename') ?? headerParameter(node.contentType.value, 'name');
  }

  private readType(node: MimeNode): void {
    const { parsed } = node.contentType;
    const meant = parsed.params['name'] === undefined ? meantTextType(parsed.value) : null;
    if (meant) parsed.value = meant.type;
    if (meant?.charset) parsed.params['charset'] ??= meant.charset;
    this.findParts(node);
  }

  /**
   * A multipart without a boundary, or whose boundary never occurs, is split at lines that look like delimiters; if
   * there are none, it is a text.
   */
  private findParts(node: MimeNode): void {
    const { contentType } = node;
    if (!contentType.multipart || node.state !== 'body' || (this.searched += 1) > maxSearched) return;
    // A delimiter of an enclosing part does not count.
    const body = this.av.subarray(this.readPos, this.endAround(node, this.readPos));
    const { boundary } = contentType.parsed.params;
    if (boundary && holdsBoundary(body, boundary)) return;
    // The one that never comes goes: its node takes only one away with itself, and a line of another part may be like it.
    const own = this.boundaries.findIndex((entry) => entry.node === node);
    if (own >= 0) this.boundaries.splice(own, 1);
    const found = lostBoundary(body);
    if (found !== null) {
      this.boundaries.push({ value: new Uint8Array(Buffer.from(found, 'latin1')), node });
      return;
    }
    contentType.multipart = false;
    contentType.parsed.value = looksLikeHtml(body) ? 'text/html' : 'text/plain';
  }

  /** A file exactly as it was attached. */
  private fileOf(node: MimeNode, decoded: Bytes): Bytes {
    const { encoding } = node.contentTransferEncoding;
    if (/base64/i.test(encoding)) return decoded;
    const raw = this.rawBody(node);
    return /quoted-printable/i.test(encoding) ? decodeQuotedPrintable(raw) : raw;
  }
}

/**
 * A parsed message, with the number of body characters that could not be decoded, and whether its bodies are truncated.
 */
export type ReadEmail = Email & { readonly damage: number; readonly isCut: boolean };

/**
 * Reads MIME; attached messages stay one attachment each, for unfolded, their text would pose as the
 * sender's own.
 * @param options `detects` false: for its structure alone, without guesses at charsets that nothing names. A message
 *   can hold thousands of messages, and each guess takes milliseconds
 * @throws MimeTooComplex where it would take too much time or memory
 */
export async function readMime(mime: Buffer, { detects = true } = {}): Promise<ReadEmail> {
  const reader = new MimeReader(detects);
  const email = await reader.parse(mime);
  const { damage, isCut } = reader;
  return { ...email, damage, isCut };
}
