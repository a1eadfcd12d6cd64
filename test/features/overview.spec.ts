import { v7 as uuid } from 'uuid';
import { EventsStore } from '../../src/features/feed/events.store.js';
import type { EventType } from '../../src/features/feed/event.js';
import { lagEdgesMs } from '../../src/features/insight/overview/lag-histogram.js';
import { SamplesStore } from '../../src/features/insight/overview/samples.store.js';
import type { Sql } from '../../src/platform/database/data-source.js';
import { feedSettled } from '../support/feed.js';
import { samplerOf } from './support/overview-stage.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const [ada, bob, denied] = ['ada@example.com', 'bob@example.com', 'denied@example.com'] as const;
const minute = 60_000;

let stage: WholeStage;
let other: string;
const overview = async (token?: string) => succeeded(await stage.client(token).get('/v1/overview'));
const series = async (range: string, token?: string) =>
  succeeded(await stage.client(token).get(`/v1/overview/series?range=${range}`));
const last = async (range: string, token?: string) => (await series(range, token)).points.at(-1);
const sample = () => samplerOf(stage).sample();
const setWork = (id: string, change: string, parameters: unknown[] = []) =>
  stage.dataSource.query(`UPDATE mailbox_work SET ${change} WHERE mailbox_id = $1 AND kind = 'incoming'`, [
    id,
    ...parameters,
  ]);
const ago = (ms: number) => new Date(stage.clock.now().getTime() - ms);

async function happen(type: EventType, profileId: string, times: number, sql: Sql = stage.dataSource): Promise<void> {
  const event = { type, profileId, mailboxId: null, subjectId: uuid(), data: {} };
  await stage.get(EventsStore).append(
    sql,
    Array.from({ length: times }, () => event),
    stage.clock.now(),
  );
}

beforeEach(async () => {
  stage = await WholeStage.open({ addresses: [ada, bob, denied], scope: [ada, bob] });
  other = await stage.makeProfile({ ewsUrl: 'https://other.example/EWS/Exchange.asmx' });
});
afterEach(() => stage.close());

