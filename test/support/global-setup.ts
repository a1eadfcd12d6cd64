import { mkdtemp, readdir, stat } from 'node:fs/promises';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';

const PREFIX = 'postroom-test-pg-';
const SETTLED_MS = 60_000;

/**
 * Names the PostgreSQL servers of this run in POSTROOM_TEST_PG_SERVERS, by the URLs of their superusers: that of
 * TEST_DATABASE_URL, or an embedded one for each of Jest's workers. The feed waits for the oldest transaction of its
 * server, in whatever database: a test beside would hold it back.
 */
export default async function globalSetup({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  if (process.env.TEST_DATABASE_URL) {
    process.env.POSTROOM_TEST_PG_SERVERS = JSON.stringify([process.env.TEST_DATABASE_URL]);
    return;
  }
  resolveTypeScript();
  const { removeAbandonedPostgres, startEmbeddedPostgres } =
    await import('../../src/platform/database/embedded-postgres.js');
  await sweepKilledRuns(removeAbandonedPostgres);
  // Jest loads the teardown as a module of its own; the two share the global object only.
  const servers: EmbeddedPostgres[] = [];
  (globalThis as { postroomTestPostgres?: EmbeddedPostgres[] }).postroomTestPostgres = servers;
  for (let worker = 0; worker < maxWorkers; worker += 1)
    servers.push(await startEmbeddedPostgres({ dataDir: await mkdtemp(join(tmpdir(), PREFIX)), ephemeral: true }));
  process.env.POSTROOM_TEST_PG_SERVERS = JSON.stringify(servers.map(({ url }) => url));
}

/** A run that was killed leaves its server running, and in time fills the machine's memory. */
async function sweepKilledRuns(remove: (folder: string) => Promise<boolean>): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const madeMs = (await stat(join(tmpdir(), name)).catch(() => null))?.mtimeMs ?? Date.now();
    // Another run may have made its folder a moment ago and hold no lock yet.
    if (Date.now() - madeMs < SETTLED_MS) continue;
    // Another user's, or just being removed by another run: not ours to clean.
    await remove(join(tmpdir(), name)).catch(() => undefined);
  }
}

/** Jest compiles what its global setup imports, but does not map `./x.js` to `./x.ts` as it does in tests. */
function resolveTypeScript(): void {
  type Resolve = (request: string, ...rest: unknown[]) => string;
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const original = loader._resolveFilename;
  loader._resolveFilename = (request, ...rest) => {
    if (/^\.{1,2}\/.*\.js$/.test(request)) {
      try {
        return original(request.replace(/\.js$/, '.ts'), ...rest);
      } catch {
        // A JavaScript file of a package.
      }
    }
    return original(request, ...rest);
  };
}
