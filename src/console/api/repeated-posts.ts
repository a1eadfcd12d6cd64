import type { Middleware } from 'openapi-fetch';
import { randomKey } from './random-key.js';
import type { paths } from './schema.js';

const header = 'Idempotency-Key';

/**
 * What would be there twice when somebody presses the button again because the answer was lost. Nothing whose request
 * holds a password: it is remembered until it is answered.
 */
const makers: ReadonlySet<string> = new Set<keyof paths>([
  '/v1/api-keys',
  '/v1/incidents/{id}/comments',
  '/v1/mailboxes/{id}/backfill',
  '/v1/users',
  '/v1/webhook-endpoints',
  '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/replay',
  '/v1/webhook-endpoints/{id}/replay',
  '/v1/webhook-endpoints/{id}/rotate-secret',
]);

/** Gives a request the Idempotency-Key of the same one before, when that was never answered. */
export function repeatedPosts(): Middleware {
  const unanswered = new Map<string, string>();
  return {
    async onRequest({ request, schemaPath }) {
      if (request.method !== 'POST' || !makers.has(schemaPath)) return;
      const what = `${request.url} ${await request.clone().text()}`;
      const key = unanswered.get(what) ?? randomKey();
      unanswered.set(what, key);
      request.headers.set(header, key);
      return request;
    },
    onResponse({ request, response }) {
      // A gateway that gave up does not know what became of the request.
      if (response.status >= 500) return;
      const key = request.headers.get(header);
      for (const [what, its] of unanswered) if (its === key) unanswered.delete(what);
    },
  };
}
