import { randomBytes, randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { startProcess, type RunningProcess } from '../../src/apps/start-process.js';
import { BootstrapKey } from '../../src/features/identity/api-keys/bootstrap-key.js';
import type { Clock } from '../../src/platform/clock/clock.js';
import { readSettings, type Settings } from '../../src/platform/config/settings.js';
import { createMetricsRegistry } from '../../src/platform/metrics/metrics.js';
import type { SecretBox } from '../../src/platform/secrets/secret-box.js';
import { ApiClient, recordedLog } from './api.js';
import type { TestRedis } from './redis.js';

export interface PostroomOptions {
  readonly dataSource: DataSource;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  /** Null: the queue is in the database. */
  readonly redis: TestRedis | null;
  readonly settings?: Partial<Settings>;
  /** A built console for the process to serve. */
  readonly consoleFolder?: string;
}

export interface TestPostroom extends RunningProcess {
  readonly api: ApiClient;
  /** Bytes of a route that answers no JSON. */
  download(path: string): Promise<Response>;
  logged(): string;
}

/** One whole process of Postroom inside the test: its API, dispatcher, workers and notifier, as `main.ts` starts them. */
export async function startPostroom(options: PostroomOptions): Promise<TestPostroom> {
  const { dataSource, databaseUrl, clock, secretBox, redis, consoleFolder } = options;
  const { log, logged } = recordedLog();
  const settings = { ...readSettings({ PORT: '0' }), redisUrl: redis?.url ?? null, ...options.settings };
  const platform = { settings, dataSource, clock, log, secretBox, metrics: createMetricsRegistry() };
  const queuePrefix = redis ? `${redis.prefix}-${randomUUID().slice(0, 8)}` : undefined;
  const running = await startProcess({
    platform,
    databaseUrl,
    ...(queuePrefix ? { queuePrefix } : {}),
    ...(consoleFolder ? { consoleFolder } : {}),
  });
  const token = `admin-${randomBytes(24).toString('hex')}`;
  await running.app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(token);
  const download = (path: string) => fetch(running.url + path, { headers: { authorization: `Bearer ${token}` } });
  return { ...running, api: new ApiClient(running.url, token), download, logged };
}
