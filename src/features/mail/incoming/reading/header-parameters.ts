import { decodeWords } from './encoded-words.js';
import { readText } from './text-reading.js';
import { unescapedBytes } from './unescaped-bytes.js';

interface Section {
  readonly place: number;
  readonly isEncoded: boolean;
  readonly value: string;
}

/**
 * A parameter of Content-Type or Content-Disposition, in any of the encodings in use: RFC 2231 with or without sections
 * and a charset, RFC 2047, which the standard forbids here, or plain. Null if it is missing.
 * @param name in lower case
 */
export function headerParameter(header: string, name: string): string | null {
  const plain: string[] = [];
  const sections: Section[] = [];
  for (const [key, value] of parametersOf(header)) {
    if (key === name) plain.push(value);
    else if (key.startsWith(`${name}*`)) {
      const [, place = '0', encoded = ''] = /^(?:(\d{1,4})(\*?)|)$/.exec(key.slice(name.length + 1)) ?? [];
      const isWhole = key.length === name.length + 1;
      sections.push({ place: Number(place || 0), isEncoded: isWhole || encoded === '*', value });
    }
  }
  if (sections.length > 0) return joined(sections.sort((one, other) => one.place - other.place));
  return plain[0] === undefined ? null : decodeWords(plain[0]);
}

function joined(sections: readonly Section[]): string {
  const [first] = sections;
  const [, charset = '', text] = (first?.isEncoded && /^([^']*)'[^']*'(.*)$/s.exec(first.value)) || [];
  const bytes = sections.map(({ isEncoded, value }, index) => {
    const own = index === 0 && text !== undefined ? text : value;
    return isEncoded ? unescapedBytes(own, 0x25) : Buffer.from(own);
  });
  // A section may end in the middle of a character.
  return readText(Buffer.concat(bytes), charset || null, { detects: false }).text;
}

/** The parameters after the value, keys in lower case, unquoted. An unclosed quote ends with the header. */
function parametersOf(header: string): [string, string][] {
  const found: [string, string][] = [];
  let [key, value, isQuoted, wasQuoted]: [string | null, string, boolean, boolean] = [null, '', false, false];
  let isFirst = true;
  // Tracked in a flag: deriving it from the value would be quadratic in the number of quotes.
  let isBlank = true;
  const add = (char: string) => {
    value += char;
    isBlank &&= char.trim() === '';
  };
  const flush = () => {
    if (!isFirst && key !== null) found.push([key.trim().toLowerCase(), wasQuoted ? value : value.trim()]);
    isFirst = false;
    [key, value, wasQuoted] = [null, '', false];
    isBlank = true;
  };
  for (let at = 0; at < header.length; at += 1) {
    const char = header.charAt(at);
    if (isQuoted && char === '\\' && at + 1 < header.length) add(header.charAt((at += 1)));
    else if (char === '"' && key !== null && (isQuoted || isBlank)) {
      if (!isQuoted) value = '';
      isQuoted = !isQuoted;
      wasQuoted = true;
    } else if (isQuoted) add(char);
    else if (char === ';') flush();
    else if (char === '=' && key === null) {
      [key, value] = [value, ''];
      isBlank = true;
    }
    // Text after a closing quote is ignored.
    else if (!wasQuoted) add(char);
  }
  flush();
  return found;
}
