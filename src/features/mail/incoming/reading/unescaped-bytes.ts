/**
 * Text in which bytes are written as a sign and two hexadecimal digits each, as its bytes; a sign that no digits
 * follow stands for itself.
 * @param sign as a byte: `=` in encoded words (RFC 2047, 4.2), `%` in parameters (RFC 2231, 4)
 */
export function unescapedBytes(text: string, sign: number): Buffer {
  const source = Buffer.from(text);
  const bytes = Buffer.alloc(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at += 1) {
    const pair = source[at] === sign ? source.toString('latin1', at + 1, at + 3) : '';
    if (/^[0-9a-f]{2}$/i.test(pair)) {
      bytes[length++] = parseInt(pair, 16);
      at += 2;
    } else bytes[length++] = source[at] ?? 0;
  }
  return bytes.subarray(0, length);
}
