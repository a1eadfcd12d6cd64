import { randomInt } from 'node:crypto';

export const minDigits = 4;
export const maxDigits = 12;
const maxSubjectLength = 998;
/** Enough for a subject that went through several hands. */
const maxTokens = 5;

/** How a profile marks the subjects of what it sends. */
export interface TokenForm {
  readonly prefix: string;
  readonly digits: number;
}

/**
 * Tokens anywhere in a subject, in the order of their appearance. Any number of digits that a profile can
 * have is taken, so that old mail is still recognised after the setting changed; whether a token was
 * ever given out, only the database knows.
 */
export function tokensIn(subject: string | null, prefix: string): string[] {
  const text = (subject ?? '').slice(0, maxSubjectLength * 2).toLowerCase();
  const head = prefix.toLowerCase();
  const found = new Set<string>();
  for (let at = text.indexOf(head); at >= 0 && found.size < maxTokens; at = text.indexOf(head, at + head.length)) {
    const digits = digitsAt(text, at + head.length);
    if (digits.length >= minDigits && digits.length <= maxDigits) found.add(head + digits);
  }
  return [...found];
}

function digitsAt(text: string, from: number): string {
  let end = from;
  while (end < text.length && end - from <= maxDigits && text[end] !== undefined && isDigit(text.charCodeAt(end)))
    end += 1;
  return text.slice(from, end);
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** A token at random: numbers in a row would tell a stranger the tokens of other people's mail. */
export function randomToken({ prefix, digits }: TokenForm): string {
  // randomInt takes ranges up to 2^48, which 12 digits are well within.
  return prefix + String(randomInt(10 ** digits)).padStart(digits, '0');
}

/** The subject with the token behind it; a subject that is too long loses its end, not the token. */
export function withToken(subject: string, token: string): string {
  const room = maxSubjectLength - token.length - 1;
  const kept = subject.length <= room ? subject : subject.slice(0, room).replace(/[\ud800-\udbff]$/, '');
  return `${kept.trimEnd()} ${token}`.trimStart();
}
