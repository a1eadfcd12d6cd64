/**
 * Corrects a Content-Type that means displayable text but is malformed: empty, without a subtype, or with its
 * parameters after a space or comma. By RFC 2045, 5.2, text without a subtype is plain.
 * @param value its type, in lower case
 * @returns null if it means something else, or is correct
 */
export function meantTextType(value: string): { readonly type: string; readonly charset: string | null } | null {
  const even = value
    .slice(0, 200)
    .replace(/\s?\/\s?/, '/')
    .trim();
  const [type = ''] = /^[^\s,]*/.exec(even) ?? [];
  const meant = types.get(type);
  if (meant === undefined || meant === value) return null;
  const [, charset = null] = /charset\s{0,5}=\s{0,5}["']?([\w.:+-]{2,60})/.exec(even) ?? [];
  return { type: meant, charset };
}

const types = new Map([
  ...['', 'text', 'text/', 'plain', 'text/plain'].map((type) => [type, 'text/plain'] as const),
  ...['html', 'text/html'].map((type) => [type, 'text/html'] as const),
]);
