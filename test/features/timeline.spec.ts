import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { RunSettlement } from '../../src/features/mailboxes/run-settlement.js';
import { HistoryUpkeepStore } from '../../src/features/insight/history/history-upkeep.store.js';
import { WorkStore } from '../../src/features/scheduling/work.store.js';
import { PacingStore } from '../../src/features/scheduling/pacing.store.js';
import { statementsOf } from './support/sql-log.js';
import { TimelineReader } from './support/timeline-stage.js';
import { serviceAccount, succeeded, WholeStage } from './support/whole-stage.js';

const [ada, bob, carol, dora] = [
  'ada@example.com',
  'bob@example.com',
  'carol@example.com',
  'dora@example.com',
] as const;
const start = '00000000-0000-0000-0000-000000000000';

let stage: WholeStage;
const timeline = new TimelineReader(() => stage);
const control = () => stage.sandbox.control;
const historyOf = (id: string) =>
  stage.dataSource.query(`SELECT type, details FROM mailbox_history WHERE mailbox_id = $1 ORDER BY at, id`, [id]);

beforeEach(async () => {
  stage = await WholeStage.open({ addresses: [ada, bob, carol, dora], poolSize: 10 });
});
afterEach(() => stage.close());

async function drain(): Promise<void> {
  while ((await stage.round()) > 0);
}

async function syncedMailbox(address: string = ada, more: object = {}): Promise<string> {
  const id = await stage.makeMailbox(address, more);
  await drain();
  return id;
}

/** Time goes on, and what is due is done. */
async function pass(ms: number, stepMs = 10_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    await drain();
    await stage.plan();
  }
}

describe('a mailbox that is well', () => {
  it('says so, with its interval, its last poll and its next', async () => {
    const id = await stage.makeMailbox(ada);
    expect(await timeline.status(id)).toMatchObject({
      well: true,
      reasons: [{ code: 'due' }, { code: 'sending-off' }],
    });
    await drain();
    stage.clock.advance(12_000);
    const { nextSyncAt, lastSyncAt } = await stage.mailbox(id);
    const seconds = Math.round((Date.parse(nextSyncAt) - stage.clock.now().getTime()) / 1_000);
    expect(await timeline.status(id)).toMatchObject({
      mailboxId: id,
      well: true,
      verdict: `Well: syncs every 60 s; last 12 s ago; next in ${seconds} s`,
      reasons: [{ code: 'next-poll', since: lastSyncAt, until: nextSyncAt, isTrouble: false }, { code: 'sending-off' }],
    });
  });

  it('writes no history for polls that bring nothing, at no statement more, and tells them as one', async () => {
    const id = await syncedMailbox();
    await stage.poll();
    const first = stage.clock.now();
    await stage.poll();
    // What an idle poll costs the database, from its claim to its end. Before there was a history, it was as many.
    stage.clock.advance(70_000);
    const [claim] = await stage.claim();
    const statements = await statementsOf(stage.dataSource, () => stage.receive(claim!));
    expect(statements.filter(({ sql }) => /history/.test(sql))).toEqual([]);
    expect(
      statements
        .filter(({ sql }) => /^(?:UPDATE|INSERT|DELETE|WITH)/.test(sql.trim()))
        .map(({ sql }) => /(?:UPDATE|INTO|FROM) (\w+)/.exec(sql)?.[1]),
    ).toEqual(['mailbox_work', 'mailbox_work', 'mailboxes', 'profile_pacing', 'server_pacing']);
    expect(statements).toHaveLength(11);
    expect(await historyOf(id)).toEqual([]);
    const [created, polls, ...more] = await timeline.told(id);
    expect(more).toEqual([]);
    expect(created).toMatchObject({ type: 'state', title: 'The mailbox was created' });
    expect(polls).toMatchObject({
      type: 'polls',
      title: 'Looked 4 times: nothing new',
      until: stage.clock.now().toISOString(),
    });
    expect(Date.parse(polls.at)).toBeLessThan(first.getTime());

    // It becomes a row with what comes next, and stays the same entry.
    await control().deliver(ada, { count: 3 });
    await stage.poll();
    await stage.poll();
    expect(await timeline.told(id)).toMatchObject([
      { title: 'The mailbox was created' },
      { id: polls.id, at: polls.at, until: polls.until, title: 'Looked 4 times: nothing new' },
      {
        type: 'run',
        title: '3 messages received',
        details: { kind: 'incoming', outcome: 'ok', counts: { stored: 3 }, attempt: 0, nextWhy: 'interval' },
      },
      { type: 'polls', title: 'Looked once: nothing new' },
    ]);
    expect(await historyOf(id)).toHaveLength(2);
  });

  it('begins a new row of quiet polls each day', async () => {
    const id = await syncedMailbox();
    await stage.dataSource.query('UPDATE email_server_profiles SET min_polling_interval_seconds = 21600');
    await pass(66 * 60 * 60_000, 60 * 60_000);
    const polls = await timeline.told(id, 'polls');
    expect(polls).toHaveLength(3);
    for (const { at, until } of polls) expect(Date.parse(until) - Date.parse(at)).toBeLessThanOrEqual(31 * 60 * 60_000);
  });
});

