import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Sql } from '../database/data-source.js';
import { storableJson } from '../database/storable-text.js';
import { defineProblem, Problem } from './problem.js';

const keyReused = defineProblem({
  code: 'idempotency-key-reused',
  status: 409,
  title: 'The Idempotency-Key was used for another request',
  retryable: false,
  remediation: 'Send a new key with a new request, and the same key only with exactly the same request.',
});

export interface IdempotentRequest {
  /** Of the API key or the user. */
  readonly callerId: string;
  readonly key: string;
  /** Of everything that must be the same in a repetition. */
  readonly requestHash: Buffer;
  readonly now: Date;
}

/** What a POST answers. */
export interface Answer<B> {
  readonly status: number;
  readonly body: B;
  /** Kept for repetitions instead of `body`, where that holds a secret shown only once. */
  readonly kept?: B;
}

interface KeptRow {
  readonly request_hash: Buffer;
  readonly status: number;
  readonly answer: unknown;
}

/** Answers of POSTs by Idempotency-Key. */
@Injectable()
export class IdempotencyStore {
  /**
   * Has the effect once per key, in the caller's transaction: either the effect and its answer are
   * kept, or neither. A second request with the key waits in the INSERT until the first has ended.
   * A failed effect rolls the key back with it, so a corrected or repeated request may try again.
   * @throws Problem idempotency-key-reused
   */
  async once<B>(
    manager: EntityManager,
    request: IdempotentRequest,
    effect: () => Promise<Answer<B>>,
  ): Promise<Answer<B> & { readonly replayed: boolean }> {
    const before = await this.claim(manager, request);
    if (before) {
      if (!before.request_hash.equals(request.requestHash)) throw new Problem(keyReused);
      return { status: before.status, body: before.answer as B, replayed: true };
    }
    const answer = await effect();
    await manager.query('UPDATE idempotency_keys SET status = $3, answer = $4 WHERE api_key_id = $1 AND key = $2', [
      request.callerId,
      request.key,
      answer.status,
      storableJson('kept' in answer ? answer.kept : (answer.body ?? null)),
    ]);
    return { ...answer, replayed: false };
  }

  private async claim(sql: Sql, { callerId, key, requestHash, now }: IdempotentRequest): Promise<KeptRow | null> {
    for (;;) {
      const made = await sql.query<unknown[]>(
        `INSERT INTO idempotency_keys (api_key_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING 1`,
        [callerId, key, requestHash, now],
      );
      if (made.length > 0) return null;
      const [kept] = await sql.query<KeptRow[]>(
        'SELECT request_hash, status, answer FROM idempotency_keys WHERE api_key_id = $1 AND key = $2',
        [callerId, key],
      );
      if (kept) return kept;
      // Cleared away between the two statements, being old: the key is free again.
    }
  }

  /**
   * Clears kept answers away; callers are promised 24 hours.
   * @returns how many went; as many as `limit` means that there may be more
   */
  async removeOlderThan(sql: Sql, date: Date, limit: number): Promise<number> {
    const [, removed] = await sql.query<[unknown[], number]>(
      `DELETE FROM idempotency_keys WHERE (api_key_id, key) IN (
         SELECT api_key_id, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2
         FOR UPDATE SKIP LOCKED)`,
      [date, limit],
    );
    return removed;
  }
}
