import type { PostInProgress } from '../../../platform/http/idempotent-posts.js';
import { Problem, problems } from '../../../platform/http/problem.js';

/**
 * Makes an `idempotencyKey` in the body mean the same as the header: it becomes the header, and leaves
 * the body, so that a repetition which names it the other way is still the same request.
 * @throws Problem invalid-request when both are given and differ
 */
export function adoptBodyIdempotencyKey({ request }: PostInProgress, key: string | undefined): void {
  const header = request.headers['idempotency-key'];
  if (key === undefined) return;
  if (header !== undefined && header !== key) {
    const message = 'differs from the header Idempotency-Key; give one of them';
    throw new Problem(problems.invalidRequest, `idempotencyKey: ${message}`, {
      errors: [{ field: 'idempotencyKey', message }],
    });
  }
  request.headers['idempotency-key'] = key;
  if (typeof request.body === 'object' && request.body !== null) {
    request.body = Object.fromEntries(Object.entries(request.body).filter(([name]) => name !== 'idempotencyKey'));
  }
}
