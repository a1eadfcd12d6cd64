import type { AnswerHead, ResponseHeaders } from './ews-endpoint.js';

/** What a status says when no fault came with it. */
export interface HttpProblem {
  readonly code: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
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
 */
export function httpProblem({ status, headers }: AnswerHead, excerpt: string): HttpProblem {
  const values: Record<string, string> = {};
  let text = MEANINGS[status] ?? `The server answered with HTTP status ${status}.`;
  if (status >= 300 && status < 400) text = redirectText(headers, values);
  if (status === 401) {
    const offered = list(headers['www-authenticate']).map((challenge) => challenge.split(' ', 1)[0] ?? '');
    if (offered.length > 0) values['offeredAuthentication'] = [...new Set(offered)].join(', ');
  }
  const words = plainText(excerpt);
  return { code: `Http${status}`, text: words === '' ? text : `${text} It says: ${words}`, values };
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
  return /^[\s\ufeff]*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype\s+html|<html|<head|<body)/i.test(start);
}

/** The words of a page or a plain text, at most 300 characters. */
export function plainText(body: string): string {
  const words = body
    .replace(/<(script|style)\b[\s\S]*?(<\/\1>|$)/gi, ' ')
    .replace(/<[^>]*(>|$)/g, ' ')
    .replace(/&nbsp;/gi, ' ')
    .replace(/[\0-\x1f\ufffd\s]+/g, ' ')
    .trim();
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
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
