import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

export type RedisAvailability = { readonly available: true } | { readonly available: false; readonly reason: string };

export interface TestRedis {
  readonly url: string;
  /** For the queue's keys, so that several test files can share the server of REDIS_URL. */
  readonly prefix: string;
  /** Forgets everything of ours. */
  flush(): Promise<void>;
  /** Ends the server, runs `meanwhile`, and starts it again, empty, on the same port. Rejects for REDIS_URL. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAMS = ['redis-server', 'valkey-server'];

/** Whether the tests on Redis can run here. */
export function redisAvailability(): RedisAvailability {
  if (process.env.REDIS_URL || findProgram() !== undefined) return { available: true };
  return { available: false, reason: 'no REDIS_URL, and no redis-server or valkey-server on the PATH' };
}

/** `describe`, or where there is no Redis `describe.skip` with the reason in the name. */
export function describeWithRedis(name: string, tests: () => void): void {
  const redis = redisAvailability();
  if (redis.available) describe(name, tests);
  else describe.skip(`${name} (skipped: ${redis.reason})`, tests);
}

/** Starts a server of our own that keeps nothing, or uses that of REDIS_URL under a random prefix. */
export async function startRedis(): Promise<TestRedis> {
  const prefix = `postroom-test-${randomUUID().slice(0, 8)}`;
  return process.env.REDIS_URL ? sharedRedis(process.env.REDIS_URL, prefix) : ownRedis(prefix);
}

function sharedRedis(url: string, prefix: string): TestRedis {
  const flush = async () => {
    const redis = new Redis(url);
    try {
      for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 500 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await redis.del(...keys);
      }
    } finally {
      redis.disconnect();
    }
  };
  const restart = () => Promise.reject(new Error('The server of REDIS_URL is not ours to restart'));
  return { url, prefix, flush, restart, stop: flush };
}

async function ownRedis(prefix: string): Promise<TestRedis> {
  const program = findProgram();
  if (program === undefined) throw new Error('No Redis: ask redisAvailability() first');
  const folder = await mkdtemp(join(tmpdir(), 'postroom-test-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server = await launch(program, port, folder);
  return {
    url,
    prefix,
    flush: async () => {
      const redis = new Redis(url);
      await redis.flushall();
      redis.disconnect();
    },
    restart: async (meanwhile) => {
      await end(server);
      await meanwhile?.();
      server = await launch(program, port, folder);
    },
    stop: async () => {
      await end(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(program: string, port: number, folder: string): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const server = spawn(program, args, { stdio: 'ignore' });
  // A test run that is interrupted takes its server along.
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`${program} ended with ${server.exitCode}`);
    const redis = new Redis(port, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
    } finally {
      redis.disconnect();
    }
  });
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  server.kill('SIGKILL');
  await eventually(() => server.exitCode !== null || server.signalCode !== null);
}

function findProgram(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).status === 0);
}
