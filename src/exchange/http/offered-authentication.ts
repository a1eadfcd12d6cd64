import type { ResponseHeaders } from './ews-endpoint.js';

/**
 * The schemes that WWW-Authenticate offers, each once. A header of its own for each is the rule; several in
 * one stand at its beginning or behind a comma, where a parameter has an equals sign.
 */
export function offeredSchemes(headers: ResponseHeaders): string[] {
  const lines = [headers['www-authenticate'] ?? []].flat();
  const schemes = lines.flatMap((line) =>
    [...withoutQuoted(line).matchAll(/(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?=\s*(?:,|$)|\s+[^\s=,]+)/g)].map(
      ([, scheme = '']) => scheme,
    ),
  );
  const seen = new Map(schemes.map((scheme) => [scheme.toLowerCase(), scheme]));
  return [...seen.values()].slice(0, 10);
}

const withoutQuoted = (line: string) => line.slice(0, 4_096).replace(/"(?:[^"\\]|\\.)*"/g, 'q');