describe('what stops a mailbox', () => {
  it('is told while it is verified, when it has failed, and when it is well again', async () => {
    const id = await syncedMailbox();
    control().revoke(serviceAccount, [ada]);
    await stage.poll();
    let { nextSyncAt } = await stage.mailbox(id);
    expect(await timeline.status(id)).toMatchObject({
      well: false,
      verdict: 'Refused once, to be verified: The service account may not impersonate the mailbox',
      reasons: [
        {
          code: 'verifying',
          until: nextSyncAt,
          failureCode: 'ErrorImpersonateUserDenied',
          cause: expect.stringContaining(ada),
        },
        { code: 'sending-off' },
      ],
    });
    await pass(100_000);
    ({ nextSyncAt } = await stage.mailbox(id));
    const [incident] = await stage.client().all('/v1/incidents');
    expect((await timeline.status(id)).reasons[0]).toMatchObject({
      code: 'failed',
      title: 'Stopped: The service account may not impersonate the mailbox',
      until: nextSyncAt,
      remedy: expect.stringContaining('New-ManagementRoleAssignment'),
      links: { incident: `/v1/incidents/${incident.id}` },
    });
    control().grant(serviceAccount, [ada]);
    await pass(100_000);
    expect(await timeline.codes(id)).toEqual(['next-poll', 'sending-off']);

    const told = await timeline.told(id);
    expect(told.map(({ type, title }) => `${type}: ${title}`)).toEqual([
      'state: The mailbox was created',
      'polls: Looked once: nothing new',
      'run: Receiving failed: The service account may not impersonate the mailbox',
      'state: Refused once, and looked at again before it counts: The service account may not impersonate the mailbox',
      'run: Receiving failed: The service account may not impersonate the mailbox',
      'state: Stopped, refused twice: The service account may not impersonate the mailbox',
      'incident: Joined the incident: The service account may not impersonate the mailbox',
      'notification: The owner was not told any more that an incident began: The service account may not impersonate the mailbox',
      'state: Well again: a probe got through',
      'incident: Left the incident: The service account may not impersonate the mailbox',
      'notification: The owner is to be told that an incident is over: The service account may not impersonate the mailbox',
      expect.stringMatching(/^polls: Looked (once|2 times): nothing new$/),
    ]);
    const [refused, confirmed] = told.filter(({ type }) => type === 'run');
    expect(refused).toMatchObject({
      code: 'ErrorImpersonateUserDenied',
      details: { attempt: 1, nextWhy: 'second-look', requestId: expect.any(String) },
    });
    expect(confirmed).toMatchObject({ details: { nextWhy: 'probe', nextAt: nextSyncAt } });
  });

  it('names its peers', async () => {
    const ids = [await syncedMailbox(ada), await syncedMailbox(bob), await syncedMailbox(carol)];
    control().revoke(serviceAccount, [ada, bob, carol]);
    await pass(200_000);
    expect((await timeline.status(ids[0] ?? '')).reasons[0].ends).toContain('2 other mailboxes');
  });

  it('is a person, who is named', async () => {
    const id = await syncedMailbox();
    const answer = await stage.client().post('/v1/api-keys', { name: 'The night shift', scopes: ['write'] });
    const client = stage.client(succeeded(answer).token);
    succeeded(await client.post(`/v1/mailboxes/${id}/pause`));
    const { stateSince } = await stage.mailbox(id);
    expect(await timeline.status(id)).toMatchObject({
      well: false,
      verdict: 'Paused by The night shift',
      reasons: [{ code: 'paused', since: stateSince, until: null }, { code: 'sending-off' }],
    });
    // However old, who did it is not cleared away while it lasts.
    await stage.get(HistoryUpkeepStore).sweep(start, new Date('2027-01-01T00:00:00Z'), 100);
    expect(await historyOf(id)).toHaveLength(1);
    expect((await timeline.status(id)).verdict).toBe('Paused by The night shift');
    succeeded(await client.post(`/v1/mailboxes/${id}/resume`));
    stage.clock.advance(1);
    succeeded(await client.patch(`/v1/mailboxes/${id}`, { incoming: false }));
    expect(await timeline.codes(id)).toEqual(['switched-off']);
    expect(await timeline.titles(id, 'state')).toEqual([
      'The mailbox was created',
      'Paused by The night shift',
      'Resumed by The night shift',
      'Receiving is off and sending is off: changed by The night shift',
    ]);
  });
});

