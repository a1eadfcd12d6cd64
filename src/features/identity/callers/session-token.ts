import { createHash, randomBytes } from 'node:crypto';

export const sessionCookie = 'postroom_session';

/** Without use a session ends after this. */
export const sessionIdleMs = 12 * 60 * 60_000;
/** And this long after signing in in any case. */
export const sessionLifeMs = 7 * 24 * 60 * 60_000;

const secretForm = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits, for a session's cookie or a link. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const isSecret = (text: string): boolean => secretForm.test(text);

/** What of it is stored: so many random bits need no slow hash, and a look-up by hash tells nothing by its time. */
export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
