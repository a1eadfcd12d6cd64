import { setImmediate as turn } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { AccessModule } from '../../src/features/identity/access.module.js';
import { FeedModule } from '../../src/features/feed/feed.module.js';
import { WebhooksModule } from '../../src/features/webhooks/webhooks.module.js';
import type { EventType } from '../../src/features/feed/event.js';
import { EventsStore } from '../../src/features/feed/events.store.js';
import { FeedReader } from '../../src/features/feed/feed-reader.js';
import { comparePositions, type FeedPosition } from '../../src/features/feed/feed-position.js';
import { FeedSignalStore } from '../../src/features/feed/feed-signal.store.js';
import { WebhookLoop } from '../../src/features/webhooks/webhook-loop.js';
import { Sampler } from '../../src/features/insight/overview/sampler.js';
import { SamplesStore } from '../../src/features/insight/overview/samples.store.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { recordedLog, startApi, testSecretBox, type TestApi } from '../support/api.js';
import { CrashingPostgres } from '../support/crashing-postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { makeProfile } from '../support/profiles.js';
import { PollingFollower, StreamingFollower, type FeedFollower } from './support/feed-follower.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

@Module({ imports: [FeedModule, WebhooksModule], providers: [WebhookLoop] })
class WebhookLoopModule {}

let postgres: CrashingPostgres;
let database: TestDatabase;
let api: TestApi;
let clock: ManualClock;
let profiles: { readonly busy: string; readonly quiet: string };
let written: number;
const stopping: (() => Promise<void>)[] = [];

beforeEach(async () => {
  postgres = await CrashingPostgres.start();
  // What is committed without waiting for the disk stays in memory, where it is lost in every crash and not in few.
  await postgres.set('wal_writer_delay', '10s');
  process.env.POSTROOM_TEST_PG = postgres.url;
  clock = new ManualClock(new Date());
  database = await createTestDatabase({ poolSize: 20 });
  const settings = { webhookAllowedNetworks: ['127.0.0.0/8'] };
  const { dataSource } = database;
  api = await startApi([AccessModule, WebhookLoopModule], { dataSource, clock, settings, secretBox: testSecretBox() });
  profiles = { busy: await makeProfile(dataSource), quiet: await makeProfile(dataSource) };
  written = 0;
});
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
  await api?.close();
  await database?.drop();
  await postgres?.remove();
});

const events = () => api.app.get(EventsStore, { strict: false });

/** Mail in one profile, with a rare event of another type and a rare message in another profile. */
const rareOne = 7;
const failed = `type = 'mailbox.failed'`;
function nextEvent() {
  const turn = written++ % rareOne;
  const type: EventType = turn === 0 ? 'mailbox.failed' : 'message.received';
  return { type, profileId: turn === 1 ? profiles.quiet : profiles.busy, mailboxId: null, subjectId: uuid(), data: {} };
}

/** Writes events as production does. @returns the last one's subject when it is surely committed, null when the connection broke */
async function write(count = 1): Promise<string | null> {
  const some = Array.from({ length: count }, nextEvent);
  try {
    await database.dataSource.transaction((sql) => events().append(sql, some, clock.now()));
    return some.at(-1)?.subjectId ?? null;
  } catch {
    return null;
  }
}
const writeSurely = (count = 1) => eventually(async () => (await write(count)) ?? false);

/** Ids of the events of the table, in the order of the feed. */
async function idsOf(condition: string): Promise<string[]> {
  const rows = await database.dataSource.query<{ id: string }[]>(
    `SELECT id FROM events WHERE ${condition} ORDER BY epoch, txid, seq`,
  );
  return rows.map(({ id }) => id);
}

async function positionOf(subject: string): Promise<FeedPosition> {
  const [row] = await database.dataSource.query<FeedPosition[]>(
    `SELECT epoch, txid::text, seq::text FROM events WHERE subject_id = $1`,
    [subject],
  );
  if (!row) throw new Error(`${subject} was committed and is gone`);
  return row;
}

/** Every kind of reader over HTTP, and which events it is to see. */
function followersOf(): (readonly [follower: FeedFollower, condition: string])[] {
  const { url, adminToken } = api;
  return [
    [new PollingFollower(url, adminToken), 'true'],
    [new PollingFollower(url, adminToken, '&types=mailbox.failed'), failed],
    [new PollingFollower(url, adminToken, `&profileId=${profiles.quiet}`), `profile_id = '${profiles.quiet}'`],
    [new PollingFollower(url, adminToken, '&wait=0.05'), 'true'],
    [new PollingFollower(url, adminToken, '&wait=0.05&types=mailbox.failed'), failed],
    [new StreamingFollower(url, adminToken), 'true'],
    [new StreamingFollower(url, adminToken, 'types=mailbox.failed'), failed],
  ];
}

/** Whether the results of all webhooks are written, after which a session of deliveries writes nothing more. */
async function webhooksSettled(): Promise<boolean> {
  const [row] = await database.dataSource.query<{ settled: boolean }[]>(
    `SELECT NOT EXISTS (SELECT FROM webhook_deliveries WHERE state <> 'delivered') AND
       (SELECT count(DISTINCT event_id) FROM webhook_deliveries) = (SELECT count(*) FROM events WHERE profile_id = $1) AS settled`,
    [profiles.busy],
  );
  return row?.settled ?? false;
}

interface Crashed {
  /** Events that are surely committed. */
  readonly committed: string[];
  /** A cursor that was handed out before a crash, and an event that was written after it. */
  readonly spans: (readonly [cursor: FeedPosition, subject: string])[];
}

