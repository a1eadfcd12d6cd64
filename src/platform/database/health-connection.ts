import pg from 'pg';
import { settlesWithin } from '../queue/time-limit.js';

/**
 * A connection of its own to ask PostgreSQL whether it answers: in a pool that others use, the question would wait
 * behind their statements. One on which no answer comes is given up.
 */
export class HealthConnection {
  private readonly pool: pg.Pool;
  private asking: Promise<boolean> | null = null;

  /** @param limitMs for the connection and the answer together */
  constructor(
    databaseUrl: string,
    private readonly limitMs: number,
  ) {
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      max: 1,
      connectionTimeoutMillis: limitMs,
      keepAlive: true,
      application_name: 'postroom-health',
    });
    // One that breaks between two questions is replaced for the next, which tells what is wrong.
    this.pool.on('error', () => undefined);
  }

  /** Whether PostgreSQL answers a statement in time. Concurrent callers share the answer. */
  answers(): Promise<boolean> {
    this.asking ??= this.ask()
      // The reason is not told: driver errors name hosts and users.
      .catch(() => false)
      .finally(() => (this.asking = null));
    return this.asking;
  }

  async close(): Promise<void> {
    // After a failed shutdown, Nest calls this again, and a pool can be ended only once.
    if (!this.pool.ending) await settlesWithin(this.pool.end(), this.limitMs);
  }

  private async ask(): Promise<boolean> {
    const deadline = performance.now() + this.limitMs;
    const client = await this.pool.connect();
    let answered = false;
    try {
      answered = await settlesWithin(client.query('SELECT 1'), Math.max(0, deadline - performance.now()));
      return answered;
    } finally {
      client.release(!answered);
    }
  }
}
