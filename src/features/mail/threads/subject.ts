/** Subjects come from strangers; nobody reads further than this, and neither do we. */
const longestRead = 1_000;
/** As many prefixes as one answer may pile on another. */
const mostPrefixes = 50;
const longestPrefix = 24;

/** What mail programs of many languages put in front of answers and forwards. */
const prefixes = new Set(
  [
    're res rép r aw antw antwort sv vs vl vb va vá odp odpověď ynt rif bls tr atb ang απ σχετ',
    'fw fwd wg rv enc i ilt doorst továbbítás fs pd trs reenv πρθ',
    '回复 回覆 答复 答覆 转发 轉寄 轉發 返信 転送 회신 전달 תגובה השב הועבר رد ответ отв пересл',
  ]
    .join(' ')
    .split(' '),
);
/** What gateways write in front of mail from outside. */
const tags = new Set(['ext', 'extern', 'external', 'extérieur', 'externe', 'externo']);

/** Counters as in `Re[2]:`, `AW(3):` and `Re^2:`, and what stands between a prefix and its colon. */
const counter = /^[\s\d[\]()^]{0,8}$/u;
const leadingLetters = /^[\p{L}\p{M}]+/u;

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
  let rest = (subject ?? '').slice(0, longestRead).normalize('NFKC').toLowerCase().trim();
  let isReply = false;
  for (let count = 0; count < mostPrefixes; count += 1) {
    const tagged = withoutTag(rest);
    const next = withoutPrefix(tagged);
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

function withoutPrefix(text: string): string | null {
  // NFKC has made full-width colons plain ones.
  const colon = text.slice(0, longestPrefix).indexOf(':');
  if (colon < 1) return null;
  const head = text.slice(0, colon).trim();
  const [word = ''] = leadingLetters.exec(head) ?? [];
  const isPrefix = prefixes.has(head) || (prefixes.has(word) && counter.test(head.slice(word.length)));
  return isPrefix ? text.slice(colon + 1).trimStart() : null;
}

function withoutTag(text: string): string {
  if (!text.startsWith('[')) return text;
  const end = text.slice(0, longestPrefix).indexOf(']');
  return end > 1 && tags.has(text.slice(1, end).trim()) ? text.slice(end + 1).trimStart() : text;
}
