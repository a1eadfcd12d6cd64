import type { DiagnosticStep } from './diagnostic-step.js';
import type { Verdict } from './verdict.js';

/** Takes out what must not be shown. */
export interface Polisher {
  step(step: DiagnosticStep): DiagnosticStep;
  verdict(verdict: Verdict): Verdict;
  address(url: string | null): string | null;
}

/** Control characters but the line feed, and what turns the direction of text: a terminal would obey them. */
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const maxDetail = 2_000;
const maxRemedy = 4_000;

/**
 * Makes what may be shown out of what was found: servers and proxies have a say in the words, and some repeat whole
 * requests. The client leaves the password out already; this is the net under it.
 */
export function polisher(auth: { readonly username: string; readonly password: string }): Polisher {
  const { username, password } = auth;
  const forms = [
    Buffer.from(`${username}:${password}`, 'utf8').toString('base64'),
    Buffer.from(password, 'utf8').toString('base64'),
    password,
    encodeURIComponent(password.toWellFormed()),
    xmlEscaped(password),
    JSON.stringify(password).slice(1, -1),
  ];
  // Very short ones would tear ordinary words apart and give away more than they hide.
  const secrets = [...new Set(forms)].filter((form) => form.length >= 4).sort((a, b) => b.length - a.length);
  const clean = (text: string, max: number) => {
    const shown = secrets
      .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
      .replace(unprintable, ' ')
      .toWellFormed();
    return shown.length > max ? `${shown.slice(0, max).toWellFormed()}…` : shown;
  };
  const cleanOr = (text: string | null, max: number) => (text === null ? null : clean(text, max));
  return {
    step: (step) => ({
      ...step,
      detail: clean(step.detail, maxDetail),
      code: cleanOr(step.code, 200),
      remedy: cleanOr(step.remedy, maxRemedy),
      requestId: cleanOr(step.requestId, 200),
      hostWords: cleanOr(step.hostWords, maxDetail),
    }),
    verdict: ({ code, text, remedy }) => ({ code, text: clean(text, maxDetail), remedy: cleanOr(remedy, maxRemedy) }),
    address: (url) => cleanOr(url, maxDetail),
  };
}

const xmlEscaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
