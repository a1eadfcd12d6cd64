/** As far from the beginning as a prefix and its colon, or a tag and its bracket, may reach. */
const maxPrefixLength = 24;

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
const colon = /[:：﹕︓]/u;

const plain = (text: string) => text.normalize('NFKC').toLowerCase().trim();

/**
 * What follows one prefix of an answer or a forward. Looks at the first characters only: a subject is hostile input.
 * @returns null when the text begins with none
 */
export function afterReplyPrefix(text: string): string | null {
  const end = text.slice(0, maxPrefixLength).search(colon);
  if (end < 1) return null;
  const head = plain(text.slice(0, end));
  const [word = ''] = leadingLetters.exec(head) ?? [];
  const isPrefix = prefixes.has(head) || (prefixes.has(word) && counter.test(head.slice(word.length)));
  return isPrefix ? text.slice(end + 1).trimStart() : null;
}

/** What follows the tag of a gateway (`[EXT]`); the text itself when it begins with none. */
export function afterExternalTag(text: string): string {
  if (!text.startsWith('[')) return text;
  const end = text.slice(0, maxPrefixLength).indexOf(']');
  return end > 1 && tags.has(plain(text.slice(1, end))) ? text.slice(end + 1).trimStart() : text;
}
