import { htmlCharset, joinSurrogates } from './html-text.js';
import { isWide, readText, type Clues, type TextReading } from './text-reading.js';

/** A part that is shown as text. */
export interface TextPart {
  readonly isHtml: boolean;
  /** From its Content-Type. */
  readonly charset: string | null;
  /** Its bytes, with line feeds as line ends. */
  readonly decoded: Uint8Array;
  /** Its bytes as they were sent: in UTF-16 a line feed takes two of them. */
  readonly raw: () => Uint8Array;
}

/** @param clues from the rest of the message */
export function readTextPart({ isHtml, charset, decoded, raw }: TextPart, clues: Clues): TextReading {
  const bytes = isWide(decoded, charset) ? raw() : decoded;
  const own = isHtml ? htmlCharset(bytes) : null;
  const reading = readText(bytes, charset, own === null ? clues : { ...clues, hints: [own, ...(clues.hints ?? [])] });
  return isHtml ? { ...reading, text: joinSurrogates(reading.text) } : reading;
}
