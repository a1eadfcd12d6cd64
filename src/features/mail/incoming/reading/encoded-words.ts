import { decodeBase64 } from '../base64-body.js';
import { readText } from './text-reading.js';
import { unescapedBytes } from './unescaped-bytes.js';

/** Bounded, so that a header full of incomplete encoded words takes linear time. */
const word = /=\?([^?\s]{1,100})\?([QqBb])\?([^?]*)\?=/g;

/**
 * Decodes the encoded words (RFC 2047) in a header's value. Adjacent words of one charset are decoded together, because
 * mailers split them within characters.
 */
export function decodeWords(value: string): string {
  return replaceWords(value, (text) => text);
}

/** The same words re-encoded as UTF-8, so that a parser of structured headers still sees which text was encoded. */
export function recodeWords(value: string): string {
  return replaceWords(value, (text) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`);
}

function replaceWords(value: string, write: (text: string) => string): string {
  if (!value.includes('=?')) return value;
  const pieces: string[] = [];
  let run: { charset: string; words: Uint8Array[] } = { charset: '', words: [] };
  let end = 0;
  const flush = () => {
    if (run.words.length > 0) pieces.push(write(textOf(run.charset, run.words)));
  };
  for (const match of value.matchAll(word)) {
    const [whole, label = '', encoding = '', text = ''] = match;
    const between = value.slice(end, match.index);
    // Strips the language of RFC 2231.
    const charset = label.split('*', 1)[0]?.toLowerCase() ?? '';
    const bytes = /q/i.test(encoding) ? quoted(text) : decodeBase64(Buffer.from(text));
    // White space between two encoded words is folding.
    const follows = end > 0 && between.trim() === '';
    if (follows && run.charset === charset) run.words.push(bytes);
    else {
      flush();
      if (!follows) pieces.push(between);
      run = { charset, words: [bytes] };
    }
    end = match.index + whole.length;
  }
  flush();
  pieces.push(value.slice(end));
  return pieces.join('');
}

function textOf(charset: string, words: readonly Uint8Array[]): string {
  const together = readText(Buffer.concat(words), charset, { detects: false });
  if (words.length === 1 || together.damage === 0) return together.text;
  const apart = words.map((bytes) => readText(bytes, charset, { detects: false }));
  const damage = apart.reduce((sum, reading) => sum + reading.damage, 0);
  return damage < together.damage ? apart.map(({ text }) => text).join('') : together.text;
}

const quoted = (text: string): Uint8Array => unescapedBytes(text.replaceAll('_', ' '), 0x3d);
