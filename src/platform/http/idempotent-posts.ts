import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock/clock.js';
import { IdempotencyStore, type Answer } from './idempotency.store.js';
import { Problem, problems } from './problem.js';
import { requestHash } from './request-hash.js';

/** A POST under way, for `IdempotentPosts.run`. */
export interface PostInProgress {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Parameter decorator of POST handlers: `@Posted() post: PostInProgress`. */
export const Posted = createParamDecorator((_: unknown, context: ExecutionContext): PostInProgress => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
});

const printable = /^[\x20-\x7e]{1,255}$/;

/** Runs the effects of POSTs in a transaction each, once per Idempotency-Key where one is given. */
@Injectable()
export class IdempotentPosts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly store: IdempotencyStore,
  ) {}

  /**
   * Has the effect, sets the answer's status and returns its body, or replays both.
   * @param effect must reach the database through its manager only: requests that repeat the key wait
   *   meanwhile with a connection each, and a second one for the effect might never come free
   */
  async run<B>(post: PostInProgress, effect: (manager: EntityManager) => Promise<Answer<B>>): Promise<B> {
    const key = keyOf(post.request);
    const callerId = post.request.caller?.id;
    const answer = await this.dataSource.transaction((manager) => {
      if (key === null || callerId === undefined) return effect(manager);
      const { method, url, body } = post.request;
      const request = { callerId, key, requestHash: requestHash(method, url, body), now: this.clock.now() };
      return this.store.once(manager, request, () => effect(manager));
    });
    void post.reply.status(answer.status);
    if ('replayed' in answer && answer.replayed) void post.reply.header('idempotent-replayed', 'true');
    return answer.body;
  }
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && printable.test(key)) return key;
  const message = 'must be 1 to 255 printable ASCII characters';
  throw new Problem(problems.invalidRequest, `Idempotency-Key: ${message}`, {
    errors: [{ field: 'Idempotency-Key', message }],
  });
}
