const [carriageReturn, lineFeed] = [0x0d, 0x0a];

/** Normalizes line ends to single line feeds, including the last line. */
export function withEvenLines(text: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (text.length === 0 || (text.at(-1) === lineFeed && !text.includes(carriageReturn))) return text;
  const even = new Uint8Array(text.length + 1);
  let length = 0;
  // The end of the line without trailing carriage returns.
  let lineEnd = 0;
  for (const byte of text) {
    if (byte === lineFeed) length = lineEnd;
    even[length++] = byte;
    if (byte !== carriageReturn) lineEnd = length;
  }
  if (text.at(-1) === lineFeed) return even.subarray(0, length);
  even[lineEnd] = lineFeed;
  return even.subarray(0, lineEnd + 1);
}
