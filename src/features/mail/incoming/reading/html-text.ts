import { replaceEach } from './replace-each.js';

/** Further than browsers look, because mailers write long heads. */
const lookedAt = 8 * 1024;

/** The charset declared in an HTML document, in a meta element or an XML declaration; null if there is none. */
export function htmlCharset(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, lookedAt)).toString('latin1');
  for (const [tag] of start.matchAll(/<(?:meta|\?xml)\b[^<>]*/gi)) {
    const [, label] = /(?:charset|encoding)\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:+-]{2,60})/i.exec(tag) ?? [];
    if (label !== undefined) return label;
  }
  return null;
}

const pair = /&#(?:x(d[89ab][0-9a-f]{2})|(5[56]\d{3}));?&#(?:x(d[c-f][0-9a-f]{2})|(5[67]\d{3}));?/gi;

/**
 * Replaces surrogate pairs written as two character references by the character: browsers show two replacement
 * characters for them (HTML, numeric character reference end state).
 */
export function joinSurrogates(html: string): string {
  return replaceEach(html, pair, ([whole, highHex, high, lowHex, low]) => {
    const first = highHex === undefined ? Number(high) : parseInt(highHex, 16);
    const second = lowHex === undefined ? Number(low) : parseInt(lowHex, 16);
    const isPair = first >= 0xd800 && first < 0xdc00 && second >= 0xdc00 && second < 0xe000;
    return isPair ? String.fromCharCode(first, second) : whole;
  });
}
