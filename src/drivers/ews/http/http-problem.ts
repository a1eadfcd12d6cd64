import { offeredSchemes, offersBasic } from './offered-authentication.js';
import { knownSchemes } from './exchange-marks.js';
import type { AnswerHead, ResponseHeaders } from './answer-head.js';

/** What a status says when no fault came with it. */
export interface HttpProblem {
  readonly code: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
  /** Text of a host that is not recognised as Exchange; null if there is none. */
  readonly hostWords: string | null;
}

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The server does not accept the request.',
  401: 'The server does not accept the credentials.',
  403: 'The server refuses EWS to this account, application or address.',
  404: 'There is no EWS at this address.',
  413: 'The request is larger than the server allows.',
  440: 'The server wants a login page instead of EWS.',
  456: 'The account is blocked or its password has expired.',
  500: 'The server failed without saying why.',
  502: 'A gateway got no proper answer from the server.',
  503: 'The server is unavailable or too busy.',
  504: 'A gateway waited too long for the server.',
};

/**
 * The problem behind an HTTP status.
 * @param excerpt the start of the body, any text; shown without its markup.
 * @param isMailServer whether the host is known to be one; otherwise its words are apart from ours
 */
export function httpProblem({ status, headers }: AnswerHead, excerpt: string, isMailServer: boolean): HttpProblem {
  const values: Record<string, string> = {};
  let text = MEANINGS[status] ?? `The server answered with HTTP status ${status}.`;
  const words = plainText(excerpt);
  const hostWords = words === '' ? [] : [words];
  if (status >= 300 && status < 400) {
    text = redirectText(headers, values);
    if (!isMailServer && values['location']) hostWords.unshift(`it redirects to ${values['location']}`);
    if (!isMailServer) delete values['location'];
  }
  if (status === 401) {
    const offered = isMailServer ? offeredSchemes(headers) : knownSchemes(offeredSchemes(headers));
    values['offeredAuthentication'] = offered.join(', ') || 'none';
    // A password was sent all the same; without this text a right one would be looked at first.
    if (offered.length > 0 && !offersBasic(offered)) {
      text = `The server offers ${offered.join(', ')} to sign in with, and not Basic.`;
    }
  }
  const code = `Http${status}`;
  if (!isMailServer) return { code, text, values, hostWords: hostWords.join('; ') || null };
  return { code, text: words === '' ? text : `${text} It says: ${words}`, values, hostWords: null };
}

function redirectText(headers: ResponseHeaders, values: Record<string, string>): string {
  // Without its query: login pages carry tokens there.
  const location = (header(headers, 'location') ?? '').split(/[?#]/, 1)[0] ?? '';
  values['location'] = location.replace(/\/\/[^/@]*@/, '//');
  if (/\/ews\/genericerrorpage\.htm$/i.test(location)) {
    values['genericErrorPage'] = 'true';
    return 'The server redirects to its generic error page, which passes by itself.';
  }
  return 'The server redirects elsewhere; credentials are not sent to another address.';
}

/** Whether a body is a web page, as against broken XML. */
export function looksLikeHtml(start: string): boolean {
  let rest = start.replace(/^[\s\ufeff]+/, '');
  if (/^<\?xml/i.test(rest)) rest = behind(rest, '>');
  // Step by step: a pattern for any number of comments would backtrack exponentially.
  while (rest.startsWith('<!--')) rest = behind(rest, '-->', '<!--'.length);
  return /^(?:<!doctype\s+html|<html|<head|<body)/i.test(rest);
}

/** The text after the first `end`, without leading white space; empty if there is none. */
function behind(text: string, end: string, from = 0): string {
  const at = text.indexOf(end, from);
  return at < 0 ? '' : text.slice(at + end.length).trimStart();
}

/** The words of a page or a plain text, at most 300 characters. */
export function plainText(body: string): string {
  const words = withoutElements(withoutElements(body, /<script\b/gi, /<\/script>/gi), /<style\b/gi, /<\/style>/gi)
    .replace(/<[^>]*(>|$)/g, ' ')
    .replace(/&nbsp;/gi, ' ')
    .replace(/[\0-\x1f\ufffd\s]+/g, ' ')
    .trim();
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
}

/** Removes everything from `open` to `close`, or to the end. */
function withoutElements(body: string, open: RegExp, close: RegExp): string {
  const kept: string[] = [];
  for (let at = 0; at < body.length;) {
    open.lastIndex = at;
    const found = open.exec(body);
    if (found === null) return [...kept, body.slice(at)].join(' ');
    kept.push(body.slice(at, found.index));
    close.lastIndex = open.lastIndex;
    at = close.test(body) ? close.lastIndex : body.length;
  }
  return kept.join(' ');
}

/** How long the server asks to wait, from Retry-After in seconds or as a date; null when it does not say. */
export function retryAfterMs(headers: ResponseHeaders, now: number): number | null {
  const value = header(headers, 'retry-after')?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** A header's value, the first one when repeated; null when missing. */
export function header(headers: ResponseHeaders, name: string): string | null {
  return list(headers[name])[0] ?? null;
}

function list(value: string | string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
