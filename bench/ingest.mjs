// Messages ingested a second and CPU time a message, beside the floor: the same HTTP exchanges with the
// bodies thrown away, and the same rows inserted in bulk. All in one run on one machine; compare the
// ratios, not the times. Run by `npm run bench`.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool as PgPool } from 'pg';
import { Pool } from 'undici';
import { startProcess } from '../dist/src/apps/start-process.js';
import { entities } from '../dist/src/apps/features.js';
import { Mailboxes } from '../dist/src/features/mailboxes/mailboxes.js';
import { Profiles } from '../dist/src/features/profiles/profiles.js';
import { newProfile } from '../dist/src/features/profiles/profiles.schemas.js';
import { SystemClock } from '../dist/src/platform/clock/clock.js';
import { readSettings } from '../dist/src/platform/config/settings.js';
import { createDataSource, migrate } from '../dist/src/platform/database/data-source.js';
import { startEmbeddedPostgres } from '../dist/src/platform/database/embedded-postgres.js';
import { createLog } from '../dist/src/platform/log/log.js';
import { createMetricsRegistry } from '../dist/src/platform/metrics/metrics.js';
import { parseKeyRing } from '../dist/src/platform/secrets/key-ring.js';
import { SecretBox } from '../dist/src/platform/secrets/secret-box.js';

const shape = { mailboxes: 20, messagesEach: Number(process.env.BENCH_MESSAGES ?? 150), bodyBytes: 32_000 };
const connections = 10;
const total = shape.mailboxes * shape.messagesEach;

/** Runs something and measures its time and this process's CPU time, both in ms. */
async function measure(run) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

const exchange = fork(join(import.meta.dirname, 'exchange-child.mjs'), [JSON.stringify(shape)]);
const [{ ewsUrl, addresses }] = await once(exchange, 'message');
const postgres = await startEmbeddedPostgres({
  dataDir: await mkdtemp(join(tmpdir(), 'postroom-bench-')),
  ephemeral: true,
});
const dataSource = createDataSource({ url: postgres.url, poolSize: 20, entities });
await dataSource.initialize();
await migrate(dataSource);

const platform = {
  settings: { ...readSettings({ PORT: '0' }), roles: ['api', 'worker'] },
  dataSource,
  clock: new SystemClock(),
  log: createLog('error'),
  secretBox: new SecretBox(parseKeyRing(`k:${Buffer.alloc(32, 7).toString('base64')}`)),
  metrics: createMetricsRegistry(),
};
const running = await startProcess({ platform, databaseUrl: postgres.url });
const profile = await dataSource.transaction(async (manager) => {
  const body = newProfile.parse({
    name: 'Bench',
    ownerName: 'Bench',
    ownerEmail: 'bench@postroom.example',
    ewsUrl,
    auth: { type: 'basic', username: 'svc', password: 'secret' },
    processEmailsFrom: '2000-01-01T00:00:00Z',
    minPollingIntervalSeconds: 3600,
    maxConcurrentConnections: connections,
  });
  return (await running.app.get(Profiles, { strict: false }).create(manager, body)).profile;
});
// The budget grows from 2 on by itself; here it is what a settled profile has.
await dataSource.query('UPDATE profile_pacing SET concurrency = $1', [connections]);

exchange.send('record');
const ingest = await measure(async () => {
  const rows = addresses.map((emailAddress) => ({ profileId: profile.id, emailAddress }));
  await dataSource.transaction((manager) =>
    running.app.get(Mailboxes, { strict: false }).createMany(manager, rows, null),
  );
  for (;;) {
    const [{ stored, behind }] = await dataSource.query(
      `SELECT (SELECT count(*)::int FROM messages) AS stored, (SELECT count(*)::int FROM mailboxes WHERE last_sync_at IS NULL) AS behind`,
    );
    if (stored === total && behind === 0) break;
    await sleep(50);
  }
});
await running.stop();
exchange.send('requests');
const [{ requests }] = await once(exchange, 'message');

const pool = new Pool(new URL(ewsUrl).origin, { connections });
const authorization = `Basic ${Buffer.from('svc:secret').toString('base64')}`;
const headers = { authorization, 'content-type': 'text/xml; charset=utf-8' };
const exchanges = await measure(async () => {
  const queue = requests.values();
  const client = async () => {
    for (const body of queue)
      await (
        await pool.request({ path: '/EWS/Exchange.asmx', method: 'POST', headers, body })
      ).body.dump({ limit: Infinity });
  };
  await Promise.all(Array.from({ length: connections }, client));
});
await pool.close();
exchange.disconnect();

const tables = ['message_contents', 'message_attachments', 'messages', 'events'];
const columns = { events: 'id, type, profile_id, mailbox_id, subject_id, data, occurred_at' };
const reader = new Client({ connectionString: postgres.url });
await reader.connect();
const rowsOf = {};
for (const table of tables)
  rowsOf[table] = await reader.query({ text: `SELECT ${columns[table] ?? '*'} FROM ${table}`, rowMode: 'array' });
await reader.query('TRUNCATE message_contents, message_attachments, messages, events CASCADE');
await reader.end();
const writer = new PgPool({ connectionString: postgres.url, max: 1 });
await writer.query('SELECT 1');
const rows = await measure(async () => {
  for (const table of tables) {
    const { rows: values, fields } = rowsOf[table];
    for (let start = 0; start < values.length; start += 500) {
      const batch = values.slice(start, start + 500);
      let place = 0;
      const text = batch.map((row) => `(${row.map(() => `$${(place += 1)}`).join(',')})`).join(',');
      const parameters = batch.flatMap((row) =>
        row.map((value) =>
          value !== null &&
          typeof value === 'object' &&
          !(value instanceof Date) &&
          !Buffer.isBuffer(value) &&
          !Array.isArray(value)
            ? JSON.stringify(value)
            : jsonArray(value),
        ),
      );
      await writer.query(
        `INSERT INTO ${table} (${fields.map((field) => field.name).join(',')}) VALUES ${text}`,
        parameters,
      );
    }
  }
});
await writer.end();
await dataSource.destroy();
await postgres.stop();

/** jsonb arrays of objects (headers) travel as JSON, text[] as they are. */
function jsonArray(value) {
  return Array.isArray(value) && typeof value[0] === 'object' ? JSON.stringify(value) : value;
}

const floor = { ms: exchanges.ms + rows.ms, cpuMs: exchanges.cpuMs + rows.cpuMs };
const line = (name, { ms, cpuMs }) =>
  console.log(
    `${name.padEnd(34)} ${String(Math.round((total / ms) * 1000)).padStart(8)} ${(cpuMs / total).toFixed(2).padStart(12)}`,
  );
console.log(
  `\n${total} messages of about ${shape.bodyBytes / 1000} KB in ${shape.mailboxes} mailboxes, ${connections} connections, ${requests.length} EWS calls\n`,
);
console.log(`${''.padEnd(34)} ${'messages/s'.padStart(8)} ${'CPU ms each'.padStart(12)}`);
line('Postroom', ingest);
line('floor', floor);
line('  the exchanges, bodies discarded', exchanges);
line('  the rows, inserted in bulk', rows);
console.log(
  `\nPostroom takes ${(ingest.ms / floor.ms).toFixed(1)} times the floor's time and ${(ingest.cpuMs / floor.cpuMs).toFixed(1)} times its CPU time.`,
);
