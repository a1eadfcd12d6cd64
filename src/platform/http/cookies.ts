import type { FastifyReply, FastifyRequest } from 'fastify';

/** Browsers take a cookie of this prefix only from this very host, by https and for every path. */
const hostPrefix = '__Host-';
const valueForm = /^[A-Za-z0-9_.:+/=-]{1,4000}$/;

/**
 * The name of one of our cookies on this connection. Behind https it has the prefix, so that neither a
 * neighbour under the same domain nor somebody on a line without TLS can plant one.
 */
export function cookieName(request: FastifyRequest, name: string): string {
  return request.protocol === 'https' ? hostPrefix + name : name;
}

/** The value of one of our cookies; null without it. */
export function readCookie(request: FastifyRequest, name: string): string | null {
  const wanted = cookieName(request, name);
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim();
  }
  return null;
}

/**
 * Gives the browser a cookie that no script reads and no foreign page sends along with a change.
 * Lax and not Strict: who comes by a link from a mail, or back from single sign-on, is still signed in.
 * @param maxAgeSeconds 0 takes it away
 */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  maxAgeSeconds: number,
): void {
  if (value !== '' && !valueForm.test(value)) throw new Error('a cookie value must need no quoting');
  const secure = request.protocol === 'https' ? '; Secure' : '';
  void reply.header(
    'set-cookie',
    `${cookieName(request, name)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`,
  );
}

export const clearCookie = (request: FastifyRequest, reply: FastifyReply, name: string): void =>
  setCookie(request, reply, name, '', 0);
