import { afterReplyPrefix } from '../threads/reply-prefix.js';

const maxSubjectLength = 998;
/** As many prefixes as mail programs may have piled up; the rest stays. */
const maxPrefixes = 50;

/** The subject of an answer or a forward: one prefix in front of what the original is about. */
export function prefixedSubject(kind: 'Re' | 'Fw', original: string | null): string {
  const subject = withoutPrefixes((original ?? '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim());
  return clipped(`${kind}: ${subject}`.trimEnd(), maxSubjectLength);
}

function withoutPrefixes(subject: string): string {
  let rest = subject;
  for (let count = 0; count < maxPrefixes; count += 1) {
    const next = afterReplyPrefix(rest);
    if (next === null) break;
    rest = next;
  }
  return rest;
}

/** Never half a character at the end. */
function clipped(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