describe('what holds a mailbox', () => {
  it('is its profile, when the server refuses the account', async () => {
    const id = await syncedMailbox();
    control().setPassword(serviceAccount, 'another');
    await stage.poll();
    // The only mailbox of its profile: its further tries decide, with pauses between them.
    for (let tries = 0; tries < 4 && (await stage.client().all('/v1/incidents')).length === 0; tries += 1)
      await pass(15_000);
    const [incident] = await stage.client().all('/v1/incidents');
    const holdUntil = (await stage.dataSource.query('SELECT hold_until FROM profile_pacing'))[0].hold_until;
    const { reasons, well } = await timeline.status(id);
    expect([well, reasons[0]]).toMatchObject([
      false,
      {
        code: 'profile-suspended',
        since: incident.firstAt,
        until: holdUntil.toISOString(),
        failureCode: 'Http401',
        remedy: expect.stringContaining('Enter the current password'),
        links: { incident: `/v1/incidents/${incident.id}` },
      },
    ]);
    expect(await timeline.titles(id, 'incident')).toEqual([
      'The profile is suspended: The server refuses the service account’s name or password',
    ]);
    await stage.plan();
    expect(await timeline.told(id, 'notification')).toHaveLength(1);
  });

  it('is its profile, when the server asks for quiet', async () => {
    const id = await syncedMailbox();
    control().injectFault({ times: 1, fault: { code: 'ErrorServerBusy', backOffMs: 300_000 } });
    await stage.poll();
    // One mailbox that meets it waits alone.
    expect((await timeline.codes(id))[0]).toBe('back-off');
    await stage
      .get(PacingStore)
      .throttle(stage.dataSource, stage.profileId, stage.clock.in(300_000), stage.clock.now());
    const { hold_until } = (await stage.dataSource.query('SELECT hold_until FROM profile_pacing'))[0];
    const { reasons } = await timeline.status(id);
    expect(reasons[0]).toMatchObject({ code: 'profile-throttled', until: hold_until.toISOString() });
    expect(await timeline.titles(id, 'run')).toEqual(['Receiving failed: The server asks for a pause']);
    await pass(400_000);
    expect(await timeline.codes(id)).toEqual(['next-poll', 'sending-off']);
  });

  it('is its server, when that does not answer', async () => {
    const id = await syncedMailbox();
    control().injectFault({ times: 100_000, fault: { dropBefore: true } });
    await pass(4 * 60_000);
    const host = new URL(stage.sandbox.ewsUrl).host;
    const [incident] = await stage.client().all('/v1/incidents');
    const { reasons } = await timeline.status(id);
    expect(reasons[0]).toMatchObject({
      code: 'server-away',
      title: `The server ${host} does not answer: all profiles on it wait`,
      since: expect.any(String),
      links: { incident: `/v1/incidents/${incident.id}` },
    });
    expect((await timeline.told(id, 'run')).length).toBeGreaterThan(2);
    control().clearFaults();
    await pass(4 * 60_000);
    expect(await timeline.titles(id, 'incident')).toEqual([
      `The server ${host} does not answer: all profiles on it wait`,
      `The server ${host} answers again`,
    ]);
    expect(await timeline.told(id, 'notification')).toHaveLength(2);
    // Another profile's owner is nobody to this mailbox.
    const branch = await stage.makeProfile({ ownerEmail: 'paul@example.com' });
    const other = await stage.makeMailbox(bob, { profileId: branch });
    expect(await timeline.titles(other)).toEqual(['The mailbox was created']);
  });

  it('is its own trouble, with the number of tries', async () => {
    const id = await syncedMailbox();
    control().injectFault({ address: ada, times: 100, fault: { code: 'ErrorMailboxStoreUnavailable' } });
    await stage.poll();
    await pass(30_000, 5_000);
    const { nextSyncAt, lastError } = await stage.mailbox(id);
    const runs = await timeline.told(id, 'run');
    expect(runs.length).toBeGreaterThan(1);
    const { reasons } = await timeline.status(id);
    expect(reasons[0]).toMatchObject({
      code: 'back-off',
      title: `Receiving failed ${runs.length} times in a row and is tried again: ${lastError.title}`,
      since: lastError.at,
      until: nextSyncAt,
      failureCode: 'ErrorMailboxStoreUnavailable',
    });
    expect(runs.at(-1)).toMatchObject({ details: { attempt: runs.length, nextWhy: 'retry', nextAt: nextSyncAt } });
  });

  it('is the budget of the profile, with what waits before it', async () => {
    const ids = [
      await syncedMailbox(ada),
      await syncedMailbox(bob),
      await syncedMailbox(carol),
      await syncedMailbox(dora),
    ];
    await stage.dataSource.query('UPDATE profile_pacing SET concurrency = 2');
    stage.clock.advance(70_000);
    await stage.dataSource.query(`UPDATE mailbox_work SET due_at = $2 WHERE mailbox_id = $1 AND kind = 'incoming'`, [
      ids[3],
      stage.clock.now(),
    ]);
    const claims = await stage.claim();
    expect(claims).toHaveLength(2);
    expect(await timeline.status(ids[3] ?? '')).toMatchObject({
      well: true,
      verdict: expect.stringContaining('waits for its turn: 2 of 2 runs of the profile'),
      reasons: [
        { code: 'budget-full', title: expect.stringContaining('under way, 1 before it') },
        { code: 'sending-off' },
      ],
    });
    const [claim] = claims;
    expect((await timeline.status(claim!.mailboxId)).reasons[0]).toMatchObject({ code: 'running', since: null });
    await stage.get(WorkStore).begin(claim!, stage.clock.now());
    const begun = stage.clock.now().toISOString();
    stage.clock.advance(5_000);
    expect((await timeline.status(claim!.mailboxId)).reasons[0]).toMatchObject({
      code: 'running',
      title: 'Receiving is under way',
      since: begun,
    });
  });

  it('is that no worker runs', async () => {
    const id = await syncedMailbox();
    const { nextSyncAt } = await stage.mailbox(id);
    stage.clock.advance(100_000);
    expect(await timeline.codes(id)).toEqual(['due', 'sending-off']);
    stage.clock.advance(60_000);
    expect(await timeline.status(id)).toMatchObject({
      well: false,
      verdict: 'Receiving is due, and no worker takes it up',
      reasons: [
        { code: 'no-worker', since: nextSyncAt, ends: expect.stringContaining('ROLES=worker') },
        { code: 'sending-off' },
      ],
    });
  });
});

