import { createHash, randomBytes } from 'node:crypto';
import type { Scope } from '../callers/scope.js';

/** Name of the keys that start-up makes. */
export const bootstrapName = 'bootstrap';

const secretBytes = 32;
const ownForm = /^(pr_[0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** An API key as it is stored: everything but the secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The beginning of the token, to tell keys apart by. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly profileIds: readonly string[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A new token: `pr_`, eight characters that may be shown, and the secret of 256 bits. */
export function newToken(): string {
  return `pr_${randomBytes(4).toString('hex')}_${randomBytes(secretBytes).toString('base64url')}`;
}

/**
 * What finds a key in the database. A token is random enough that a fast hash cannot be searched, and
 * a lookup by hash tells nothing by the time it takes: equal beginnings of hashes cannot be aimed at.
 */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** What of a token may be shown; nothing of one that is not of our making, such as POSTROOM_ADMIN_KEY. */
export function prefixOf(token: string): string {
  return ownForm.exec(token)?.[1] ?? 'POSTROOM_ADMIN_KEY';
}

export function isUsable(key: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: Date): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}
