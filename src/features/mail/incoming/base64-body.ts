const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const [equals, foreign] = [0x3d, 0xff];

const values = new Uint8Array(256).fill(foreign);
for (const [value, sign] of [...alphabet].entries()) values[sign.charCodeAt(0)] = value;

/**
 * Base64 as used in mail (RFC 2045, 6.8): invalid characters are skipped, and padding ends a unit, after which some
 * programs start another one.
 */
export function decodeBase64(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  const decoded = new Uint8Array(Math.ceil((encoded.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (let at = 0; at < encoded.length; at += 1) {
    const byte = encoded[at] ?? 0;
    if (byte === equals) {
      // A single remaining character is not enough for a byte.
      [bits, held] = [0, 0];
      continue;
    }
    const value = values[byte] ?? foreign;
    if (value === foreign) continue;
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded[length++] = (held >> bits) & 0xff;
    }
  }
  return decoded.subarray(0, length);
}
