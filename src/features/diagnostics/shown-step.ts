import type { DiagnosticStep } from './diagnostic-step.js';

/** Control characters but the line feed, and what turns the direction of text: a terminal would obey them. */
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const maxDetail = 2_000;
const maxRemedy = 4_000;

/**
 * Makes what a step may show out of it: servers and proxies have a say in the words, and some repeat whole
 * requests. The client leaves the password out already; this is the net under it.
 */
export function stepPolisher(auth: {
  readonly username: string;
  readonly password: string;
}): (step: DiagnosticStep) => DiagnosticStep {
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
  return (step) => ({
    ...step,
    detail: clean(step.detail, maxDetail),
    code: step.code === null ? null : clean(step.code, 200),
    remedy: step.remedy === null ? null : clean(step.remedy, maxRemedy),
    requestId: step.requestId === null ? null : clean(step.requestId, 200),
  });
}

const xmlEscaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
