import type { EmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';

/** Stops the PostgreSQL server that the global setup started, and removes its folder. */
export default async function globalTeardown(): Promise<void> {
  await (globalThis as { postroomTestPostgres?: EmbeddedPostgres }).postroomTestPostgres?.stop();
}
