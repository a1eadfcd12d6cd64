/** As mail programs of many languages write "Re:" and "Fw:", also numbered (`Re[2]:`) and with a full-width colon. */
const prefix =
  /^\s*(?:re|aw|antw|antwort|sv|vs|vá|ynt|odp|odpověď|rif|rv|res|fwd?|wg|vb|vl|tr|enc|doorst|továbbítás|pd|回复|答复|转发|回覆|轉寄)(?:\s*[[(]\d{1,3}[\])]|\^\d{1,3})?\s*[:：]\s*/iu;

const longestSubject = 998;

/** The subject of an answer or a forward: one prefix in front of what the original is about. */
export function prefixedSubject(kind: 'Re' | 'Fw', original: string | null): string {
  let subject = (original ?? '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  while (prefix.test(subject)) subject = subject.replace(prefix, '');
  return clipped(`${kind}: ${subject.trim()}`.trimEnd(), longestSubject);
}

/** Never half a character at the end. */
function clipped(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
