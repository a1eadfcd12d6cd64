export interface Header {
  readonly name: string;
  readonly value: string;
}

/** The bytes before the first empty line, and where the body begins. */
export function splitMessage(mime: Buffer): { head: Buffer; bodyStart: number } {
  const crlf = mime.indexOf('\r\n\r\n');
  const lf = mime.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { head: mime.subarray(0, crlf + 2), bodyStart: crlf + 4 };
  if (lf >= 0) return { head: mime.subarray(0, lf + 1), bodyStart: lf + 2 };
  return { head: mime, bodyStart: mime.length };
}

const decodeHead = (head: Buffer): string => {
  const utf8 = head.toString('utf8');
  return utf8.includes('\ufffd') ? head.toString('latin1') : utf8;
};

/** The headers in order: unfolded, encoded words left as they are, as Exchange gives InternetMessageHeaders. */
export function readHeaders(mime: Buffer): Header[] {
  const lines = decodeHead(splitMessage(mime).head).split(/\r?\n/);
  const headers: { name: string; value: string }[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last) last.value = `${last.value} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (name !== '' && !/\s/.test(name)) headers.push({ name, value: line.slice(colon + 1).trim() });
  }
  return headers;
}

/** The message without the named headers (lower case) and with new header lines on top; the rest byte for byte. */
export function rewriteHeaders(mime: Buffer, drop: readonly string[], add: readonly string[]): Buffer {
  const { head, bodyStart } = splitMessage(mime);
  const kept: string[] = [];
  let dropping = false;
  for (const line of head.toString('latin1').split(/(?<=\n)/)) {
    if (!/^[ \t]/.test(line))
      dropping = drop.includes(
        line
          .slice(0, Math.max(line.indexOf(':'), 0))
          .trim()
          .toLowerCase(),
      );
    if (!dropping) kept.push(line);
  }
  const added = add.map((line) => `${line}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(added, 'utf8'),
    Buffer.from(kept.join(''), 'latin1'),
    Buffer.from('\r\n'),
    mime.subarray(bodyStart),
  ]);
}
