import { isUtf8 } from 'node:buffer';
import { guessCharset } from './charset-guess.js';
import { charsetOf } from './charsets.js';
import { looksLikeIso2022 } from './iso-2022.js';
import { readText } from './text-reading.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Headers and the first parts name the charsets of a message; later parts say little about its headers. */
const lookedAt = 64 * 1024;
const label = /charset\s{0,5}=\s{0,5}["']?([\w.:+-]{2,60})|=\?([^?\s*]{2,60})[?*]/gi;
const maxHints = 8;
/** The number of header blocks for which the charset is detected; later ones are assumed to have the same. */
const maxGuesses = 10;

/** Charsets named near the beginning of a message, in order: hints for unlabelled text. */
export function charsetHints(message: Uint8Array): string[] {
  const start = Buffer.from(message.buffer, message.byteOffset, Math.min(message.length, lookedAt)).toString('latin1');
  const hints = new Set<string>();
  for (const [, parameter, word] of start.matchAll(label)) {
    const named = (parameter ?? word ?? '').toLowerCase();
    const kind = charsetOf(named)?.kind;
    // UTF-8 is recognised without a hint, and headers are never UTF-16.
    if (kind === 'single' || kind === 'multi') hints.add(named);
    if (hints.size >= maxHints) break;
  }
  return [...hints];
}

/**
 * Converts header lines with raw 8-bit bytes to UTF-8. RFC 6532 requires UTF-8, but old mailers use the local charset.
 * All such lines of a header block are assumed to have one charset, because a subject is too short to detect it.
 */
export class HeaderBytes {
  private block: { readonly end: number; readonly hints: readonly string[] } | null = null;
  private hints: readonly string[] | null = null;
  private guess = '';
  private guesses = 0;

  /**
   * @param message the whole message; lines are identified by their offset in it
   * @param detects whether to detect the charset of unlabelled lines, which takes milliseconds
   */
  constructor(
    private readonly message: Bytes,
    private readonly detects = true,
  ) {}

  /** Charsets that the message names, used for unlabelled text. */
  get charsets(): readonly string[] {
    this.hints ??= charsetHints(this.message);
    return this.hints;
  }

  /** The line unchanged if it is UTF-8. */
  asUtf8(line: Bytes): Bytes {
    if (isUtf8(line)) return looksLikeIso2022(line) ? utf8(readText(line, 'iso-2022-jp').text) : line;
    return utf8(readText(line, null, { hints: this.hintsAt(line), detects: false }).text);
  }

  private hintsAt(line: Bytes): readonly string[] {
    const at = line.byteOffset - this.message.byteOffset;
    if (this.block && at < this.block.end) return this.block.hints;
    const block = this.message.subarray(at, Math.min(at + lookedAt, this.message.length));
    const end = endOfHeader(block);
    if (this.detects && this.guesses < maxGuesses) this.guess = guessCharset(rawLines(block.subarray(0, end))).name;
    this.guesses += 1;
    this.block = { end: at + end, hints: [...this.charsets, this.guess] };
    return this.block.hints;
  }
}

const utf8 = (text: string): Bytes => new Uint8Array(Buffer.from(text));

/** The end of the last line, before the empty line. */
function endOfHeader(block: Uint8Array): number {
  for (let feed = block.indexOf(0x0a); feed >= 0; feed = block.indexOf(0x0a, feed + 1)) {
    const next = block[feed + 1];
    if (next === 0x0a || (next === 0x0d && block[feed + 2] === 0x0a)) return feed + 1;
  }
  return block.length;
}

function rawLines(block: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < block.length;) {
    const feed = block.indexOf(0x0a, start);
    const end = feed < 0 ? block.length : feed + 1;
    const line = block.subarray(start, end);
    if (!isUtf8(line)) lines.push(line);
    start = end;
  }
  return Buffer.concat(lines);
}