describe('the history', () => {
  it('is written with what it tells, or not at all', async () => {
    const id = await syncedMailbox();
    await control().deliver(ada, { count: 1 });
    stage.clock.advance(70_000);
    const [claim] = await stage.claim();
    const before = await historyOf(id);
    // The lease is lost between the last item and the end of the run.
    const settlement = stage.get(RunSettlement);
    const settle = settlement.succeeded.bind(settlement);
    const stolen = jest.spyOn(settlement, 'succeeded').mockImplementationOnce(async (...run) => {
      await stage.dataSource.query('UPDATE mailbox_work SET lease_token = lease_token + 1 WHERE mailbox_id = $1', [id]);
      return settle(...run);
    });
    await stage.receive(claim!);
    stolen.mockRestore();
    expect(stage.logged()).toContain('a run lost its lease');
    expect(await historyOf(id)).toEqual(before);
    expect((await timeline.told(id)).map(({ type }) => type)).toEqual(['state', 'polls']);
  });

  it('is cleared away by age and by number, in small steps', async () => {
    const id = await syncedMailbox();
    const other = await syncedMailbox(bob);
    const add = (mailbox: string, count: number, back: string) =>
      stage.dataSource.query(
        `INSERT INTO mailbox_history (id, mailbox_id, at, type, details) SELECT gen_random_uuid(), $1, $2::timestamptz - g * $3::interval, 'run', '{}' FROM generate_series(1, $4) g`,
        [mailbox, stage.clock.now(), back, count],
      );
    await add(id, 40, '1 day');
    await add(other, 7_000, '1 minute');
    const keepFrom = stage.clock.in(-30.5 * 24 * 60 * 60_000);
    const upkeep = stage.get(HistoryUpkeepStore);
    const rounds = [];
    for (let at: string | null = start; at !== null; at = await upkeep.sweep(at, keepFrom, 1)) rounds.push(at);
    expect(rounds.length).toBeGreaterThan(3);
    const counted = await stage.dataSource.query(
      `SELECT mailbox_id, count(*)::int FROM mailbox_history GROUP BY 1 ORDER BY 2`,
    );
    expect(counted).toEqual([
      { mailbox_id: id, count: 30 },
      { mailbox_id: other, count: 1_000 },
    ]);
  });

  it('goes with the mailbox, and is nobody else’s', async () => {
    const id = await syncedMailbox();
    const stranger = stage.client(await stage.makeKey(['read'], [await stage.makeProfile()]));
    for (const path of ['status', 'timeline'])
      expect((await stranger.get(`/v1/mailboxes/${id}/${path}`)).status).toBe(404);
    expect((await stage.client().delete(`/v1/mailboxes/${id}`)).status).toBe(204);
    for (const path of ['status', 'timeline'])
      expect((await stage.client().get(`/v1/mailboxes/${id}/${path}`)).status).toBe(404);
  });
});

