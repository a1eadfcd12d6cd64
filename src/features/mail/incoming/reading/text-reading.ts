import { isAscii, isUtf8 } from 'node:buffer';
import { fallbackCharset, guessCharset } from './charset-guess.js';
import { charsetOf, type Charset } from './charsets.js';
import { looksLikeHz } from './hz.js';
import { looksLikeIso2022 } from './iso-2022.js';

/** Decoded text. */
export interface TextReading {
  readonly text: string;
  /** Characters that could not be read. */
  readonly damage: number;
}

/** Information about a text besides its label. */
export interface Clues {
  /** Labels of other parts of the message, the most likely first. */
  readonly hints?: readonly string[];
  /** Skips the detector, which takes milliseconds even for a short text: for the many short texts of a message. */
  readonly detects?: boolean;
}

const utf8 = charsetOf('utf-8') as Charset;
const escape = 0x1b;

interface Reading extends TextReading {
  readonly charset: Charset;
}

/**
 * Encodings that mailers declare when they use the Windows superset, which has letters instead of control characters.
 */
const supersets: Readonly<Record<string, string>> = {
  'iso-8859-2': 'windows-1250',
  'iso-8859-5': 'windows-1251',
  'iso-8859-6': 'windows-1256',
  'iso-8859-7': 'windows-1253',
  'iso-8859-8': 'windows-1255',
  'iso-8859-8-i': 'windows-1255',
  'iso-8859-13': 'windows-1257',
  'iso-8859-15': 'windows-1252',
};

/**
 * Decodes text by its declared charset if the bytes fit. The bytes override the label if they are valid UTF-8, which is
 * never accidental for a single-byte encoding, or if the label leaves a good part of the text undecodable and another
 * encoding does not. Without a label, in this order: marks and escapes in the bytes, UTF-8, the hints, and the
 * detector.
 */
export function readText(
  bytes: Uint8Array,
  label: string | null,
  { hints = [], detects = true }: Clues = {},
): TextReading {
  const named = charsetOf(label);
  const is7Bit = isAscii(bytes);
  const marked = byteOrderMark(bytes) ?? (named === null ? unmarkedWide(bytes) : null);
  if (marked) return reading(marked, bytes);
  if (named?.kind === 'wide') return reading(isNarrow(bytes) ? utf8 : named, bytes);
  if (named?.kind === 'escaped' && (is7Bit || bytes.includes(escape))) return reading(named, bytes);
  if (is7Bit) return reading(escapedCharset(bytes, named) ?? utf8, bytes);
  // 8-bit bytes without an escape cannot be a 7-bit encoding.
  const declared = named?.kind === 'escaped' ? null : named;
  if (isUtf8(bytes)) {
    const found = declared?.kind === 'multi' && !isLong(bytes) ? reading(declared, bytes) : null;
    return found && isGood(found) ? found : reading(utf8, bytes);
  }
  const first = reading(declared ?? utf8, bytes);
  const superset = charsetOf(supersets[first.charset.name]);
  const wider = first.damage > 0 && superset ? reading(superset, bytes) : first;
  if (wider.damage < first.damage) return wider;
  if (isGood(first)) return first;
  // One at a time: keeping all candidates of a long text would take many times its memory.
  let best = first;
  for (const charset of [...hinted(hints), ...guesses(bytes, detects)]) {
    const found = reading(charset, bytes);
    if (isGood(found)) return found;
    if (found.damage < best.damage) best = found;
  }
  return best;
}

function reading(charset: Charset, bytes: Uint8Array): Reading {
  const text = charset.decode(bytes);
  return { text, damage: damageOf(text), charset };
}

/**
 * The number of non-ASCII bytes above which a two-byte text is not valid UTF-8 by accident: the bytes of one Chinese
 * character in eight of GBK are.
 */
const accident = 24;

function isLong(bytes: Uint8Array): boolean {
  let foreign = 0;
  for (let at = 0; at < bytes.length && foreign < accident; at += 1) if ((bytes[at] ?? 0) >= 0x80) foreign += 1;
  return foreign >= accident;
}

/** Bytes already known to be single-byte text are not two-byte text, whatever an HTML page declares. */
const hinted = (hints: readonly string[]): Charset[] =>
  hints.flatMap((hint) => charsetOf(hint) ?? []).filter(({ kind }) => kind !== 'wide');

/**
 * A few wrong bytes are transmission errors; a wrong encoding damages a good part of all non-ASCII text. Text that is
 * mostly UTF-8 is UTF-8.
 */
function isGood({ text, damage, charset }: Reading): boolean {
  if (damage === 0) return true;
  let foreign = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) foreign += 1;
  return damage * (charset === utf8 ? 2 : 10) < foreign;
}

/** Characters that could not be read: as U+FFFD, or as a control character of the C1 set, which no text has. */
export function damageOf(text: string): number {
  let damage = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0xfffd || (code >= 0x80 && code < 0xa0)) damage += 1;
  }
  return damage;
}

/** Whether text has two or four bytes per character, and so per line end. */
export const isWide = (bytes: Uint8Array, label: string | null): boolean => {
  const named = charsetOf(label);
  return (
    named?.kind === 'wide' || (byteOrderMark(bytes) ?? (named === null ? unmarkedWide(bytes) : null))?.kind === 'wide'
  );
};

function byteOrderMark(bytes: Uint8Array): Charset | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return utf8;
  if (first === 0xff && second === 0xfe) return charsetOf(bytes[2] === 0 && bytes[3] === 0 ? 'utf-32le' : 'utf-16le');
  return first === 0xfe && second === 0xff ? charsetOf('utf-16be') : null;
}

/**
 * Whether bytes have one or two bytes per character whatever the label says: UTF-16 and UTF-32 have a zero in every
 * line end and space.
 */
const isNarrow = (bytes: Uint8Array): boolean => !bytes.includes(0) && isUtf8(bytes);

/** Detects 7-bit encodings by their escape sequences. */
function escapedCharset(bytes: Uint8Array, named: Charset | null): Charset | null {
  if (looksLikeIso2022(bytes)) return charsetOf('iso-2022-jp');
  return named?.kind !== 'single' && looksLikeHz(bytes) ? charsetOf('hz-gb-2312') : null;
}

const looked = 400;

/** UTF-16 without a byte order mark: every other byte is zero for Latin letters, spaces and line ends. */
function unmarkedWide(bytes: Uint8Array): Charset | null {
  const zeros = [0, 0];
  for (const [at, byte] of bytes.subarray(0, looked).entries())
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.max(even, odd) * 5 < Math.min(bytes.length, looked) || Math.min(even, odd) > 0) return null;
  return charsetOf(odd > even ? 'utf-16le' : 'utf-16be');
}

/** Nothing can be guessed from bytes that are letters in hardly any language, such as the rest of a byte order mark. */
function guesses(bytes: Uint8Array, detects: boolean): readonly Charset[] {
  const surrogates = holdsSurrogates(bytes) ? charsetOf('cesu-8') : null;
  if (surrogates) return [surrogates];
  return bytes.some((byte) => byte >= 0x80 && byte < 0xfe) ? [detects ? guessCharset(bytes) : fallbackCharset()] : [];
}

/** Surrogates encoded separately in UTF-8, as old databases and Java write emoji. */
function holdsSurrogates(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    const [second, , fourth, fifth] = bytes.subarray(at + 1, at + 6);
    if (((second ?? 0) & 0xf0) === 0xa0 && fourth === 0xed && ((fifth ?? 0) & 0xf0) === 0xb0) return true;
  }
  return false;
}
