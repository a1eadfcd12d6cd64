import { randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { choosePostgresAccount } from './embedded/account.js';
import { findPostgresBinaries } from './embedded/binaries.js';
import {
  EMBEDDED_USER,
  checkClusterVersion,
  createCluster,
  findRunningServer,
  removeHalfMadeClusters,
  startServer,
  stopServer,
} from './embedded/cluster.js';
import type { Cluster } from './embedded/cluster.js';
import { EmbeddedPostgresError } from './embedded/error.js';
import { liveHolder, lockFolder } from './embedded/folder-lock.js';

export { EmbeddedPostgresError };

export interface EmbeddedPostgresOptions {
  /** Everything of the server lives here; made when missing. One process at a time uses it. */
  readonly dataDir: string;
  readonly log?: (line: string) => void;
  /** On 127.0.0.1; a free one when not given. */
  readonly port?: number;
  /** For tests and benches: fast, not durable, and `stop` removes the folder. */
  readonly ephemeral?: boolean;
}

export interface EmbeddedPostgres {
  /** Of the database `postroom`, as a superuser, password included: never log it. */
  readonly url: string;
  /** Stops the server, also when it had outlived an earlier process. May be called twice. */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 20;
const START_PAUSE_MS = 500;

/**
 * Starts PostgreSQL from npm's binaries on a data folder, or takes over the server that a killed
 * process left running on it.
 *
 * @throws EmbeddedPostgresError naming the cause and the remedy: not installed, folder in use, made by
 *   another major version or owned by another account, port taken, no usable account for root.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const folder = await openFolder(options.dataDir);
  const lock = await lockFolder(folder);
  try {
    const cluster = await openCluster(folder);
    const password = await ensureCluster(cluster, folder, log);
    const port = await ensureServer(cluster, password, options, log);
    await ensureDatabase(password, port);
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      try {
        await stopServer(cluster, options.ephemeral ?? false);
      } finally {
        await lock.release();
      }
      if (options.ephemeral) await rm(folder, { recursive: true, force: true });
      log('PostgreSQL stopped');
    };
    return { url: connectionUrl(password, port, EMBEDDED_USER), stop: () => (stopping ??= stop()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Stops the server on an ephemeral folder whose process died, and removes the folder.
 *
 * @returns false when a live process still uses it.
 */
export async function removeAbandonedPostgres(dataDir: string): Promise<boolean> {
  if ((await liveHolder(dataDir)) !== null) return false;
  const folder = await realpath(dataDir);
  const lock = await lockFolder(folder);
  try {
    const cluster = await openCluster(folder);
    if ((await findRunningServer(cluster.directory)) !== null) await stopServer(cluster, true);
  } finally {
    await lock.release();
  }
  await rm(folder, { recursive: true, force: true });
  return true;
}

async function openFolder(dataDir: string): Promise<string> {
  // Others may pass but not look: as root, the server's account has to reach its own folder below.
  await mkdir(resolve(dataDir), { recursive: true, mode: 0o711 });
  return realpath(dataDir);
}

async function openCluster(folder: string): Promise<Cluster> {
  const binaries = await findPostgresBinaries();
  const directory = join(folder, 'cluster');
  const account = await choosePostgresAccount(binaries, directory);
  return { binaries, account, directory, logFile: join(folder, 'server.log') };
}

/** Returns the superuser's password. */
async function ensureCluster(cluster: Cluster, folder: string, log: (line: string) => void): Promise<string> {
  const passwordFile = join(folder, 'password');
  await removeHalfMadeClusters(cluster);
  if ((await stat(cluster.directory).catch(() => null)) !== null) {
    await checkClusterVersion(cluster);
    try {
      return (await readFile(passwordFile, 'utf8')).trim();
    } catch (cause) {
      throw new EmbeddedPostgresError(
        `The password of the database is gone: ${passwordFile}. Put it back from a backup, ` +
          `or move ${cluster.directory} away to start with empty data.`,
        { cause },
      );
    }
  }
  log(`Making a PostgreSQL data folder in ${folder}`);
  const password = randomBytes(24).toString('hex');
  // Before the cluster gets its name: a cluster without its password would be lost.
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await createCluster(cluster, password);
  return password;
}

/** Returns the port of a server that runs and answers. */
async function ensureServer(
  cluster: Cluster,
  password: string,
  options: EmbeddedPostgresOptions,
  log: (line: string) => void,
): Promise<number> {
  const found = await findRunningServer(cluster.directory);
  if (found !== null) {
    const wanted = options.port === undefined || options.port === found.port;
    if (wanted && found.port !== null && (await answers(cluster, password, found.port))) {
      log(`PostgreSQL was still running on port ${found.port}; using it`);
      return found.port;
    }
    await stopServer(cluster, false);
  }
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      await startServer(cluster, port, options.ephemeral ?? false);
      log(`PostgreSQL started on port ${port}`);
      return port;
    } catch (error) {
      const retry = attempt < START_ATTEMPTS && isPassing(error, options.port !== undefined);
      if (!retry) throw explain(error, options.port);
      await sleep(START_PAUSE_MS);
    }
  }
}

/** Whether the server on the port is the cluster's own and works; waits while it is starting up. */
async function answers(cluster: Cluster, password: string, port: number): Promise<boolean> {
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    try {
      const rows = await ask<{ data_directory: string }>(password, port, 'postgres', 'SHOW data_directory');
      return rows[0]?.data_directory === cluster.directory;
    } catch (error) {
      // 57P03: starting up, shutting down or recovering.
      if ((error as { code?: string }).code !== '57P03') return false;
      await sleep(START_PAUSE_MS);
    }
  }
  return false;
}

async function ensureDatabase(password: string, port: number): Promise<void> {
  const rows = await ask(password, port, 'postgres', `SELECT 1 FROM pg_database WHERE datname = '${EMBEDDED_USER}'`);
  if (rows.length === 0) await ask(password, port, 'postgres', `CREATE DATABASE ${EMBEDDED_USER}`);
}

async function ask<R extends pg.QueryResultRow>(
  password: string,
  port: number,
  database: string,
  sql: string,
): Promise<R[]> {
  const client = new pg.Client({
    connectionString: connectionUrl(password, port, database),
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function connectionUrl(password: string, port: number, database: string): string {
  return `postgres://${EMBEDDED_USER}:${password}@127.0.0.1:${port}/${database}`;
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/**
 * Whether another attempt may help: after a kill -9 the orphaned backends hold the shared memory for a
 * moment, and a port that was free a moment ago may be taken.
 */
function isPassing(error: unknown, portGiven: boolean): boolean {
  const text = error instanceof Error ? error.message : '';
  if (text.includes('pre-existing shared memory block')) return true;
  if (text.includes('lock file ') && text.includes(' already exists')) return true;
  return !portGiven && /Address already in use|could not bind/.test(text);
}

function explain(error: unknown, port: number | undefined): unknown {
  const text = error instanceof Error ? error.message : '';
  if (port === undefined || !/Address already in use|could not bind/.test(text)) return error;
  return new EmbeddedPostgresError(`Port ${port} on 127.0.0.1 is taken; choose another for PostgreSQL or none.`, {
    cause: error,
  });
}
