import { chmod, chown, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresAccount } from './account.js';
import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresError } from './error.js';
import { isProcessAlive, servesDataDirectory } from './process-identity.js';

/** The superuser, and the name of the database that the application uses. */
export const EMBEDDED_USER = 'postroom';

/** Everything a step on the cluster needs to know. */
export interface Cluster {
  readonly binaries: PostgresBinaries;
  readonly account: PostgresAccount;
  /** PGDATA, absolute and without symbolic links. */
  readonly directory: string;
  readonly logFile: string;
}

const TEMPORARY = '.initdb-';
const LOG_LIMIT_BYTES = 5_000_000;

/** Removes what an initdb left behind that was killed half-way. */
export async function removeHalfMadeClusters(cluster: Cluster): Promise<void> {
  const parent = dirname(cluster.directory);
  for (const name of await readdir(parent)) {
    if (name.startsWith(TEMPORARY)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/**
 * Makes a new cluster: initdb works in a temporary folder, which gets its name when it is whole.
 *
 * @param password of the superuser.
 * @throws EmbeddedPostgresError with the output of initdb.
 */
export async function createCluster(cluster: Cluster, password: string): Promise<void> {
  const parent = dirname(cluster.directory);
  const temporary = join(parent, `${TEMPORARY}${process.pid}`);
  const passwordFile = join(parent, `${TEMPORARY}${process.pid}.password`);
  await mkdir(temporary, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await handOver(cluster.account, temporary, passwordFile);
  try {
    await cluster.account.run(cluster.binaries.initdb, [
      `--pgdata=${temporary}`,
      `--username=${EMBEDDED_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      // The password is random; hardening it against guessing would only slow each connection down.
      '--set=scram_iterations=1',
      '--encoding=UTF8',
      // The same order and the same upper and lower case on every machine, whatever its C library knows.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ]);
    await rename(temporary, cluster.directory);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `PostgreSQL could not make its data folder ${cluster.directory}: ${output(cause)}`,
      {
        cause,
      },
    );
  } finally {
    await rm(passwordFile, { force: true });
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Refuses a cluster that another major version of PostgreSQL made.
 *
 * @throws EmbeddedPostgresError naming both versions and the remedy.
 */
export async function checkClusterVersion(cluster: Cluster): Promise<void> {
  const made = (await readFile(join(cluster.directory, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const { stdout } = await cluster.account.run(cluster.binaries.postgres, ['--version']);
  const installed = /(?<!\d)(\d{1,9})(?:\.\d+|devel|beta\d*|rc\d*)/.exec(stdout)?.[1] ?? stdout.trim();
  if (made === installed) return;
  throw new EmbeddedPostgresError(
    made === ''
      ? `${cluster.directory} is no PostgreSQL data folder (it has no PG_VERSION). Move it away to start with empty data.`
      : `The data in ${cluster.directory} was made by PostgreSQL ${made}, but PostgreSQL ${installed} is installed. ` +
          `Dump it with pg_dump ${made} from the Postroom version that made it and restore it into a new folder, ` +
          'run a PostgreSQL server of your own and set DATABASE_URL, or move the folder away to start with empty data.',
  );
}

export interface RunningServer {
  /** Null while the server has not come so far. */
  readonly port: number | null;
}

/** No process has it: the largest number a process id could be. */
const NO_PROCESS = 2_147_483_647;

/** The server that runs on the cluster, also one that an earlier process of ours left behind; null when none does. */
export async function findRunningServer(directory: string): Promise<RunningServer | null> {
  const path = join(directory, 'postmaster.pid');
  const content = await readFile(path, 'utf8').catch(() => null);
  if (content === null) return null;
  const lines = content.split('\n');
  // A negative id is a single-user server.
  const pid = Math.abs(Number(lines[0]));
  // A stale file stays: by it PostgreSQL finds out whether orphaned backends still use the shared memory.
  if (!isProcessAlive(pid)) return null;
  if ((await servesDataDirectory(pid, directory)) !== false) return { port: Number(lines[3]) || null };
  // The id went to another program, as happens when a container restarts. PostgreSQL would refuse to
  // start as long as that one lives.
  await writeFile(path, [NO_PROCESS, ...lines.slice(1)].join('\n'));
  return null;
}

/**
 * Starts the server and waits until it answers, however long recovery takes up to two minutes.
 * pg_ctl gives it a session of its own, so a Ctrl-C meant for us does not reach it.
 *
 * @throws EmbeddedPostgresError with the end of the server's log.
 */
export async function startServer(cluster: Cluster, port: number, ephemeral: boolean): Promise<void> {
  await prepareLog(cluster);
  const logged = (await stat(cluster.logFile)).size;
  try {
    await cluster.account.run(cluster.binaries.pgCtl, [
      'start',
      '--wait',
      '--timeout=120',
      '--silent',
      `--pgdata=${cluster.directory}`,
      `--log=${cluster.logFile}`,
      `--options=${serverOptions(port, ephemeral)}`,
    ]);
  } catch (cause) {
    const log = (await readFile(cluster.logFile)).subarray(logged).toString('utf8').trim().split('\n').slice(-15);
    throw new EmbeddedPostgresError(`PostgreSQL did not start: ${output(cause)}\n${log.join('\n')}`.trim(), { cause });
  }
}

/**
 * Stops the server: connections are cut, transactions rolled back, and the data left clean on disk.
 *
 * @param hurry skip the final writing; the next start then recovers.
 */
export async function stopServer(cluster: Cluster, hurry: boolean): Promise<void> {
  const stop = (mode: string, seconds: number) =>
    cluster.account.run(cluster.binaries.pgCtl, [
      'stop',
      '--wait',
      '--silent',
      `--timeout=${seconds}`,
      `--mode=${mode}`,
      `--pgdata=${cluster.directory}`,
    ]);
  const gone = async () => (await findRunningServer(cluster.directory)) === null;
  if (await gone()) return;
  if (!hurry) {
    await stop('fast', 60).catch(() => undefined);
    if (await gone()) return;
  }
  try {
    await stop('immediate', 20);
  } catch (cause) {
    if (await gone()) return;
    throw new EmbeddedPostgresError(`PostgreSQL did not stop: ${output(cause)}`, { cause });
  }
}

/** Words without quotes or spaces: pg_ctl hands them to a shell. */
function serverOptions(port: number, ephemeral: boolean): string {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    // A socket's path may be 107 bytes long, and a data folder may lie deep.
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=64MB',
    'max_wal_size=512MB',
    'wal_level=minimal',
    'max_wal_senders=0',
    // Short transactions only. Parallel workers would need /dev/shm, which is tiny in containers.
    'jit=off',
    'max_parallel_workers_per_gather=0',
    'io_method=sync',
    'timezone=UTC',
    'log_timezone=UTC',
    'log_checkpoints=off',
    ...(ephemeral ? ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'] : []),
  ];
  return settings.map((setting) => `-c ${setting}`).join(' ');
}

async function prepareLog(cluster: Cluster): Promise<void> {
  const size = (await stat(cluster.logFile).catch(() => null))?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) await rename(cluster.logFile, `${cluster.logFile}.old`);
  const file = await open(cluster.logFile, 'a', 0o640);
  await file.close();
  await handOver(cluster.account, cluster.logFile);
}

async function handOver(account: PostgresAccount, ...paths: string[]): Promise<void> {
  if (account.owner === null) return;
  for (const path of paths) {
    await chown(path, account.owner.uid, account.owner.gid);
    await chmod(path, (await stat(path)).isDirectory() ? 0o700 : 0o600);
  }
}

/** What a program said when it failed. */
function output(error: unknown): string {
  const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message?: string };
  return `${stdout ?? ''}${stderr ?? ''}`.trim() || (message ?? String(error));
}
