import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { entities } from '../../src/apps/features.js';
import { Operations } from '../../src/apps/operations.js';
import { startProcess, type RunningProcess } from '../../src/apps/start-process.js';
import { SystemClock } from '../../src/platform/clock/clock.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { createDataSource } from '../../src/platform/database/data-source.js';
import { HealthConnection } from '../../src/platform/database/health-connection.js';
import { StorageHealth } from '../../src/platform/database/storage-health.js';
import { createLog } from '../../src/platform/log/log.js';
import { RedisQueueBackend } from '../../src/platform/queue/redis-queue-backend.js';
import { TroubleLog } from '../../src/platform/queue/queue-log.js';
import { testSecretBox } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { SilentProxy } from '../support/silent-proxy.js';

/** What an orchestrator waits for an answer. */
const patienceMs = 5_000;
const poolSize = 4;

describe('while PostgreSQL accepts connections and says nothing', () => {
  let database: TestDatabase;
  let proxy: SilentProxy;
  let dataSource: DataSource;
  let running: RunningProcess;

  beforeAll(async () => {
    database = await createTestDatabase({ entities });
    const { hostname, port } = new URL(database.url);
    proxy = await SilentProxy.start({ host: hostname, port: Number(port) });
    const url = new URL(database.url);
    url.host = `127.0.0.1:${proxy.port}`;
    dataSource = createDataSource({ url: url.href, poolSize, entities });
    await dataSource.initialize();
    running = await startProcess({
      platform: {
        settings: readSettings({ PORT: '0', ROLES: 'api,worker' }),
        dataSource,
        clock: new SystemClock(),
        log: createLog('silent'),
        secretBox: testSecretBox(),
        metrics: new Registry(),
      },
      databaseUrl: url.href,
    });
  });
  afterAll(async () => {
    proxy?.speakAgain();
    await running?.stop();
    if (dataSource?.isInitialized) await dataSource.destroy();
    await proxy?.close();
    await database?.drop();
  });

  const ask = async (path: string) => {
    const answer = await fetch(`${running.url}${path}`, { signal: AbortSignal.timeout(patienceMs) });
    return { status: answer.status, body: await answer.json() };
  };

  it('/health/ready answers 503, /health/live 200, and all is well afterwards', async () => {
    await eventually(async () =>
      expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { warnings: {} } }),
    );
    for (let rounds = 0; rounds < 2; rounds += 1) {
      proxy.fallSilent();
      // More than there are connections, so that nothing is held by an earlier question.
      const answers = await Promise.all(Array.from({ length: 3 * poolSize }, () => ask('/health/ready')));
      for (const { status, body } of answers)
        expect({ status, body }).toEqual({
          status: 503,
          body: {
            ready: false,
            checks: { database: 'does not answer', queue: 'does not answer' },
            warnings: {},
          },
        });
      expect((await ask('/health/live')).status).toBe(200);
      proxy.speakAgain();
      await eventually(async () => expect((await ask('/health/ready')).status).toBe(200));
      expect((await ask('/v1/sign-in-options')).status).toBe(200);
    }
  });

  it('/health/ready is 200 while all connections of the process are taken', async () => {
    await eventually(async () => expect((await ask('/health/ready')).status).toBe(200));
    const taken = Array.from({ length: poolSize }, () => dataSource.createQueryRunner());
    // The loops of the process give theirs back sooner or later.
    await Promise.all(taken.map((runner) => eventually(() => runner.connect().then(() => true))));
    try {
      expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { checks: { database: 'ok' } } });
    } finally {
      await Promise.all(taken.map((runner) => runner.release()));
    }
  });

  it('no question waits for ever: neither for a queue nor for notifications', async () => {
    const never = () => new Promise<never>(() => undefined);
    const connection = new HealthConnection(database.url, 2_000);
    const health = new StorageHealth(new SystemClock());
    const operations = new Operations(connection, new Registry(), health, never, never);
    expect(await operations.readiness()).toEqual({
      ready: false,
      checks: { database: 'ok', queue: 'does not answer' },
      warnings: {},
    });
    await operations.onApplicationShutdown();
    const silent = await SilentProxy.start({ host: '127.0.0.1', port: proxy.port });
    silent.fallSilent();
    const redis = new RedisQueueBackend(
      `redis://127.0.0.1:${silent.port}`,
      'test',
      new TroubleLog(createLog('silent')),
    );
    try {
      expect(await redis.healthy()).toMatchObject({ ok: false });
    } finally {
      await redis.close();
      await silent.close();
    }
  });
});
