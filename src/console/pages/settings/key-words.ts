import type { Schema } from '../../api/schemas.js';
import type { Standing } from './endpoint-words.js';

type ApiKey = Schema<'ApiKey'>;
export type Scope = ApiKey['scopes'][number];

/** Each scope with what it allows; a wider one holds the narrower ones. */
export const scopeWords: Record<Scope, { readonly label: string; readonly may: string }> = {
  read: { label: 'Read', may: 'Reads everything but users and API keys, and changes nothing.' },
  write: {
    label: 'Write',
    may: 'Reads and changes everything but users, API keys, webhook endpoints and approvals of mailboxes.',
  },
  admin: { label: 'Admin', may: 'Does everything, making further keys included.' },
};

export const scopes = Object.keys(scopeWords) as Scope[];

/** The widest scope of a key, which says it all. */
export const widest = (held: readonly Scope[]): Scope =>
  [...scopes].reverse().find((one) => held.includes(one)) ?? 'read';

/** @param now in ms since 1970 */
export function standingOfKey(
  { revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>,
  now: number,
): Standing {
  if (revokedAt !== null) return { label: 'revoked', color: 'gray', means: 'Somebody revoked it. It does not work.' };
  if (expiresAt !== null && Date.parse(expiresAt) <= now)
    return { label: 'expired', color: 'gray', means: 'Its time is over. It does not work.' };
  return { label: 'valid', color: 'green', means: 'It works.' };
}

/** How long a new key may live, in days; null: for ever. */
export const lives = [
  { value: '30', label: '30 days', days: 30 },
  { value: '90', label: '90 days', days: 90 },
  { value: '365', label: 'A year', days: 365 },
  { value: 'never', label: 'For ever', days: null },
] as const;

const hourMs = 3_600_000;

/**
 * When a key made now ends, by the value of one of `lives`: at a full hour, so that a request that is repeated soon is
 * the same. @param now in ms since 1970
 */
export function endOfLife(value: string, now: number): string | null {
  const days = lives.find((life) => life.value === value)?.days ?? null;
  return days === null ? null : new Date(Math.ceil(now / hourMs) * hourMs + days * 24 * hourMs).toISOString();
}