describe('the overview', () => {
  it('of nothing is zeros', async () => {
    await stage.dataSource.query(`DELETE FROM email_server_profiles`);
    expect(await overview()).toEqual({
      at: stage.clock.now().toISOString(),
      mailboxes: { total: 0, byState: { active: 0, verifying: 0, failed: 0, paused: 0 }, waitingForApproval: 0 },
      incidents: { open: 0, unacknowledged: 0 },
      storage: null,
      syncLag: null,
      outgoing: { waiting: 0, failed: 0 },
      servers: [],
    });
  });

  it('counts what the caller sees', async () => {
    await stage.makeMailbox(denied);
    const mine = await stage.makeMailbox(ada, { outgoing: true });
    const theirs = await stage.makeMailbox(bob, { profileId: other, outgoing: true });
    succeeded(await stage.client().post(`/v1/mailboxes/${theirs}/pause`));
    await stage.dataSource.query(`UPDATE mailboxes SET approved_at = NULL WHERE id = $1`, [theirs]);
    const removed = await stage.makeMailbox('gone@example.com');
    await stage.client().delete(`/v1/mailboxes/${removed}`);
    while ((await stage.round()) > 0);
    stage.clock.advance(90_000);
    while ((await stage.round()) > 0);
    for (const mailboxId of [mine, mine, theirs]) {
      const message = { mailboxId, to: ['x@y.example'], subject: 's', text: 't' };
      succeeded(await stage.client().post('/v1/outgoing-messages', message));
    }
    await stage.dataSource.query(`UPDATE outgoing_messages SET state = 'failed' WHERE mailbox_id = $1`, [theirs]);

    const all = await overview();
    expect(all).toMatchObject({
      mailboxes: { total: 3, byState: { active: 1, verifying: 0, failed: 1, paused: 1 }, waitingForApproval: 1 },
      incidents: { open: 1, unacknowledged: 1 },
      outgoing: { waiting: 2, failed: 1 },
    });
    expect(all.servers.map((server: { host: string; mailboxes: number }) => server.mailboxes).sort()).toEqual([1, 2]);
    expect(await overview(await stage.makeKey(['read'], [other]))).toMatchObject({
      mailboxes: { total: 1, byState: { active: 0, failed: 0, paused: 1 }, waitingForApproval: 1 },
      incidents: { open: 0, unacknowledged: 0 },
      outgoing: { waiting: 0, failed: 1 },
      servers: [{ host: 'other.example', state: 'ok', mailboxes: 1, since: null, profiles: [{ id: other }] }],
    });

    const [{ id: incident }] = await stage.client().all('/v1/incidents?open=true');
    succeeded(await stage.client().post(`/v1/incidents/${incident}/acknowledge`));
    expect((await overview()).incidents).toEqual({ open: 1, unacknowledged: 0 });
    expect((await overview(await stage.makeKey(['read'], [stage.profileId]))).incidents).toEqual({
      open: 1,
      unacknowledged: 0,
    });
  });

  it('tells of servers in trouble, since when, and the incident', async () => {
    const { dataSource } = stage;
    const serverOf = async (profileId: string) =>
      (await overview()).servers.find(({ profiles }: { profiles: { id: string }[] }) =>
        profiles.some(({ id }) => id === profileId),
      );
    const hold = (change: string) =>
      dataSource.query(`UPDATE profile_pacing SET ${change} WHERE profile_id = $1`, [other]);
    const incident = (subject: string, value: string, suspends: boolean) => {
      const id = uuid();
      return dataSource
        .query(
          `INSERT INTO incidents (id, ${subject}, cause, scope, suspends, first_failure, last_failure, opened_at, last_seen_at)
           VALUES ($1, $2, 'X', 'profile', $3, '{}', '{}', $4, $4)`,
          [id, value, suspends, ago(4 * minute)],
        )
        .then(() => id);
    };

    expect(await serverOf(other)).toMatchObject({ state: 'ok', since: null, incidentId: null });
    const later = `'${stage.clock.in(minute).toISOString()}'`;
    await hold(`hold_until = ${later}, grown_at = '${ago(minute).toISOString()}'`);
    expect(await serverOf(other)).toMatchObject({ state: 'throttled', since: ago(minute).toISOString() });
    await hold(`suspended_cause = 'Http401'`);
    const refusal = await incident('profile_id', other, true);
    expect(await serverOf(other)).toMatchObject({
      state: 'refused',
      since: ago(4 * minute).toISOString(),
      incidentId: refusal,
    });
    await dataSource.query(
      `INSERT INTO server_pacing (host, failing_since, failures) VALUES ('other.example', $1, 2)`,
      [ago(9 * minute)],
    );
    expect(await serverOf(other)).toMatchObject({ state: 'refused' });
    await dataSource.query(`UPDATE server_pacing SET suspended_cause = 'ECONNREFUSED'`);
    const away = await incident('server_host', 'other.example', false);
    expect(await serverOf(other)).toMatchObject({
      host: 'other.example',
      state: 'away',
      since: ago(9 * minute).toISOString(),
      incidentId: away,
    });
    expect((await overview()).servers[0].host).toBe('other.example');
    expect((await overview()).incidents.open).toBe(2);
    expect((await overview(await stage.makeKey(['read'], [other]))).incidents.open).toBe(2);
    expect((await overview(await stage.makeKey(['read'], [stage.profileId]))).incidents.open).toBe(0);
  });
});

