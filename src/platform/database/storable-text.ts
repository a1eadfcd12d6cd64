/**
 * Text as PostgreSQL can hold it: `text` and `jsonb` know no NUL and no lone surrogate, both of which
 * real mail contains. NUL goes, a lone surrogate becomes U+FFFD.
 */
export function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\u0000') ? wellFormed.replaceAll('\u0000', '') : wellFormed;
}

/** JSON text for a jsonb parameter, every string in it made storable. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'string') return storableText(part);
    return isPlain(part) && Object.keys(part).some((key) => storableText(key) !== key) ? withStorableKeys(part) : part;
  });
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function withStorableKeys(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storableText(key), part]));
}
