const [equals, carriageReturn, lineFeed, space, tab] = [0x3d, 0x0d, 0x0a, 0x20, 0x09];

/**
 * Decodes quoted-printable to bytes, keeping line breaks (RFC 2045, 6.7); malformed sequences stay unchanged.
 * @param blanks how to treat trailing blanks, which are added in transport; in format=flowed text some programs send
 *   them unencoded to mark a soft line break
 */
export function decodeQuotedPrintable(encoded: Uint8Array, blanks: 'drop' | 'keep' = 'drop'): Uint8Array<ArrayBuffer> {
  const decoded = new Uint8Array(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at += 1) {
    const byte = encoded[at] ?? 0;
    if (blanks === 'drop' && (byte === space || byte === tab)) {
      const next = afterBlanks(encoded, at);
      // Processes a whole run at once.
      if (!isLineEnd(encoded, next))
        for (let blank = at; blank < next; blank += 1) decoded[length++] = encoded[blank] ?? 0;
      at = next - 1;
    } else if (byte !== equals) {
      decoded[length++] = byte;
    } else {
      const next = blanks === 'drop' ? afterBlanks(encoded, at + 1) : at + 1;
      const value = hex(encoded[at + 1]) * 16 + hex(encoded[at + 2]);
      if (isLineEnd(encoded, next)) {
        at = encoded[next] === carriageReturn ? next + 1 : next;
      } else if (Number.isNaN(value)) {
        decoded[length++] = byte;
      } else {
        decoded[length++] = value;
        at += 2;
      }
    }
  }
  return decoded.subarray(0, length);
}

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === space || bytes[at] === tab) at += 1;
  return at;
}

const isLineEnd = (bytes: Uint8Array, at: number): boolean =>
  at >= bytes.length || bytes[at] === lineFeed || (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed);

function hex(byte: number | undefined): number {
  if (byte === undefined) return NaN;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte & 0xdf;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : NaN;
}
