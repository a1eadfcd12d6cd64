import { afterExternalTag, afterReplyPrefix } from './reply-prefix.js';

/** Subjects come from strangers; nobody reads further than this, and neither do we. */
const maxReadLength = 1_000;
/** As many prefixes as one answer may pile on another. */
const maxPrefixes = 50;

export interface ReadSubject {
  /** Without prefixes of answers and forwards, white space made even, in lower case. */
  readonly plain: string;
  /** Whether there was such a prefix. */
  readonly isReply: boolean;
}

/**
 * Takes a subject apart. Every step looks at a bounded piece of it and no pattern can go back and forth
 * over it: a subject is hostile input.
 */
export function readSubject(subject: string | null): ReadSubject {
  let rest = (subject ?? '').slice(0, maxReadLength).normalize('NFKC').toLowerCase().trim();
  let isReply = false;
  for (let count = 0; count < maxPrefixes; count += 1) {
    const tagged = afterExternalTag(rest);
    const next = afterReplyPrefix(tagged);
    if (next === null) {
      // A tag alone is no prefix, but is not what the mail is about either.
      rest = tagged;
      break;
    }
    isReply = true;
    rest = next;
  }
  return { plain: rest.split(/\s+/u).filter(Boolean).join(' '), isReply };
}
