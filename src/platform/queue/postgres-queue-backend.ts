import { Queue, Worker, createPostgresBackend, runMigrations } from 'bullmq';
import pg from 'pg';
import { HealthConnection } from '../database/health-connection.js';
import type { BackendHealth, JobProcessor, QueueBackend } from './queue-backend.js';
import type { TroubleLog } from './queue-log.js';
import { settlesWithin } from './time-limit.js';
import { JOB_SETTINGS, WORKER_SETTINGS } from './worker-settings.js';

/** Fixed by BullMQ for a pool that it is given. */
const SCHEMA = 'bullmq';
const QUERY_CONNECTIONS = 8;
const HEALTH_MS = 2_000;
const CLOSE_MS = 2_000;

/**
 * BullMQ's own PostgreSQL backend, in the schema `bullmq` of the application's database.
 * One pool serves all queues and workers; left to itself each object opens a pool of ten.
 */
export class PostgresQueueBackend implements QueueBackend {
  readonly kind = 'postgres';
  private readonly queues = new Map<string, Promise<Queue>>();

  private constructor(
    private readonly pool: pg.Pool,
    private readonly health: HealthConnection,
    private readonly prefix: string,
    private readonly troubles: TroubleLog,
  ) {}

  /** Opens the pool and brings BullMQ's schema up to date; several processes may do so at once. */
  static async connect(databaseUrl: string, prefix: string, troubles: TroubleLog): Promise<PostgresQueueBackend> {
    const pool = new pg.Pool({
      connectionString: withSearchPath(databaseUrl),
      max: QUERY_CONNECTIONS,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      application_name: 'postroom-queue',
    });
    // Every queue and worker adds a listener to the shared pool.
    pool.setMaxListeners(0);
    pool.on('error', (error) => troubles.report(error, 'postgres'));
    try {
      const client = await pool.connect();
      try {
        await runMigrations(client, SCHEMA);
      } finally {
        client.release();
      }
    } catch (error) {
      await pool.end();
      throw error;
    }
    return new PostgresQueueBackend(pool, new HealthConnection(databaseUrl, HEALTH_MS), prefix, troubles);
  }

  queue(name: string): Promise<Queue> {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      queue = this.openQueue(name);
      this.queues.set(name, queue);
      queue.catch(() => this.queues.delete(name));
    }
    return queue;
  }

  async worker(name: string, processor: JobProcessor, options: { concurrency: number }): Promise<Worker> {
    // Each worker keeps one connection of the pool for itself, to listen for new jobs. The pool reads
    // its size anew each time it opens a connection.
    this.pool.options.max += 1;
    const worker = new Worker(
      this.qualified(name),
      processor,
      { connection: this.pool, concurrency: options.concurrency, autorun: false, ...WORKER_SETTINGS },
      createPostgresBackend,
    );
    worker.on('error', (error) => this.troubles.report(error, name));
    worker.once('closed', () => (this.pool.options.max -= 1));
    await ready(worker);
    worker.run().catch((error: unknown) => this.troubles.report(error, name));
    return worker as unknown as Worker;
  }

  async healthy(): Promise<BackendHealth> {
    return (await this.health.answers()) ? { ok: true } : { ok: false, reason: 'PostgreSQL does not answer' };
  }

  async close(): Promise<void> {
    const queues = await Promise.allSettled(this.queues.values());
    for (const queue of queues) if (queue.status === 'fulfilled') await settlesWithin(queue.value.close(), CLOSE_MS);
    // After a failed shutdown, Nest calls this again, and a pool can be ended only once.
    if (!this.pool.ending) await settlesWithin(this.pool.end(), CLOSE_MS);
    await this.health.close();
  }

  private async openQueue(name: string): Promise<Queue> {
    const queue = new Queue(
      this.qualified(name),
      { connection: this.pool, defaultJobOptions: JOB_SETTINGS },
      createPostgresBackend,
    );
    queue.on('error', (error) => this.troubles.report(error, name));
    await ready(queue);
    return queue as unknown as Queue;
  }

  /** This backend knows no prefix of BullMQ's. */
  private qualified(name: string): string {
    return `${this.prefix}.${name}`;
  }
}

/** BullMQ remembers a failed first connection for ever, so such an object is thrown away. */
async function ready(object: { waitUntilReady(): Promise<void>; close(): Promise<void> }): Promise<void> {
  try {
    await object.waitUntilReady();
  } catch (error) {
    await object.close().catch(() => undefined);
    throw error;
  }
}

/** BullMQ's statements name no schema. A URL's own `options` would win over the pool's, hence joined there. */
function withSearchPath(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const existing = url.searchParams.get('options');
  url.searchParams.set('options', [existing, `-c search_path=${SCHEMA}`].filter(Boolean).join(' '));
  return url.toString();
}
