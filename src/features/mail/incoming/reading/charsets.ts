import iconv from 'iconv-lite';
import { decodeHz } from './hz.js';
import { decodeIso2022 } from './iso-2022.js';

/** A supported encoding. */
export interface Charset {
  /** In lower case, without the additions of its label. */
  readonly name: string;
  /** `wide`: two or four bytes per character. `escaped`: 7-bit, with escape sequences for everything but ASCII. */
  readonly kind: 'utf-8' | 'single' | 'multi' | 'escaped' | 'wide';
  /** Undecodable bytes become U+FFFD. */
  decode(bytes: Uint8Array): string;
}

/** Labels that carry no information, or less than the bytes. */
const meaningless =
  /^(?:(?:us-?)?ascii|ansi_x3[.]4-19\d\d|iso646-us|x?-?unknown(?:-8bit)?|8bit|binary|none|default|x-user-defined)$/;

/** Names used by mailers for encodings that the libraries know under another name; without separators. */
const aliases: Readonly<Record<string, string>> = {
  ansi: 'windows-1252',
  macce: 'maccenteuro',
  iso88598i: 'iso-8859-8-i',
  iso88598e: 'iso-8859-8',
  msansi: 'windows-1252',
  shiftjis: 'shift_jis',
  sjis: 'shift_jis',
  windows31j: 'shift_jis',
  mskanji: 'shift_jis',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
  euckr: 'euc-kr',
  uhc: 'euc-kr',
  ksc56011987: 'euc-kr',
  gb2312: 'gb18030',
  euccn: 'gb18030',
  gbk: 'gb18030',
  big5hkscs: 'big5',
  tis620: 'windows-874',
  utf8mb4: 'utf-8',
  unicode: 'utf-16',
  ucs2: 'utf-16',
  iso10646ucs2: 'utf-16',
  csunicode: 'utf-16',
  utf16: 'utf-16',
  utf32: 'utf-32',
  ucs4: 'utf-32',
  iso10646ucs4: 'utf-32',
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  874: 'windows-874',
  51932: 'euc-jp',
  51949: 'euc-kr',
  54936: 'gb18030',
  65001: 'utf-8',
  1200: 'utf-16le',
  1201: 'utf-16be',
};

const known = new Map<string, Charset | null>();
/** Labels come from untrusted mail. */
const maxKnown = 1_000;

/** The encoding for a label; null if there is none, or it is not supported. */
export function charsetOf(label: string | null | undefined): Charset | null {
  const clean = cleanLabel(label ?? '');
  if (clean === '' || meaningless.test(clean)) return null;
  const found = known.get(clean);
  if (found !== undefined) return found;
  const charset = find(clean);
  if (known.size < maxKnown) known.set(clean, charset);
  return charset;
}

/**
 * Cleans a label: mailers put other parameters into its quotes, the word `charset` before it, a language after it (RFC
 * 2231), or the marks of a converter around it (`_iso-2022-jp$ESC`).
 */
function cleanLabel(label: string): string {
  const [, clean = ''] =
    /^[\s"'_=]*(?:charset[\s"'=]*)?([a-z0-9][\w.:+()-]*)/.exec(label.slice(0, 200).toLowerCase()) ?? [];
  return clean.slice(0, 60);
}

function find(label: string): Charset | null {
  const bare = label.replace(/^(?:x-ms-|x-|cs(?=iso|utf|shift|euc|gb|big5|hz|koi))/, '').replace(/[\s._:-]+/g, '');
  const codePage = /^(?:cp|windows|win|ms|ibm|ccsid|dos)?0{0,2}(\d{3,5})$/.exec(bare)?.[1];
  if (/^(?:unicode[12][01])?utf7$/.test(bare)) return byIconv('utf-7', 'escaped');
  if (/^iso2022kr/.test(bare) || codePage === '50225') return iso2022('iso-2022-kr', 'ksX1001');
  if (/^iso2022cn/.test(bare) || codePage === '50227') return iso2022('iso-2022-cn', 'gb2312');
  if (/^iso2022jp|^junet$|^jis7?$/.test(bare) || /^5022[0-2]$/.test(codePage ?? ''))
    return iso2022('iso-2022-jp', 'katakana');
  if (/^hz(?:gb2312)?$/.test(bare) || codePage === '52936') return hz;
  const alias = aliases[bare] ?? (codePage && aliases[codePage]);
  if (alias === 'utf-16' || alias === 'utf-32') return byIconv(alias, 'wide');
  if (/^(?:utf|ucs)32[bl]e$/.test(bare)) return byIconv(`utf-32${bare.slice(-2)}`, 'wide');
  const onWindows = codePage === undefined ? null : byTextDecoder(`windows-${codePage}`);
  return byTextDecoder(alias ?? label) ?? byTextDecoder(bare) ?? onWindows ?? byTables(alias ?? bare, codePage);
}

const iso2022 = (name: string, shifted: Parameters<typeof decodeIso2022>[1]): Charset => ({
  name,
  kind: 'escaped',
  decode: (bytes) => decodeIso2022(bytes, shifted),
});
const hz: Charset = { name: 'hz-gb-2312', kind: 'escaped', decode: decodeHz };

/** The WHATWG encodings, decoded natively. */
function byTextDecoder(label: string): Charset | null {
  try {
    const decoder = new TextDecoder(label);
    const { encoding } = decoder;
    // Some versions of Node 20 decode it as ISO-8859-1, with every curly quote and the euro sign as a control
    // character.
    if (encoding === 'windows-1252') return byIconv(encoding, 'single');
    const kind = encoding === 'utf-8' ? 'utf-8' : encoding.startsWith('utf-16') ? 'wide' : null;
    return withKind(encoding, (bytes) => decoder.decode(bytes), kind);
  } catch {
    return null;
  }
}

/** Code pages outside the WHATWG encodings: of DOS, of the Macintosh, and national ones. */
function byTables(bare: string, codePage: string | undefined): Charset | null {
  for (const name of codePage ? [`cp${codePage}`, bare] : [bare]) {
    // iconv-lite also lists Node's own encodings, which are not charsets.
    if (/^(?:base64|hex|binary|ucs2|utf16|utf7imap)/.test(name) || !iconv.encodingExists(name)) continue;
    return byIconv(name, null);
  }
  return null;
}

function byIconv(name: string, kind: Charset['kind'] | null): Charset {
  return withKind(name, (bytes) => iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), name), kind);
}

/** In a single-byte encoding each of the 256 bytes decodes to one character, independent of its neighbours. */
function withKind(name: string, decode: Charset['decode'], kind: Charset['kind'] | null): Charset {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const known = kind ?? (decode(every).length === 256 ? 'single' : 'multi');
  return { name, decode: known === 'single' ? inPieces(decode) : decode, kind: known };
}

/** Bytes that are decoded at a time. */
const pieceBytes = 16 * 1024;

/**
 * In pieces: iconv-lite makes two bytes of each character, and from them a string of the same size. A piece that is
 * Latin-1 is stored in one byte a character again.
 */
function inPieces(decode: Charset['decode']): Charset['decode'] {
  return (bytes) => {
    if (bytes.length <= pieceBytes) return decode(bytes);
    const pieces: string[] = [];
    for (let start = 0; start < bytes.length; start += pieceBytes)
      pieces.push(narrow(decode(bytes.subarray(start, start + pieceBytes))));
    return pieces.join('');
  };
}

/** The same text in one byte a character, where that can hold it. */
function narrow(text: string): string {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return text;
  return Buffer.from(text, 'latin1').toString('latin1');
}
