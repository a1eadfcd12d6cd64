import { randomBytes, randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { Registry } from 'prom-client';
import { entities } from '../../src/apps/features.js';
import { startProcess, type RunningProcess } from '../../src/apps/start-process.js';
import { BootstrapKey } from '../../src/features/identity/api-keys/bootstrap-key.js';
import { incomingJob } from '../../src/features/scheduling/work-jobs.js';
import { SystemClock } from '../../src/platform/clock/clock.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { routeTableOf } from '../../src/platform/http/route-table.js';
import { createQueueBackend } from '../../src/platform/queue/create-queue-backend.js';
import { JobQueue } from '../../src/platform/queue/job-queue.js';
import type { QueueBackend } from '../../src/platform/queue/queue-backend.js';
import { chromiumPath, launchBrowser } from '../console/support/browser.js';
import { ApiClient, recordedLog, testSecretBox } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { makeProfile } from '../support/profiles.js';
import { describeOnBothQueues } from '../support/queues.js';

const itInBrowser = chromiumPath ? it : it.skip;
const mailboxId = randomUUID();

describeOnBothQueues('the board of queues', (queue) => {
  let database: TestDatabase;
  let running: RunningProcess;
  let admin: ApiClient;
  let adminToken: string;
  let logged: () => string;
  let producer: QueueBackend | null = null;

  /** A process that runs no worker. */
  async function start(redisUrl = queue.redis()?.url ?? null): Promise<void> {
    const recorded = recordedLog();
    logged = recorded.logged;
    const prefix = `board-${randomUUID().slice(0, 8)}`;
    running = await startProcess({
      platform: {
        settings: { ...readSettings({ PORT: '0', ROLES: 'api' }), redisUrl },
        dataSource: database.dataSource,
        clock: new SystemClock(),
        log: recorded.log,
        secretBox: testSecretBox(),
        metrics: new Registry(),
      },
      databaseUrl: database.url,
      queuePrefix: prefix,
    });
    adminToken = `admin-${randomBytes(24).toString('hex')}`;
    await running.app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(adminToken);
    admin = new ApiClient(running.url, adminToken);
    const enqueue = async () => {
      producer = await createQueueBackend({
        databaseUrl: database.url,
        prefix,
        log: recorded.log,
        ...(redisUrl ? { redisUrl } : {}),
      });
      await new JobQueue(producer).enqueue(incomingJob, { mailboxId, token: '7' });
    };
    addJob = enqueue;
  }
  let addJob: () => Promise<void>;

  const connections = async () => {
    const client = new pg.Client(database.url);
    await client.connect();
    const { rows } = await client.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'postroom-queue'`,
    );
    await client.end();
    return rows[0]?.n;
  };

  beforeEach(async () => {
    database = await createTestDatabase({ entities });
    await start();
  });
  afterEach(async () => {
    await running.stop();
    await producer?.close();
    producer = null;
    await database.drop();
  });

  async function key(scopes: string[], profileIds: string[] | null = null): Promise<string> {
    return (await admin.post('/v1/api-keys', { name: 'k', scopes, profileIds })).body.token;
  }

  it('is there for those who administer everything, on every route of it', async () => {
    const profile = await makeProfile(database.dataSource);
    const limited = new ApiClient(running.url, await key(['admin'], [profile]));
    const writer = new ApiClient(running.url, await key(['write']));
    const stranger = new ApiClient(running.url, null);
    const routes = routeTableOf(running.app as INestApplication)
      .routes()
      .filter(({ path }) => path.startsWith('/queues'));
    expect(routes.length).toBeGreaterThan(20);
    // Fastify adds this one without a word to the table.
    for (const { method, path, settings } of [
      ...routes,
      { method: 'GET', path: '/queues/', settings: { scope: 'admin' } },
    ]) {
      expect([path, settings.scope]).toEqual([path, 'admin']);
      const address = path.replace(/:\w+/g, 'x').replace('*', 'js/main.js');
      const what = `${method} ${path}`;
      const said = async (client: ApiClient) => {
        const { status, body, headers } = await client.call(method, address);
        return [what, status, body.code, headers.get('content-type')?.split(';')[0]];
      };
      const problem = 'application/problem+json';
      expect(await said(stranger)).toEqual([what, 401, 'unauthenticated', problem]);
      expect(await said(writer)).toEqual([what, 403, 'missing-scope', problem]);
      expect(await said(limited)).toEqual([what, 403, 'beyond-own-reach', problem]);
      if (method !== 'GET') expect(await said(admin)).toEqual([what, 405, 'method-not-allowed', problem]);
    }
  });

  it('opens the queues when somebody looks, and shows of a job its mailbox and token only', async () => {
    expect((await admin.get('/queues')).status).toBe(200);
    expect(await connections()).toBe(0);
    await addJob();
    const [shown] = (await admin.get('/queues/api/queues?activeQueue=&status=waiting&page=1&jobsPerPage=10')).body
      .queues;
    expect(shown).toMatchObject({ displayName: 'mailbox-work', readOnlyMode: true, allowRetries: false });
    expect(shown.counts.waiting + shown.counts.prioritized).toBe(1);
    const { body } = await admin.get(
      `/queues/api/queues?activeQueue=${encodeURIComponent(shown.name)}&status=latest&page=1&jobsPerPage=10`,
    );
    const [job] = body.queues[0].jobs;
    expect(job.data).toEqual({ mailboxId, token: '7' });
    const detail = await admin.get(`/queues/api/queues/${encodeURIComponent(shown.name)}/${job.id}`);
    expect(detail.status).toBe(200);
    const stats = await admin.get('/queues/api/redis/stats');
    expect(stats).toMatchObject({ status: 200, body: { version: expect.stringMatching(/^\d/) } });
    expect(stats.headers.get('cache-control')).toBe('no-store');
    const server = new URL(queue.redis()?.url ?? database.url);
    if (server.password)
      expect(JSON.stringify([body, detail.body, stats.body])).not.toContain(decodeURIComponent(server.password));
  });

  itInBrowser('works in a browser, under the headers of its own path', async () => {
    await addJob();
    let browser: Browser | null = null;
    try {
      browser = await launchBrowser();
      const page: Page = await browser.newPage();
      const requested: string[] = [];
      const errors: string[] = [];
      page.on('response', (response) => requested.push(response.url()));
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.setExtraHTTPHeaders({ authorization: `Bearer ${adminToken}` });
      await page.goto(`${running.url}/queues`);
      await page.getByText('mailbox-work').first().click();
      await page.getByText('mailbox-incoming').first().waitFor();
      // What comes from elsewhere is not asked for: the board’s own page names a font of another server.
      expect(requested.filter((url) => !url.startsWith(running.url))).toEqual([]);
      expect(errors.filter((text) => !/fonts\.googleapis\.com/.test(text))).toEqual([]);
      expect(await page.getByRole('button', { name: /pause|clean|empty|obliterate|retry|promote/i }).count()).toBe(0);
    } finally {
      await browser?.close();
    }
    expect((await admin.get('/v1/about')).headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('says so when their server is away, and looks again', async () => {
    if (queue.name !== 'Redis') return;
    await running.stop();
    await start('redis://127.0.0.1:1');
    for (const _ of [1, 2])
      expect(await admin.get('/queues/api/queues')).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await admin.get('/health/ready')).status).toBe(200);
    await eventually(() => expect(logged()).toContain('Trouble with the queue server'));
    expect(logged()).not.toContain(adminToken);
  });
});
