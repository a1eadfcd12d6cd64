/** A part of a MIME message that holds no further parts: where its header begins, and where its body lies. */
export interface MimeLeaf {
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
  /** In lower case; empty where none is given. */
  readonly encoding: string;
}

const deepest = 60;
const maxLeaves = 10_000;
const maxHeaderLength = 1_000_000;
/** RFC 2046, 5.1.1 allows 70. Searching costs the length of the boundary at every position. */
const maxBoundaryLength = 1_000;
const [lineFeed, carriageReturn, hyphen] = [0x0a, 0x0d, 0x2d];

/**
 * The leaves of a message, attached messages as one leaf each. The message itself, where it is no
 * multipart, is not among them: it has headers that belong to nothing else.
 * @returns null when it is not clear where the parts are
 */
export function mimeLeaves(mime: Buffer): MimeLeaf[] | null {
  const leaves: MimeLeaf[] = [];
  const open = [{ start: 0, end: mime.length, depth: 0 }];
  for (let part = open.pop(); part; part = open.pop()) {
    const bodyStart = endOfHeader(mime, part.start, part.end);
    if (bodyStart === null || bodyStart - part.start > maxHeaderLength || part.depth > deepest) return null;
    const header = readHeader(mime, part.start, bodyStart);
    const depth = part.depth + 1;
    if ((header.boundary?.length ?? 0) > maxBoundaryLength) return null;
    if (header.boundary !== null)
      open.push(...partsOf(mime, bodyStart, part.end, header.boundary).map((inner) => ({ ...inner, depth })));
    else if (part.depth > 0) leaves.push({ start: part.start, bodyStart, end: part.end, encoding: header.encoding });
    if (leaves.length + open.length > maxLeaves) return null;
  }
  return leaves.sort((a, b) => a.start - b.start);
}

/** Where the body begins: behind the first empty line. */
function endOfHeader(mime: Buffer, start: number, end: number): number | null {
  const part = mime.subarray(0, Math.min(end, start + maxHeaderLength + 2));
  for (let line = start; line < part.length;) {
    const feed = part.indexOf(lineFeed, line);
    if (feed < 0) return null;
    if (feed === line || (feed === line + 1 && mime[line] === carriageReturn)) return feed + 1;
    line = feed + 1;
  }
  return null;
}

function readHeader(mime: Buffer, start: number, end: number): { boundary: string | null; encoding: string } {
  const lines = mime
    .toString('latin1', start, end)
    .replace(/\r?\n[ \t]/g, ' ')
    .split(/\r?\n/);
  const value = (name: string) =>
    lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1);
  const type = value('content-type')?.trim() ?? '';
  const encoding = (value('content-transfer-encoding') ?? '').trim().toLowerCase();
  if (!/^multipart\//i.test(type)) return { boundary: null, encoding };
  const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(type) ?? [];
  return { boundary: quoted ?? bare ?? null, encoding };
}

/** What stands between the delimiter lines of a multipart body. */
function partsOf(mime: Buffer, start: number, end: number, boundary: string): { start: number; end: number }[] {
  const delimiter = Buffer.from(`\n--${boundary}`, 'latin1');
  // A search beyond the part would scan the rest of the message for each of its parts.
  const part = mime.subarray(0, end);
  const parts: { start: number; end: number }[] = [];
  let partStart: number | null = null;
  for (let at = part.indexOf(delimiter, start - 1); at >= 0; at = part.indexOf(delimiter, at + 1)) {
    const behind = at + delimiter.length;
    if (!endsLine(part, behind)) continue;
    // The line break before a delimiter belongs to the delimiter.
    if (partStart !== null) parts.push({ start: partStart, end: withoutBreak(mime, partStart, at + 1) });
    const feed = part.indexOf(lineFeed, behind);
    const isLast = mime[behind] === hyphen && mime[behind + 1] === hyphen;
    partStart = isLast || feed < 0 ? null : feed + 1;
    if (isLast || parts.length > maxLeaves) break;
  }
  if (partStart !== null && partStart < end) parts.push({ start: partStart, end });
  return parts;
}

/** A longer boundary that begins like this one is another one. */
function endsLine(mime: Buffer, from: number): boolean {
  const at = mime[from] === hyphen && mime[from + 1] === hyphen ? from + 2 : from;
  for (let index = at; index < Math.min(mime.length, at + 200); index += 1) {
    const byte = mime[index];
    if (byte === lineFeed) return true;
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}

function withoutBreak(mime: Buffer, start: number, end: number): number {
  let at = end;
  if (at > start && mime[at - 1] === lineFeed) at -= 1;
  if (at > start && mime[at - 1] === carriageReturn) at -= 1;
  return at;
}
