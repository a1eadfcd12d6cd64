import type { ResponseHeaders } from './answer-head.js';

/** Longer than any genuine header. */
const LONGEST = 4_096;
const MOST_SCHEMES = 10;

/** The tokens of a list element (RFC 9110, 5.6.2 and 11.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+/;

/**
 * The schemes that WWW-Authenticate offers, each once, in the server's order. All of them may stand in one header, or
 * each in one of its own, with parameters, with a token or with nothing behind them (RFC 9110, 11.6.1).
 */
export function offeredSchemes(headers: ResponseHeaders): string[] {
  const lines = [headers['www-authenticate'] ?? []].flat();
  const seen = new Map<string, string>();
  for (const element of lines.flatMap((line) => elementsOf(line.slice(0, LONGEST)))) {
    const scheme = schemeOf(element);
    if (scheme !== null && !seen.has(scheme.toLowerCase())) seen.set(scheme.toLowerCase(), scheme);
  }
  return [...seen.values()].slice(0, MOST_SCHEMES);
}

/** Whether Basic is among them, the one scheme that calls sign in with. */
export const offersBasic = (schemes: readonly string[]): boolean =>
  schemes.some((scheme) => scheme.toLowerCase() === 'basic');

/** The elements of a list, split at commas outside quotes. Quoted text is dropped, because it cannot be a scheme. */
function elementsOf(line: string): string[] {
  const elements: string[] = [];
  let element = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (isQuoted && char === '\\') at += 1;
    else if (char === '"') {
      isQuoted = !isQuoted;
      element += isQuoted ? '"' : '';
    } else if (isQuoted) continue;
    else if (char === ',') {
      elements.push(element.trim());
      element = '';
    } else element += char;
  }
  elements.push(element.trim());
  return elements;
}

/** The scheme at the start of an element; null if the element is another parameter of the previous scheme. */
function schemeOf(element: string): string | null {
  const [token] = TOKEN.exec(element) ?? [];
  if (token === undefined || !/^[a-z]/i.test(token)) return null;
  const rest = element.slice(token.length);
  const isParameter = /^\s*=/.test(rest);
  return isParameter || (rest !== '' && !/^\s/.test(rest)) ? null : token;
}
