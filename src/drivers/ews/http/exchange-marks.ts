import type { ResponseHeaders } from './answer-head.js';

/** Headers that the front end and back end of Exchange add to every response, including errors and redirects. */
const marks = ['x-feserver', 'x-calculatedbetarget', 'x-targetbeserver', 'x-beserver', 'x-diaginfo', 'x-owa-version'];

/**
 * Whether the headers identify a response as one of Exchange. Otherwise it may be anything at that address, such as a
 * page of another service, and its text is for administrators only.
 */
export const hasExchangeMarks = (headers: ResponseHeaders): boolean =>
  marks.some((name) => headers[name] !== undefined);

/**
 * Schemes that servers are known to offer (the IANA registry, and those of Windows). Anything else may be text of the
 * host.
 */
const schemes = new Set(
  ['Basic', 'Bearer', 'Digest', 'DPoP', 'HOBA', 'Kerberos', 'Mutual', 'Negotiate', 'NTLM', 'OAuth', 'PrivateToken'].map(
    (scheme) => scheme.toLowerCase(),
  ),
);

export const knownSchemes = (offered: readonly string[]): string[] =>
  offered.filter((scheme) => schemes.has(scheme.toLowerCase()));
