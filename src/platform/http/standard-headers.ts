import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

const wellFormedId = /^[A-Za-z0-9._-]{8,128}$/;

/** The caller's X-Request-Id where it can stand in a log line as it is, else one of our own. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && wellFormedId.test(given) ? given : randomUUID();
}

const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};

/** Data that a browser never has to run or show as a page of its own. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
/** The reference: its scripts and styles come from this server, its style sheet has inline parts. */
const pagePolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'";

/** Headers that every answer carries, errors too; a handler may replace the content security policy. */
export function setStandardHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const isApi = request.url.startsWith('/v1/');
  void reply.headers({
    'x-request-id': request.id,
    ...everywhere,
    'content-security-policy': isApi ? dataPolicy : pagePolicy,
    // Answers hold other people's mail: neither a proxy nor a browser keeps them.
    ...(isApi ? { 'cache-control': 'no-store' } : {}),
  });
}
