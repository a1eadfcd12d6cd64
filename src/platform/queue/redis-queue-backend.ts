import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { BackendHealth, JobProcessor, QueueBackend } from './queue-backend.js';
import type { TroubleLog } from './queue-log.js';
import { settlesWithin } from './time-limit.js';
import { JOB_SETTINGS, WORKER_SETTINGS } from './worker-settings.js';

const CLOSE_MS = 2_000;
const HEALTH_MS = 2_000;

const CONNECTION: RedisOptions = {
  connectTimeout: 5_000,
  retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  // After a failover the old master answers so for as long as the connection lasts.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

/**
 * Knows the connections that BullMQ makes of it, one for each worker to block on. Closing a worker
 * waits for them; where the server is away, they would try to reconnect for ever.
 */
class CountingRedis extends Redis {
  readonly copies = new Set<Redis>();

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(override);
    this.copies.add(copy);
    copy.once('end', () => this.copies.delete(copy));
    return copy;
  }
}

/** BullMQ on Redis or Valkey. Two connections for the process, and a blocking one for each worker. */
export class RedisQueueBackend implements QueueBackend {
  readonly kind = 'redis';
  private readonly producer: Redis;
  private consumer: CountingRedis | undefined;
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly url: string,
    private readonly prefix: string,
    private readonly troubles: TroubleLog,
  ) {
    // A producer gives up soon, since a person or the dispatcher waits for it.
    this.producer = this.watched(new Redis(url, { ...CONNECTION, maxRetriesPerRequest: 1 }));
  }

  async queue(name: string): Promise<Queue> {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = new Queue(name, { connection: this.producer, prefix: this.prefix, defaultJobOptions: JOB_SETTINGS });
      queue.on('error', (error) => this.troubles.report(error, name));
      this.queues.set(name, queue);
    }
    return queue;
  }

  async worker(name: string, processor: JobProcessor, options: { concurrency: number }): Promise<Worker> {
    // A worker waits for its server for ever.
    this.consumer ??= this.watched(new CountingRedis(this.url, { ...CONNECTION, maxRetriesPerRequest: null }));
    const worker = new Worker(name, processor, {
      connection: this.consumer,
      prefix: this.prefix,
      concurrency: options.concurrency,
      ...WORKER_SETTINGS,
    });
    worker.on('error', (error) => this.troubles.report(error, name));
    return worker;
  }

  async healthy(): Promise<BackendHealth> {
    try {
      const answered = await settlesWithin(this.producer.ping(), HEALTH_MS);
      return answered ? { ok: true } : { ok: false, reason: 'Redis does not answer' };
    } catch (error) {
      return { ok: false, reason: `Redis: ${(error as Error).message}` };
    }
  }

  async close(): Promise<void> {
    const closing = Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    await settlesWithin(closing, CLOSE_MS);
    // BullMQ leaves connections open that it was given; and quit() would wait for a server that is away.
    for (const connection of [this.producer, this.consumer, ...(this.consumer?.copies ?? [])]) {
      if (connection !== undefined) hangUp(connection);
    }
  }

  private watched<R extends Redis>(redis: R): R {
    redis.on('error', (error) => this.troubles.report(error, 'redis'));
    // Every queue and worker listens on the shared connection.
    redis.setMaxListeners(0);
    return redis;
  }
}

/**
 * Ends a connection, also one that waits for its next attempt to reconnect: told to disconnect then,
 * ioredis never says that it has ended, and BullMQ waits for that with its timers running.
 */
function hangUp(connection: Redis): void {
  connection.disconnect();
  if (connection.status !== 'reconnecting') return;
  connection.connect().then(
    () => connection.disconnect(),
    () => undefined,
  );
}
