const [lineFeed, carriageReturn, hyphen] = [0x0a, 0x0d, 0x2d];

/** How far after the header to look for a delimiter: a preamble is a sentence or two. */
const lookedAt = 16 * 1024;
const longest = 200;
/** The number of lines for which the whole body is searched. */
const maxTried = 10;

/**
 * Guesses the boundary of a multipart whose header has none: the first line that begins with two hyphens, is followed
 * by headers or an empty line, and occurs again. Null: the body has no parts.
 */
export function lostBoundary(body: Uint8Array): string | null {
  let tried = 0;
  const text = Buffer.from(body.buffer, body.byteOffset, body.length);
  for (let start = 0; start < Math.min(text.length, lookedAt);) {
    const feed = text.indexOf(lineFeed, start);
    const end = feed < 0 ? text.length : feed;
    const line = text.subarray(start, text[end - 1] === carriageReturn ? end - 1 : end);
    start = end + 1;
    if (line[0] !== hyphen || line[1] !== hyphen || line.length < 3 || line.length > longest) continue;
    const boundary = line.toString('latin1', 2).trimEnd();
    if (boundary === '' || !/^(?:\r?\n|[!-9;-~]{1,100}:)/.test(text.toString('latin1', start, start + 102))) continue;
    if (text.indexOf(`\n--${boundary}`, start - 1, 'latin1') >= 0) return boundary;
    if ((tried += 1) >= maxTried) return null;
  }
  return null;
}

/**
 * Whether a body contains a delimiter line of the boundary. Assumed for one that is far too long (RFC 2046 allows 70),
 * because the search would take its length at each position.
 */
export function holdsBoundary(body: Uint8Array, boundary: string): boolean {
  if (boundary.length > longest) return true;
  const text = Buffer.from(body.buffer, body.byteOffset, body.length);
  const delimiter = Buffer.from(`--${boundary}`);
  if (text.subarray(0, delimiter.length).equals(delimiter)) return true;
  return text.indexOf(Buffer.concat([Buffer.from('\n'), delimiter])) >= 0;
}
