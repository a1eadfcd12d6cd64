/**
 * The 7-bit encodings of ISO 2022: Japanese (RFC 1468, 1554, 2237), Korean (RFC 1557) and Chinese (RFC 1922). Escape
 * sequences select the character set of the following bytes, so one decoder handles all of them, whichever a message
 * declares, or none. The sets are those of the EUC encodings with bit 8 set.
 */

interface CharacterSet {
  readonly label: 'euc-jp' | 'euc-kr' | 'gbk' | 'iso-8859-1' | 'iso-8859-7';
  /** Bytes per character. */
  readonly width: 1 | 2;
  /** The prefix of EUC for a character of this set. */
  readonly lead?: number;
}

const sets = {
  jisX0208: { label: 'euc-jp', width: 2 },
  jisX0212: { label: 'euc-jp', width: 2, lead: 0x8f },
  katakana: { label: 'euc-jp', width: 1, lead: 0x8e },
  gb2312: { label: 'gbk', width: 2 },
  ksX1001: { label: 'euc-kr', width: 2 },
  latin1: { label: 'iso-8859-1', width: 1 },
  greek: { label: 'iso-8859-7', width: 1 },
} as const satisfies Record<string, CharacterSet>;

interface Designation {
  /** The bytes after the escape character. */
  readonly sequence: readonly number[];
  readonly to: 'g0' | 'g1' | 'g2';
  /** Null: ASCII, or a set that differs from it in one or two characters. */
  readonly set: CharacterSet | null;
}

const designations: readonly Designation[] = (
  [
    ['$@', 'g0', sets.jisX0208],
    ['$B', 'g0', sets.jisX0208],
    ['$A', 'g0', sets.gb2312],
    ['$(B', 'g0', sets.jisX0208],
    ['$(C', 'g0', sets.ksX1001],
    ['$(D', 'g0', sets.jisX0212],
    ['$(Q', 'g0', sets.jisX0208],
    ['(B', 'g0', null],
    ['(J', 'g0', null],
    ['(H', 'g0', null],
    ['(I', 'g0', sets.katakana],
    ['$)A', 'g1', sets.gb2312],
    ['$)C', 'g1', sets.ksX1001],
    ['.A', 'g2', sets.latin1],
    ['.F', 'g2', sets.greek],
  ] as const
).map(([sequence, to, set]) => ({ sequence: [...Buffer.from(sequence)], to, set }));

const [escape, shiftOut, shiftIn, lineFeed, singleShift] = [0x1b, 0x0e, 0x0f, 0x0a, 0x4e];

/** Whether unlabelled bytes must be ISO 2022: they switch to a two-byte set. */
export function looksLikeIso2022(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(escape); at >= 0; at = bytes.indexOf(escape, at + 1)) {
    const found = designationAt(bytes, at + 1);
    if (found?.set) return true;
  }
  return false;
}

/**
 * Also decodes half-width katakana as single bytes above 0xA0, as old Japanese mailers write them.
 * @param shifted the set for shifted bytes if no escape selects one
 */
export function decodeIso2022(bytes: Uint8Array, shifted: 'katakana' | 'ksX1001' | 'gb2312' = 'katakana'): string {
  const text = new Pieces();
  let [g0, g1, g2]: [CharacterSet | null, CharacterSet | null, CharacterSet | null] = [null, null, null];
  let isShifted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === escape) {
      const found = designationAt(bytes, at + 1);
      if (found) {
        if (found.to === 'g0') g0 = found.set;
        else if (found.to === 'g1') g1 = found.set;
        else g2 = found.set;
        at += found.sequence.length;
      } else if (bytes[at + 1] === singleShift && g2) {
        text.add(g2, bytes, at + 2);
        at += 2;
      }
    } else if (byte === shiftOut) isShifted = true;
    else if (byte === shiftIn) isShifted = false;
    else {
      const set = isShifted ? (g1 ?? sets[shifted]) : byte > 0xa0 && byte < 0xe0 ? sets.katakana : g0;
      if (byte === lineFeed) isShifted = false;
      if (set === null || byte <= 0x20 || byte === 0x7f) text.addAscii(byte);
      else {
        text.add(set, bytes, at);
        at += set.width - 1;
      }
    }
  }
  return text.join();
}

const designationAt = (bytes: Uint8Array, at: number): Designation | undefined =>
  designations.find(({ sequence }) => sequence.every((byte, index) => bytes[at + index] === byte));

const decoders = {
  'euc-jp': new TextDecoder('euc-jp'),
  'euc-kr': new TextDecoder('euc-kr'),
  gbk: new TextDecoder('gbk'),
  'iso-8859-1': new TextDecoder('iso-8859-1'),
  'iso-8859-7': new TextDecoder('iso-8859-7'),
};

/** A control character that does not occur in mail, used for a byte outside every set. */
const [substitute, substituteText] = [0x1a, '\x1a'];

/** Decodes runs of one encoding at a time; ASCII is part of each. */
class Pieces {
  private readonly pieces: string[] = [];
  private label: CharacterSet['label'] = 'euc-jp';
  private run: number[] = [];

  addAscii(byte: number): void {
    this.run.push(byte < 0x80 ? byte : substitute);
    if (this.run.length > runLength) this.flush();
  }

  /** An incomplete character is dropped. */
  add({ label, width, lead }: CharacterSet, bytes: Uint8Array, at: number): void {
    if (label !== this.label || this.run.length > runLength) this.flush();
    this.label = label;
    if (at + width > bytes.length) this.run.push(substitute);
    else {
      if (lead !== undefined) this.run.push(lead);
      for (let index = at; index < at + width; index += 1) this.run.push((bytes[index] ?? 0) | 0x80);
    }
  }

  join(): string {
    this.flush();
    return this.pieces.join('');
  }

  private flush(): void {
    const text = decoders[this.label].decode(Uint8Array.from(this.run));
    this.pieces.push(text.includes(substituteText) ? text.replaceAll(substituteText, '\ufffd') : text);
    this.run = [];
  }
}

const runLength = 8_000;
