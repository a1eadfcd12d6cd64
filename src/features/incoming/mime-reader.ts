import { isUtf8 } from 'node:buffer';
import PostalMime, { type Email } from 'postal-mime';
import { decodeQuotedPrintable } from './quoted-printable.js';

/** What we use of postal-mime's nodes. */
interface Node {
  readonly parentNode?: Node | undefined;
  readonly state: 'header' | 'body' | 'finished';
  readonly contentType: {
    readonly parsed: { readonly value: string; readonly params: Record<string, string> };
    readonly multipart: string | false;
  };
  readonly contentTransferEncoding: { readonly encoding: string };
  content: ArrayBuffer | Line | null;
}

type Line = Uint8Array<ArrayBuffer>;

/**
 * postal-mime with its inner steps, which its types leave out. It ends every line of a part with a
 * line feed of its own, which is right for text to read and wrong for a file. The package is pinned to
 * one version, and the tests read real mail through this.
 */
interface Steps {
  readonly currentNode: Node;
  readonly readPos: number;
  readonly av: Line;
  readonly attachments: { content: ArrayBuffer | Line | string }[];
  parse(mime: Buffer): Promise<Email>;
  processLine(line: Line, isFinal: boolean): Promise<void>;
  collectNode(node: Node, alternative: Node | false, related: boolean): Promise<void>;
  collectAttachment(node: Node, content: ArrayBuffer | Line, related: boolean, depthExceeded: boolean): void;
}
const Base = PostalMime as unknown as new (options: object) => Steps;

/** Where a part's body lies in the message. */
interface Span {
  readonly start: number;
  end: number;
}

const [carriageReturn, lineFeed, hyphen] = [0x0d, 0x0a, 0x2d];
/** Charsets that say nothing, or less than the bytes themselves do. */
const meaningless = /^(?:|us-ascii|ascii|x-unknown|unknown-8bit|unknown)$/i;

const wide = /^(?:utf-?(?:16|32)|ucs-?[24])/i;

class MimeReader extends Base {
  private readonly spans = new Map<Node, Span>();

  override processLine(line: Line, isFinal: boolean): Promise<void> {
    const node = this.currentNode;
    const isBody = node.state === 'body';
    const done = super.processLine(line, isFinal);
    if (!isBody) return done;
    const extend = () => {
      const span = this.spans.get(node);
      if (span) span.end = this.readPos;
      else this.spans.set(node, { start: line.byteOffset, end: this.readPos });
    };
    if (line[0] !== hyphen || line[1] !== hyphen) {
      extend();
      return done;
    }
    // A boundary moves on to another node, and is no line of this one.
    return done.then(() => {
      if (this.currentNode === node) extend();
    });
  }

  override collectNode(node: Node, alternative: Node | false, related: boolean): Promise<void> {
    const { params } = node.contentType.parsed;
    const charset = params['charset'] ?? '';
    if (node.content && !node.contentType.multipart) {
      if (meaningless.test(charset))
        params['charset'] = isUtf8(new Uint8Array(node.content)) ? 'utf-8' : 'windows-1252';
      // One byte too many would shift all that follows it.
      if (wide.test(charset)) node.content = this.bytesOf(node, node.content);
    }
    return super.collectNode(node, alternative, related);
  }

  override collectAttachment(node: Node, content: ArrayBuffer | Line, related: boolean, depthExceeded: boolean): void {
    super.collectAttachment(node, content, related, depthExceeded);
    const attachment = this.attachments.at(-1);
    if (attachment) attachment.content = this.bytesOf(node, content);
  }

  /** A file exactly as it was attached. */
  private bytesOf(node: Node, decoded: ArrayBuffer | Line): ArrayBuffer | Line {
    const { encoding } = node.contentTransferEncoding;
    if (/base64/i.test(encoding)) return decoded;
    const span = this.spans.get(node);
    const raw = span ? this.av.subarray(span.start, this.endOf(node, span)) : new Uint8Array(0);
    return /quoted-printable/i.test(encoding) ? decodeQuotedPrintable(raw) : raw;
  }

  /** The line break before a boundary belongs to the boundary (RFC 2046, 5.1.1). */
  private endOf(node: Node, { start, end }: Span): number {
    if (!node.parentNode || end === this.av.length) return end;
    if (end > start && this.av[end - 1] === lineFeed) end -= 1;
    if (end > start && this.av[end - 1] === carriageReturn) end -= 1;
    return end;
  }
}

/**
 * Reads MIME; attached messages stay one attachment each, for unfolded, their text would pose as the
 * sender's own.
 * @throws when the MIME exceeds the parser's limits of nesting or header size
 */
export function readMime(mime: Buffer): Promise<Email> {
  return new MimeReader({ forceRfc822Attachments: true }).parse(mime);
}