describe('the pages', () => {
  it('of mixed sources leave nothing out and repeat nothing, whatever happened at one moment', async () => {
    const id = await syncedMailbox();
    const { profileId } = stage;
    const failure = JSON.stringify({ code: 'ErrorX', category: 'other', values: {} });
    const types = ['history', 'incident', 'backfill', 'audit', 'item'] as const;
    const base = stage.clock.now().getTime();
    const insert = async (type: (typeof types)[number], at: Date) => {
      const sql = stage.dataSource;
      if (type === 'history')
        return sql.query(
          `INSERT INTO mailbox_history (id, mailbox_id, at, type, details) VALUES ($1, $2, $3, 'run', '{"kind":"incoming","outcome":"ok","counts":{},"attempt":0}')`,
          [uuid(), id, at],
        );
      if (type === 'incident') {
        const incident = uuid();
        await sql.query(
          `INSERT INTO incidents (id, profile_id, cause, scope, first_failure, last_failure, opened_at, last_seen_at, closed_at) VALUES ($1, $2, 'X', 'mailbox', $3, $3, $4, $4, $4)`,
          [incident, profileId, failure, at],
        );
        await sql.query(
          `INSERT INTO incident_mailboxes (incident_id, mailbox_id, joined_at, recovered_at) VALUES ($1, $2, $3, $3)`,
          [incident, id, at],
        );
        return sql.query(
          `INSERT INTO notifications (id, profile_id, incident_id, kind, recipient_name, recipient_email, state, created_at) VALUES ($1, $2, $3, 'opened', '', 'a@b', 'sent', $4)`,
          [uuid(), profileId, incident, at],
        );
      }
      if (type === 'backfill')
        return sql.query(
          `INSERT INTO backfills (id, mailbox_id, profile_id, state, range_from, range_to, since, created_at, updated_at, finished_at) VALUES ($1, $2, $3, 'completed', '2020-01-01', '2021-01-01', '2020-01-01', $4, $4, $4)`,
          [uuid(), id, profileId, at],
        );
      if (type === 'audit')
        return sql.query(
          `INSERT INTO audits (id, mailbox_id, profile_id, folder, window_from, window_to, compared, on_server, stored, missing, surplus, misplaced, recurring, audited_at) VALUES ($1, $2, $3, 'inbox', $4, $4, 'count', 0, 0, 0, 0, 0, false, $4)`,
          [uuid(), id, profileId, at],
        );
      return sql.query(
        `INSERT INTO item_failures (mailbox_id, item_id, folder, attempts, code, message, first_at) VALUES ($1, $2, 'inbox', 5, 'X', '', $3)`,
        [id, uuid(), at],
      );
    };
    const perInsert = { history: 1, incident: 3, backfill: 2, audit: 1, item: 1 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...types), fc.integer({ min: 0, max: 3 })), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (happened, limit) => {
          for (const table of ['mailbox_history', 'incidents', 'backfills', 'audits', 'item_failures'])
            await stage.dataSource.query(`TRUNCATE ${table} CASCADE`);
          for (const [type, ms] of happened) await insert(type, new Date(base + ms));
          const told = await timeline.told(id, '', limit);
          expect(told).toHaveLength(2 + happened.reduce((sum, [type]) => sum + perInsert[type], 0));
          expect(new Set(told.map((entry) => entry.id)).size).toBe(told.length);
          const times = told.map(({ at }) => Date.parse(at));
          expect(times).toEqual(times.toSorted((one, other) => one - other));
          expect(told).toEqual((await timeline.page(id, '?limit=200')).items.toReversed());
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tell how it stands on the first one only, and take the types that are asked for', async () => {
    const id = await syncedMailbox();
    await control().deliver(ada, { count: 1 });
    await stage.poll();
    const first = await timeline.page(id, '?limit=1&types=run,state');
    expect(first).toMatchObject({ now: { mailboxId: id, well: true }, items: [{ type: 'run' }] });
    expect(await timeline.page(id, `?limit=1&types=run,state&before=${first.nextCursor}`)).toMatchObject({
      now: null,
      items: [{ type: 'state' }],
      nextCursor: null,
    });
    expect((await stage.client().get(`/v1/mailboxes/${id}/timeline?types=nonsense`)).status).toBe(400);
  });
});
