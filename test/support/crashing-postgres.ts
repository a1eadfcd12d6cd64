import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { choosePostgresAccount } from '../../src/platform/database/embedded/account.js';
import { findPostgresBinaries } from '../../src/platform/database/embedded/binaries.js';
import { startServer, stopServer, type Cluster } from '../../src/platform/database/embedded/cluster.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { eventually } from './eventually.js';

/**
 * A PostgreSQL server that commits as in production and can be made to crash. What it has handed to the kernel
 * outlives each crash, as it does when a process is killed, so nothing waits for a disk.
 */
export class CrashingPostgres {
  private constructor(
    private readonly server: EmbeddedPostgres,
    private readonly cluster: Cluster,
    private readonly folder: string,
  ) {}

  static async start(): Promise<CrashingPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'postroom-crashing-'));
    const server = await startEmbeddedPostgres({ dataDir: folder });
    const binaries = await findPostgresBinaries();
    const directory = join(folder, 'cluster');
    const account = await choosePostgresAccount(binaries, directory);
    const cluster = { binaries, account, directory, logFile: join(folder, 'server.log') };
    const crashing = new CrashingPostgres(server, cluster, folder);
    await crashing.set('fsync', 'off');
    return crashing;
  }

  /** Of a superuser. The server keeps its port through every crash. */
  get url(): string {
    return this.server.url;
  }

  /** Changes a setting of the whole server, for the transactions that begin from now on. */
  async set(name: string, value: string): Promise<void> {
    await this.ask(`ALTER SYSTEM SET ${name} = '${value}'`);
    await this.ask('SELECT pg_reload_conf()');
    await eventually(async () => {
      const [row] = await this.ask<{ value: string }>(`SELECT current_setting('${name}') AS value`);
      return row?.value === value;
    });
  }

  /**
   * Makes an immediate stop ready: every process ends at once, and what is in memory only is lost.
   * @returns the crash; it resolves when the server has been started again and has recovered, after `whileDown`
   */
  async readyToStop(): Promise<(whileDown?: () => Promise<unknown>) => Promise<void>> {
    const postmaster = Number((await readFile(join(this.cluster.directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    return async (whileDown) => {
      process.kill(postmaster, 'SIGQUIT');
      await stopServer(this.cluster, true);
      await whileDown?.();
      await startServer(this.cluster, Number(new URL(this.url).port), false);
    };
  }

  /**
   * Makes the kill of a client's process ready: the server then ends all others, loses what is in memory only and
   * recovers, all without a restart.
   * @returns the crash; it resolves when the server has recovered
   */
  async readyToKill(): Promise<() => Promise<void>> {
    const client = await this.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY random() LIMIT 1`,
    );
    const [victim] = rows;
    if (!victim) throw new Error('the server knows of no connection, not even of this one');
    return async () => {
      process.kill(victim.pid, 'SIGKILL');
      await ended;
      await eventually(() => this.ask('SELECT 1'));
    };
  }

  async remove(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ask<Row extends object>(sql: string): Promise<Row[]> {
    const client = await this.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}
