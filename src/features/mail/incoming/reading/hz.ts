const [tilde, open, close, lineFeed, carriageReturn] = [0x7e, 0x7b, 0x7d, 0x0a, 0x0d];

/** Whether unlabelled bytes contain Chinese text in HZ (RFC 1843): a complete run of GB 2312 characters. */
export function looksLikeHz(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(tilde); at >= 0; at = bytes.indexOf(tilde, at + 1)) {
    if (bytes[at + 1] !== open) continue;
    let end = at + 2;
    while (isIn(bytes[end], 0x21, 0x77) && isIn(bytes[end + 1], 0x21, 0x7e)) end += 2;
    if (end > at + 2 && bytes[end] === tilde && bytes[end + 1] === close) return true;
    // A run ends before the next tilde that could begin one, so nothing is scanned twice.
    at = Math.max(at, end - 1);
  }
  return false;
}

/** Decodes HZ (RFC 1843): ASCII in which `~{` and `~}` enclose 7-bit GB 2312. */
export function decodeHz(bytes: Uint8Array): string {
  // Converted to GBK, where these characters have bit 8 set and ASCII is unchanged.
  const gbk = new Uint8Array(bytes.length);
  let length = 0;
  let isChinese = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const next = bytes[at + 1];
    if (byte === tilde && next === open && !isChinese) isChinese = true;
    else if (byte === tilde && next === close && isChinese) isChinese = false;
    else if (byte === tilde && next === tilde && !isChinese) gbk[length++] = tilde;
    else if (byte === tilde && next === lineFeed) isChinese = false;
    else if (byte === tilde && next === carriageReturn && bytes[at + 2] === lineFeed) at += 1;
    else {
      // A line end closes an open run.
      if (byte === lineFeed) isChinese = false;
      if (isChinese && byte > 0x20 && next !== undefined && next > 0x20) {
        gbk[length++] = byte | 0x80;
        gbk[length++] = next | 0x80;
        at += 1;
      } else gbk[length++] = byte;
      continue;
    }
    at += 1;
  }
  return new TextDecoder('gbk').decode(gbk.subarray(0, length));
}

const isIn = (byte: number | undefined, least: number, most: number): boolean =>
  byte !== undefined && byte >= least && byte <= most;