/** Crashes the server so often, alternately by a stop and by killing a backend, while there is reading and writing. */
async function crash(
  times: number,
  followers: readonly FeedFollower[],
  sample?: () => Promise<unknown>,
): Promise<Crashed> {
  const signal = api.app.get(FeedSignalStore, { strict: false });
  const reader = api.app.get(FeedReader, { strict: false });
  const polling = followers.filter((follower) => follower instanceof PollingFollower);
  const crashed: Crashed = { committed: [], spans: [] };
  for (let count = 0; count < times; count += 1) {
    const busy = { writing: true };
    const writers = Array.from({ length: 2 }, async () => {
      while (busy.writing) {
        const subject = await write();
        if (subject !== null) crashed.committed.push(subject);
        await turn();
      }
    });
    const rest = async () => {
      busy.writing = false;
      await Promise.all(writers);
    };
    const subject = await writeSurely(rareOne);
    const position = await positionOf(subject);
    await Promise.all(polling.map((follower) => follower.reached(position)));
    await sample?.();
    const crashNow = await (count % 2 === 0 ? postgres.readyToStop() : postgres.readyToKill());
    // Every other pair of crashes hits a quiet feed: the last ids are a NOTIFY's, which no commit has flushed.
    if (count % 4 < 2) {
      await rest();
      if (sample) await eventually(webhooksSettled);
      for (let rings = 0; rings < 5; rings += 1) await signal.notify();
      await Promise.all(polling.map((follower) => follower.looked()));
    }
    const cursor = await reader.end();
    await crashNow();
    const next = await writeSurely();
    crashed.committed.push(subject, next);
    crashed.spans.push([cursor, next]);
    await rest();
    // A session of webhooks that was cut off holds its lease until then.
    clock.advance(61_000);
  }
  return crashed;
}

/** @throws when a reader has missed an event, or has seen one twice, out of order, or that is not there */
async function expectAllSeen(seen: () => readonly string[], condition: string): Promise<void> {
  const expected = await idsOf(condition);
  await eventually(() => expect(seen()).toEqual(expected), { timeoutMs: 20_000 });
}

async function expectNothingLost({ committed, spans }: Crashed): Promise<void> {
  const rows = await database.dataSource.query<{ subject: string }[]>('SELECT subject_id AS subject FROM events');
  const there = new Set(rows.map(({ subject }) => subject));
  expect(committed.filter((subject) => !there.has(subject))).toEqual([]);
  for (const [cursor, subject] of spans) expect(comparePositions(cursor, await positionOf(subject))).toBeLessThan(0);
}

function startFollowers() {
  const followers = followersOf();
  for (const [follower] of followers) {
    follower.start();
    stopping.push(() => follower.stop());
  }
  return followers;
}

describe('after a crash of PostgreSQL', () => {
  it('every reader has seen every event once and in order', async () => {
    const { dataSource } = database;
    // All of one profile, whose events come one by one.
    const endpoints = [
      { eventTypes: null, condition: `profile_id = '${profiles.busy}'`, receiver: await WebhookReceiver.start() },
      { eventTypes: ['mailbox.failed'], condition: failed, receiver: await WebhookReceiver.start() },
    ];
    for (const { eventTypes, receiver } of endpoints) {
      stopping.push(() => receiver.close());
      await api.client().post('/v1/webhook-endpoints', { url: receiver.url, eventTypes, profileIds: [profiles.busy] });
    }
    const sampler = new Sampler(dataSource, new SamplesStore(dataSource), events(), clock, recordedLog().log);
    const sample = () => sampler.sample();
    await sample();
    const followers = startFollowers();

    const crashed = await crash(
      50,
      followers.map(([follower]) => follower),
      sample,
    );

    await writeSurely(rareOne);
    await expectNothingLost(crashed);
    for (const [follower, condition] of followers) await expectAllSeen(() => follower.ids, condition);
    const refusals = followers.flatMap(([follower]) => [...follower.refusals]);
    expect([...new Set(refusals)]).toEqual([503]);
    // One that was cut off before its result was written comes twice.
    for (const { receiver, condition } of endpoints) await expectAllSeen(() => [...new Set(receiver.ids)], condition);
    await eventually(async () => {
      clock.advance(61_000);
      await sample();
      const [row] = await dataSource.query<{ received: number }[]>(
        `SELECT sum(received)::int AS received FROM overview_samples WHERE step_seconds = 60`,
      );
      expect(row?.received).toBe((await idsOf(`type = 'message.received'`)).length);
    });
  });

  it('also where the server is set up to commit without waiting for the disk', async () => {
    await postgres.set('synchronous_commit', 'off');
    const followers = startFollowers();
    const crashed = await crash(
      10,
      followers.map(([follower]) => follower),
    );
    await writeSurely(rareOne);
    await expectNothingLost(crashed);
    for (const [follower, condition] of followers) await expectAllSeen(() => follower.ids, condition);
  });

  it('a process that waits for events notices that another server has taken over', async () => {
    const [follower] = startFollowers().map(([one]) => one);
    const crashNow = await postgres.readyToStop();
    await follower?.reached(await positionOf(await writeSurely()));
    await database.dataSource.query(`UPDATE feed_epochs SET history = 'another cluster/00000001'`);
    await crashNow();
    await eventually(async () => (await positionOf(await writeSurely())).epoch === 2);
  });

  it('webhooks go on at once, without waiting for the lease of a session that was cut off', async () => {
    const receiver = await WebhookReceiver.start();
    stopping.push(() => receiver.close());
    await api.client().post('/v1/webhook-endpoints', { url: receiver.url });
    await writeSurely();
    await eventually(() => expect(receiver.ids).toHaveLength(1));
    const crashNow = await postgres.readyToStop();
    await crashNow(() => eventually(() => api.logged().includes('delivering to a webhook endpoint failed')));
    await writeSurely();
    await expectAllSeen(() => [...new Set(receiver.ids)], 'true');
  });
});
