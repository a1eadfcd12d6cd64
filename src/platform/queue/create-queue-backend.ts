import { PostgresQueueBackend } from './postgres-queue-backend.js';
import type { QueueBackend } from './queue-backend.js';
import type { QueueLog } from './queue-log.js';
import { TroubleLog } from './queue-log.js';
import { RedisQueueBackend } from './redis-queue-backend.js';

export interface QueueBackendOptions {
  /** Redis or Valkey; without it the queues live in PostgreSQL. */
  readonly redisUrl?: string;
  readonly databaseUrl: string;
  /** Keeps several installations on one server apart; `postroom` by default. */
  readonly prefix?: string;
  readonly log: QueueLog;
}

/**
 * Connects to the server of the queues.
 *
 * @throws when PostgreSQL is not reachable. Redis may be away: jobs start to flow when it comes.
 */
export async function createQueueBackend(options: QueueBackendOptions): Promise<QueueBackend> {
  const troubles = new TroubleLog(options.log);
  const prefix = options.prefix ?? 'postroom';
  if (options.redisUrl) return new RedisQueueBackend(options.redisUrl, prefix, troubles);
  return PostgresQueueBackend.connect(options.databaseUrl, prefix, troubles);
}
