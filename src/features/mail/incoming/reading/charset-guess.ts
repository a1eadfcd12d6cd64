import { chardet } from 'jschardet';
import { charsetOf, type Charset } from './charsets.js';

/** Charsets that occur in unlabelled mail; the many others that the detector knows would only win by chance. */
const candidates = [
  'utf-8',
  'utf-16-le',
  'utf-16-be',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
  'windows-874',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-7',
  'koi8-r',
  'koi8-u',
  'cp866',
  'cp850',
  'gb18030',
  'big5',
  'big5hkscs',
  'cp932',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'cp949',
];

/**
 * Weight of the Western charset for a message with few non-ASCII letters. Measured by `bench/charset-detection.mjs`:
 * between 1.2 and 2 most texts are correct, above that fewer Polish and Turkish ones.
 */
const western = 1.5;

const sampleBytes = 16_000;
/** Bytes of context around non-ASCII bytes, because words of one language stand together. */
const context = 30;

const fallback = 'windows-1252';

/** Assumed if nothing is known and the detector is not used. */
export const fallbackCharset = (): Charset => charsetOf(fallback) as Charset;

/**
 * Guesses the encoding of unlabelled bytes. Short texts are decoded correctly more often than not, and never worse than
 * with one fixed encoding.
 */
export function guessCharset(bytes: Uint8Array): Charset {
  const found = chardet
    .detectAll(sampleOf(bytes), { includeEncodings: candidates, ignoreThreshold: true })
    .flatMap(({ encoding, confidence }) => {
      const charset = charsetOf(encoding);
      return charset ? [{ charset, confidence: confidence * (charset.name === fallback ? western : 1) }] : [];
    });
  const best = found.reduce((one, other) => (other.confidence > one.confidence ? other : one), {
    charset: fallbackCharset(),
    confidence: 0,
  });
  return best.charset;
}

/** The words with non-ASCII bytes. In HTML, and below a long quotation, they are a small part of the text. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= sampleBytes) return bytes;
  const sample = new Uint8Array(sampleBytes);
  let length = 0;
  let copied = 0;
  for (let at = 0; at < bytes.length && length < sampleBytes; at += 1) {
    if ((bytes[at] ?? 0) < 0x80 && bytes[at] !== 0) continue;
    const from = Math.max(copied, at - context);
    const piece = bytes.subarray(from, Math.min(at + context, from + sampleBytes - length));
    sample.set(piece, length);
    length += piece.length;
    copied = from + piece.length;
    at = Math.max(at, copied - 1);
  }
  return length === 0 ? bytes.subarray(0, sampleBytes) : sample.subarray(0, length);
}
