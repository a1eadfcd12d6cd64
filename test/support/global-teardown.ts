import type { EmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';

/** Stops the PostgreSQL servers that the global setup started, and removes their folders. */
export default async function globalTeardown(): Promise<void> {
  const { postroomTestPostgres: servers = [] } = globalThis as { postroomTestPostgres?: EmbeddedPostgres[] };
  await Promise.all(servers.map((server) => server.stop()));
}
