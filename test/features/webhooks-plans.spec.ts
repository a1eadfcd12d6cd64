import { v7 as uuid } from 'uuid';
import { EndpointLeasesStore } from '../../src/features/webhooks/endpoint-leases.store.js';
import { FeedReader } from '../../src/features/feed/feed-reader.js';
import { feedStart } from '../../src/features/feed/feed-position.js';
import { FeedRetention } from '../../src/features/feed/feed-retention.js';
import { IncidentsModule } from '../../src/features/incidents/incidents.module.js';
import { statementsOf } from './support/sql-log.js';
import { status } from './support/webhook-receiver.js';
import { WebhookStage } from './support/webhook-stage.js';

/** Tables that grow with the mail. */
const large = ['events', 'webhook_deliveries', 'webhook_lanes'];

let stage: WebhookStage;
let endpointId: string;
let eventId: string;
const mailboxes = Array.from({ length: 5 }, () => uuid());

beforeAll(async () => {
  stage = await WebhookStage.open({ modules: [IncidentsModule], freshDatabase: true });
  endpointId = (await stage.endpoint()).id;
  const { dataSource } = stage.database;
  await dataSource.query(
    `INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
     SELECT gen_random_uuid(), CASE WHEN g % 1000 = 0 THEN 'mailbox.failed' ELSE 'message.received' END, $1, gen_random_uuid(), gen_random_uuid(), '{}', $2
     FROM generate_series(1, 100000) g`,
    [stage.profileId, stage.clock.now()],
  );
  await dataSource.query(
    `INSERT INTO webhook_deliveries (endpoint_id, epoch, txid, seq, event_id, order_key, state, created_at)
     SELECT $1, epoch, txid, seq, id, mailbox_id, CASE WHEN seq % 5000 = 0 THEN 'failed' WHEN seq % 7000 = 0 THEN 'queued' ELSE 'delivered' END, $2 FROM events`,
    [endpointId, stage.clock.now()],
  );
  await dataSource.query(
    `INSERT INTO webhook_lanes SELECT DISTINCT endpoint_id, order_key, $1::timestamptz FROM webhook_deliveries WHERE state = 'queued'
     UNION ALL SELECT $2, gen_random_uuid(), $1::timestamptz + interval '1 hour' FROM generate_series(1, 20000)`,
    [stage.clock.now(), endpointId],
  );
  await dataSource.query(`UPDATE webhook_endpoints SET (cursor_epoch, cursor_txid) = (1, pg_current_xact_id())`);
  await dataSource.query('ANALYZE');
  [{ id: eventId }] = await dataSource.query(`SELECT id FROM events WHERE type = 'mailbox.failed' LIMIT 1`);
});
afterAll(() => stage?.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const scansOf = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' && large.includes(plan['Relation Name'] ?? '')
    ? [plan['Relation Name'] ?? '']
    : []),
  ...(plan.Plans ?? []).flatMap(scansOf),
];

const get = (path: string) => async () => {
  const answer = await stage.client().get(path.replace('{endpoint}', endpointId).replace('{profile}', stage.profileId));
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
};
const post = (path: string, body?: object) => async () => {
  const whole = path.replace('{endpoint}', endpointId).replace('{event}', eventId);
  const answer = await stage.client().post(whole, body);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
};
const emitAndDeliver = async () => {
  await stage.emitMany(mailboxes.map((mailboxId) => ({ mailboxId })));
  await stage.deliver();
};

it.each<[string, () => Promise<unknown>]>([
  ['reading the feed', get('/v1/events')],
  ['reading the feed of a profile', get('/v1/events?profileId={profile}')],
  ['reading the feed of a mailbox', get(`/v1/events?mailboxId=${uuid()}`)],
  ['reading the end of the feed', get('/v1/events?after=latest')],
  [
    'reading the feed of many profiles',
    () =>
      stage.api.app
        .get(FeedReader, { strict: false })
        .page(feedStart, { types: null, mailboxId: null, profileIds: Array.from({ length: 40 }, () => uuid()) }, 50),
  ],
  ['claiming endpoints', () => stage.api.app.get(EndpointLeasesStore, { strict: false }).claimDue(new Date(0), 5)],
  ['delivering', emitAndDeliver],
  [
    'delivering what fails',
    async () => {
      stage.receiver.answer = status(500);
      await emitAndDeliver();
      stage.receiver.answer = status(204);
      stage.clock.advance(60_000);
      await stage.deliver();
    },
  ],
  ['listing endpoints', get('/v1/webhook-endpoints')],
  ['listing deliveries', get('/v1/webhook-endpoints/{endpoint}/deliveries')],
  ['listing deliveries that wait', get('/v1/webhook-endpoints/{endpoint}/deliveries?state=pending')],
  ['listing deliveries that failed', get('/v1/webhook-endpoints/{endpoint}/deliveries?state=failed')],
  ['replaying one', post('/v1/webhook-endpoints/{endpoint}/deliveries/{event}/replay')],
  [
    'replaying a time range',
    async () => {
      const [from, to] = [stage.clock.in(-1_000).toISOString(), stage.clock.in(1).toISOString()];
      await post('/v1/webhook-endpoints/{endpoint}/replay', { from, to })();
      await stage.deliver();
    },
  ],
  ['clearing away', () => stage.api.app.get(FeedRetention, { strict: false }).step(100)],
  [
    'switching off what is gone',
    async () => {
      stage.receiver.answer = status(410);
      await emitAndDeliver();
      expect(await stage.read(endpointId)).toMatchObject({ disabledReason: 'gone' });
    },
  ],
  [
    'clearing a deleted endpoint away',
    async () => {
      await stage.client().delete(`/v1/webhook-endpoints/${endpointId}`);
      await stage.api.app.get(FeedRetention, { strict: false }).step(100);
    },
  ],
])('%s reads no large table whole', async (_what, act) => {
  const statements = await statementsOf(stage.database.dataSource, act);
  expect(statements.length).toBeGreaterThan(0);
  const { dataSource } = stage.database;
  for (const { sql, parameters } of statements) {
    if (!/^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql) || sql.includes('pg_notify')) continue;
    // Of the test's own.
    if (/subject_id = ANY|AS settled/.test(sql)) continue;
    const [row] = await dataSource.query<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      parameters,
    );
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    expect([sql, plan ? scansOf(plan) : ['no plan']]).toEqual([sql, []]);
  }
});
