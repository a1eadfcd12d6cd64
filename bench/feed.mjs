// Events read a second at 1,000,000 rows: by cursor over HTTP as a client does, and by the reader behind it,
// with filters and without, beside the floor: bare SELECTs of the same pages. All in one run on one machine;
// compare the ratios, not the times. Run by `npm run bench:feed`.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Pool } from 'undici';
import { entities } from '../dist/src/apps/features.js';
import { startProcess } from '../dist/src/apps/start-process.js';
import { BootstrapKey } from '../dist/src/features/identity/api-keys/bootstrap-key.js';
import { FeedReader } from '../dist/src/features/feed/feed-reader.js';
import { feedStart } from '../dist/src/features/feed/feed-position.js';
import { SystemClock } from '../dist/src/platform/clock/clock.js';
import { readSettings } from '../dist/src/platform/config/settings.js';
import { createDataSource, migrate } from '../dist/src/platform/database/data-source.js';
import { startEmbeddedPostgres } from '../dist/src/platform/database/embedded-postgres.js';
import { createLog } from '../dist/src/platform/log/log.js';
import { createMetricsRegistry } from '../dist/src/platform/metrics/metrics.js';
import { parseKeyRing } from '../dist/src/platform/secrets/key-ring.js';
import { SecretBox } from '../dist/src/platform/secrets/secret-box.js';

const total = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const perTransaction = 1_000;
const page = 200;
const profiles = 100;
/** One event in so many is of the rare type. */
const rareOne = 1_000;

const postgres = await startEmbeddedPostgres({
  dataDir: await mkdtemp(join(tmpdir(), 'postroom-bench-')),
  ephemeral: true,
});
const dataSource = createDataSource({ url: postgres.url, poolSize: 20, entities });
await dataSource.initialize();
await migrate(dataSource);
const client = new Client({ connectionString: postgres.url });
await client.connect();
await client.query(
  `CREATE TABLE bench_profiles AS SELECT gen_random_uuid() AS id, g FROM generate_series(1, ${profiles}) g`,
);
for (let written = 0; written < total; written += perTransaction)
  await client.query(
    `INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
     SELECT gen_random_uuid(), CASE WHEN (e.g + $1) % ${rareOne} = 0 THEN 'mailbox.failed' ELSE 'message.received' END,
       (SELECT id FROM bench_profiles p WHERE p.g = 1 + e.g % ${profiles}), gen_random_uuid(), gen_random_uuid(),
       '{"folder":"inbox","subject":"About sixty characters of a subject line, as they usually are"}', now()
     FROM generate_series(1, ${perTransaction}) AS e (g)`,
    [written],
  );
await client.query('VACUUM ANALYZE events');
const profileId = (await client.query('SELECT id FROM bench_profiles LIMIT 1')).rows[0].id;

const running = await startProcess({
  platform: {
    settings: { ...readSettings({ PORT: '0' }), roles: ['api'] },
    dataSource,
    clock: new SystemClock(),
    log: createLog('error'),
    secretBox: new SecretBox(parseKeyRing(`k:${Buffer.alloc(32, 7).toString('base64')}`)),
    metrics: createMetricsRegistry(),
  },
  databaseUrl: postgres.url,
});
const token = 'bench-key-of-more-than-24-characters';
await running.app.get(BootstrapKey, { strict: false }).ensureBootstrapKey(token);
const pool = new Pool(running.url, { connections: 1 });
const reader = running.app.get(FeedReader, { strict: false });

/** @param read one page; returns how many events, where to go on, and whether that was all */
async function measure(read) {
  const start = performance.now();
  let [events, pages, place] = [0, 0, null];
  for (;;) {
    const { count, next, end } = await read(place);
    events += count;
    pages += 1;
    place = next;
    if (end) return { events, pages, ms: performance.now() - start };
  }
}

const bare = (condition, parameters) => async (place) => {
  const { rows } = await client.query({
    name: `bare ${condition}`,
    text: `SELECT epoch, txid::text, seq::text, id, type, profile_id, mailbox_id, subject_id, data, occurred_at FROM events e
           WHERE (e.epoch, e.txid, e.seq) > ($1::smallint, $2::xid8, $3::bigint) ${condition} ORDER BY e.epoch, e.txid, e.seq LIMIT ${page}`,
    values: [...(place ?? [0, '0', '0']), ...parameters],
  });
  const last = rows.at(-1);
  return { count: rows.length, next: last && [last.epoch, last.txid, last.seq], end: rows.length < page };
};
const byReader = (filter) => async (place) => {
  const whole = { types: null, profileIds: null, mailboxId: null, ...filter };
  const { rows, position, upToDate } = await reader.page(place ?? feedStart, whole, page);
  return { count: rows.length, next: position, end: upToDate };
};
const byHttp = (query) => async (place) => {
  const path = `/v1/events?limit=${page}${query}${place ? `&after=${place}` : ''}`;
  const answer = await pool.request({ path, method: 'GET', headers: { authorization: `Bearer ${token}` } });
  const { items, nextCursor, upToDate } = await answer.body.json();
  return { count: items.length, next: nextCursor, end: upToDate };
};

const runs = [
  ['everything', '', [], {}, ''],
  [
    'one profile in a hundred',
    'AND e.profile_id = $4',
    [profileId],
    { profileIds: [profileId] },
    `&profileId=${profileId}`,
  ],
  [
    'one type in a thousand',
    'AND e.type = $4',
    ['mailbox.failed'],
    { types: ['mailbox.failed'] },
    '&types=mailbox.failed',
  ],
  [
    'a type that there is none of',
    'AND e.type = $4',
    ['outgoing.sent'],
    { types: ['outgoing.sent'] },
    '&types=outgoing.sent',
  ],
];
console.log(`\n${total} events, pages of ${page}; events/s (time of the whole read), and times the floor's time\n`);
const cell = ({ events, ms }, floor) =>
  `${String(Math.round((events / ms) * 1000)).padStart(8)}/s ${(ms / 1000).toFixed(2).padStart(7)} s${floor ? ` ${(ms / floor.ms).toFixed(1).padStart(5)}x` : ''}`;
console.log(`${''.padEnd(30)} ${'bare SELECT'.padEnd(20)} ${'the reader'.padEnd(27)} over HTTP`);
for (const [name, condition, parameters, filter, query] of runs) {
  await measure(bare(condition, parameters));
  const floor = await measure(bare(condition, parameters));
  const read = await measure(byReader(filter));
  const http = await measure(byHttp(query));
  if (read.events !== floor.events || http.events !== floor.events) throw new Error(`${name}: events were missed`);
  console.log(`${name.padEnd(30)} ${cell(floor).padEnd(20)} ${cell(read, floor).padEnd(27)} ${cell(http, floor)}`);
}

await pool.close();
await client.end();
await running.stop();
await dataSource.destroy();
await postgres.stop();
