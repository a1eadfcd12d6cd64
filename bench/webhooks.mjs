// Webhook deliveries a second to one endpoint, and CPU time each, beside the floor: the same POSTs by bare
// undici over as many connections. The receiver is a process of its own. All in one run on one machine;
// compare the ratios, not the times. Run by `npm run bench:webhooks`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { v7 as uuid } from 'uuid';
import { entities } from '../dist/src/apps/features.js';
import { startProcess } from '../dist/src/apps/start-process.js';
import { callerOf } from '../dist/src/features/identity/callers/caller.js';
import { WebhookEndpoints } from '../dist/src/features/webhooks/webhook-endpoints.js';
import { SystemClock } from '../dist/src/platform/clock/clock.js';
import { readSettings } from '../dist/src/platform/config/settings.js';
import { createDataSource, migrate } from '../dist/src/platform/database/data-source.js';
import { startEmbeddedPostgres } from '../dist/src/platform/database/embedded-postgres.js';
import { createLog } from '../dist/src/platform/log/log.js';
import { createMetricsRegistry } from '../dist/src/platform/metrics/metrics.js';
import { parseKeyRing } from '../dist/src/platform/secrets/key-ring.js';
import { SecretBox } from '../dist/src/platform/secrets/secret-box.js';

const total = Number(process.env.BENCH_DELIVERIES ?? 30_000);
const mailboxes = 1_000;
const connections = 64;

/** Runs something and measures its time and this process's CPU time, both in ms. */
async function measure(run) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

const receiver = fork(join(import.meta.dirname, 'webhook-receiver.mjs'));
const [{ port }] = await once(receiver, 'message');
const received = async () => {
  receiver.send('count');
  const [message] = await once(receiver, 'message');
  return message.received;
};
const postgres = await startEmbeddedPostgres({
  dataDir: await mkdtemp(join(tmpdir(), 'postroom-bench-')),
  ephemeral: true,
});
const dataSource = createDataSource({ url: postgres.url, poolSize: 20, entities });
await dataSource.initialize();
await migrate(dataSource);
const running = await startProcess({
  platform: {
    settings: { ...readSettings({ PORT: '0' }), roles: ['worker'], webhookAllowedNetworks: ['127.0.0.0/8'] },
    dataSource,
    clock: new SystemClock(),
    log: createLog('error'),
    secretBox: new SecretBox(parseKeyRing(`k:${Buffer.alloc(32, 7).toString('base64')}`)),
    metrics: createMetricsRegistry(),
  },
  databaseUrl: postgres.url,
});
const everybody = callerOf({
  kind: 'api-key',
  id: uuid(),
  name: 'bench',
  scopes: ['admin'],
  profileIds: null,
  expiresAt: null,
  session: null,
});
const url = `http://127.0.0.1:${port}/hooks`;
const wanted = { url, description: null, eventTypes: null, profileIds: null, enabled: true };
await dataSource.transaction((manager) =>
  running.app.get(WebhookEndpoints, { strict: false }).create(manager, everybody, wanted),
);

const deliveries = await measure(async () => {
  await dataSource.query(
    `WITH mailbox AS MATERIALIZED (SELECT gen_random_uuid() AS id, g FROM generate_series(1, ${mailboxes}) g)
     INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
     SELECT gen_random_uuid(), 'message.received', gen_random_uuid(), m.id, gen_random_uuid(),
       '{"folder":"inbox","subject":"About sixty characters of a subject line, as they usually are"}', now()
     FROM generate_series(1, ${total}) e JOIN mailbox m ON m.g = 1 + e % ${mailboxes} ORDER BY e`,
  );
  for (;;) {
    const [{ settled }] = await dataSource.query(`SELECT delivered::int AS settled FROM webhook_endpoints`);
    if (settled === total) break;
    await sleep(50);
  }
});
const sent = await received();
await running.stop();

const body = JSON.stringify({
  type: 'message.received',
  timestamp: new Date().toISOString(),
  data: {
    ...{ id: uuid(), type: 'message.received', profileId: uuid(), mailboxId: uuid(), subjectId: uuid() },
    data: { folder: 'inbox', subject: 'About sixty characters of a subject line, as they usually are' },
    occurredAt: new Date().toISOString(),
  },
});
const headers = {
  'content-type': 'application/json',
  'user-agent': 'Postroom-Webhooks/1',
  'webhook-id': uuid(),
  'webhook-timestamp': '1700000000',
  'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
};
const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
const floor = await measure(async () => {
  let left = total;
  const client = async () => {
    while ((left -= 1) >= 0) await (await pool.request({ path: '/hooks', method: 'POST', headers, body })).body.dump();
  };
  await Promise.all(Array.from({ length: connections }, client));
});
await pool.close();
receiver.disconnect();
await dataSource.destroy();
await postgres.stop();

const line = (name, { ms, cpuMs }) =>
  console.log(
    `${name.padEnd(34)} ${String(Math.round((total / ms) * 1000)).padStart(12)} ${(cpuMs / total).toFixed(3).padStart(12)}`,
  );
console.log(`\n${total} events of ${mailboxes} mailboxes to one endpoint; ${sent - total} sent twice\n`);
console.log(`${''.padEnd(34)} ${'deliveries/s'.padStart(12)} ${'CPU ms each'.padStart(12)}`);
line('Postroom', deliveries);
line('floor: the POSTs by bare undici', floor);
console.log(
  `\nPostroom takes ${(deliveries.ms / floor.ms).toFixed(1)} times the floor's time and ${(deliveries.cpuMs / floor.cpuMs).toFixed(1)} times its CPU time.`,
);