describe('a sample', () => {
  it('is taken once a minute, however many workers try', async () => {
    await stage.makeMailbox(ada);
    const workers = [samplerOf(stage), samplerOf(stage), samplerOf(stage)];
    const together = async () => (await Promise.all(workers.map((worker) => worker.sample()))).filter(Boolean).length;
    expect(await together()).toBe(1);
    expect(await together()).toBe(0);
    stage.clock.advance(minute);
    expect(await together()).toBe(1);
    const rows = await stage.dataSource.query(
      `SELECT step_seconds AS step, count(*)::int AS rows FROM overview_samples GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { step: 60, rows: 2 },
      { step: 600, rows: 1 },
      { step: 3_600, rows: 1 },
    ]);
  });

  it('that fails leaves the minute to another', async () => {
    await stage.makeMailbox(ada);
    await stage.dataSource.query(`ALTER TABLE overview_samples RENAME TO hidden`);
    await expect(sample()).rejects.toThrow('overview_samples');
    await stage.dataSource.query(`ALTER TABLE hidden RENAME TO overview_samples`);
    expect(await sample()).toBe(true);
  });

  it('tells how late the active mailboxes are that receive', async () => {
    const now = stage.clock.now();
    const ids: string[] = [];
    for (let count = 0; count < 20; count += 1) ids.push(await stage.makeMailbox(`m${count}@example.com`));
    const [late = '', retried = '', paused = '', deaf = '', future = '', ...inTime] = ids;
    for (const id of [future, ...inTime]) await setWork(id, `due_at = $2`, [stage.clock.in(30_000)]);
    await setWork(late, `due_at = $2`, [ago(25_000)]);
    // Its last good sync was due to be repeated 9 minutes ago, whatever the retry is set for.
    await setWork(retried, `due_at = $2, attempts = 4`, [stage.clock.in(10 * minute)]);
    await stage.dataSource.query(`UPDATE mailboxes SET last_sync_at = $2, state_since = $2 WHERE id = $1`, [
      retried,
      ago(10 * minute),
    ]);
    await setWork(paused, `due_at = $2`, [ago(5 * 60 * minute)]);
    await stage.dataSource.query(`UPDATE mailboxes SET state = 'paused' WHERE id = $1`, [paused]);
    await setWork(deaf, `due_at = $2`, [ago(5 * 60 * minute)]);
    await stage.dataSource.query(`UPDATE mailboxes SET incoming = false WHERE id = $1`, [deaf]);
    await sample();
    const [{ lag }] = await stage.dataSource.query(`SELECT lag FROM overview_samples WHERE step_seconds = 60`);
    const bucket = (lagMs: number) => 1 + lagEdgesMs.filter((edge) => edge <= lagMs).length;
    expect(lag.map((count: number, index: number) => [index, count]).filter(([, count]: number[]) => count)).toEqual([
      [0, 16],
      [bucket(25_000), 1],
      [bucket(9 * minute), 1],
    ]);
    expect((await overview()).syncLag).toEqual({ p50Ms: 0, p95Ms: 330_000 });
    expect(await last('1h')).toMatchObject({ at: now.toISOString(), p50Ms: 0, p95Ms: 330_000 });
    // Nobody samples any more: what was is not what is.
    stage.clock.advance(4 * minute);
    expect((await overview()).syncLag).toBeNull();
  });

  it('counts each message once, also one whose transaction ends late', async () => {
    await stage.makeMailbox(ada);
    await happen('message.received', stage.profileId, 7);
    await feedSettled(stage.dataSource);
    await sample();
    expect(await last('1h')).toMatchObject({ received: 0 });
    await happen('message.received', stage.profileId, 3);
    await happen('outgoing.sent', stage.profileId, 2);
    await happen('message.removed', stage.profileId, 5);
    await feedSettled(stage.dataSource);
    const runner = stage.dataSource.createQueryRunner();
    await runner.startTransaction();
    await happen('message.received', stage.profileId, 1, runner.manager);
    await happen('message.received', other, 4);
    stage.clock.advance(minute);
    await sample();
    const before = await last('1h');
    await runner.commitTransaction();
    await runner.release();
    await feedSettled(stage.dataSource);
    stage.clock.advance(minute);
    await sample();
    const { points } = await series('1h');
    const received = points.map((point: { received: number }) => point.received);
    expect(received.reduce((sum: number, one: number) => sum + one)).toBe(8);
    // What came after the one under way waits for it, as in the feed.
    expect(before.received).toBe(3);
    expect(points.at(-2)).toMatchObject({ received: 3, sent: 2 });
    expect(await last('24h')).toMatchObject({ received: 8, sent: 2 });
    expect(await last('7d', await stage.makeKey(['read'], [other]))).toMatchObject({ received: 4, sent: 0 });
  });
});

describe('the course of things', () => {
  it('adds up profiles and minutes, and leaves gaps where nothing was sampled', async () => {
    const mine = await stage.makeMailbox(ada);
    const theirs = await stage.makeMailbox(bob, { profileId: other });
    const lag = async (mineMs: number, theirsMs: number) => {
      await setWork(mine, `due_at = $2`, [ago(mineMs)]);
      await setWork(theirs, `due_at = $2`, [ago(theirsMs)]);
      expect(await sample()).toBe(true);
    };
    await lag(0, 0);
    stage.clock.advance(minute);
    await lag(0, 45_000);
    const limited = await stage.makeKey(['read'], [stage.profileId]);
    expect((await overview()).syncLag).toMatchObject({ p95Ms: 57_000 });
    expect((await overview(limited)).syncLag).toMatchObject({ p95Ms: 0 });
    stage.clock.advance(3 * minute);
    await stage.dataSource.query(`UPDATE mailboxes SET state = 'failed', failure = '{}' WHERE id = $1`, [theirs]);
    await lag(1_500, 0);

    const { from, to, stepSeconds, points } = await series('1h');
    expect([from, to, stepSeconds, points.length]).toEqual([
      '2026-03-01T07:05:00.000Z',
      '2026-03-01T08:05:00.000Z',
      60,
      60,
    ]);
    const nothing = { p50Ms: null, p95Ms: null, received: 0, sent: 0, failed: 0 };
    expect(points.slice(-6).map(({ at: _, ...point }: { at: string }) => point)).toEqual([
      nothing,
      { ...nothing, p50Ms: 0, p95Ms: 0 },
      { ...nothing, p50Ms: 0, p95Ms: 57_000 },
      nothing,
      nothing,
      { ...nothing, p50Ms: 1_500, p95Ms: 1_950, failed: 1 },
    ]);
    expect((await series('1h', limited)).points.slice(-5).map(({ p95Ms }: { p95Ms: number }) => p95Ms)).toEqual([
      0,
      0,
      null,
      null,
      1_950,
    ]);
    // Five minutes of mailboxes: three in time, one between 1 and 2 s, one between 30 and 60 s.
    for (const range of ['24h', '7d'])
      expect(await last(range)).toMatchObject({ p50Ms: 0, p95Ms: 52_500, received: 0, failed: 1 });
    expect((await series('24h')).points).toHaveLength(144);
    expect((await series('7d')).points).toHaveLength(168);
    expect(await series('24h')).toEqual(succeeded(await stage.client().get('/v1/overview/series')));
  });

  it('is forgotten after its time', async () => {
    await stage.makeMailbox(ada);
    await sample();
    const samples = stage.get(SamplesStore);
    const days = (count: number) => stage.clock.in(count * 24 * 60 * minute);
    const left = async () =>
      (await stage.dataSource.query(`SELECT step_seconds AS step FROM overview_samples ORDER BY 1`)).map(
        ({ step }: { step: number }) => step,
      );
    expect(await samples.removeOld(days(0.9), 100)).toBe(0);
    expect(await samples.removeOld(days(1.1), 100)).toBe(1);
    expect(await left()).toEqual([600, 3_600]);
    expect(await samples.removeOld(days(7.9), 100)).toBe(0);
    expect(await samples.removeOld(days(9), 1)).toBe(1);
    expect(await samples.removeOld(days(9), 1)).toBe(1);
    expect(await left()).toEqual([]);
  });
});
