import { v7 as uuid } from 'uuid';
import type { ApiAnswer } from '../support/api.js';
import { feedSettled } from '../support/feed.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

const names = ['ada', 'bob', 'carol', 'dora'] as const;
const denied = 'denied@example.com';

let stage: WholeStage;
let ids: string[];

const bulk = (action: string, mailboxIds: readonly string[], token?: string, headers: Record<string, string> = {}) =>
  stage.client(token).call('POST', '/v1/mailboxes/bulk', { action, mailboxIds }, headers);
const resultsOf = (answer: ApiAnswer) => succeeded(answer).results.map(({ result }: { result: string }) => result);
const states = async () => Promise.all(ids.map(async (id) => (await stage.mailbox(id)).state));
const historyOf = (id: string) =>
  stage.dataSource.query(`SELECT details FROM mailbox_history WHERE mailbox_id = $1 AND type = 'state'`, [id]);
const eventTypes = async () => {
  await feedSettled(stage.dataSource);
  return succeeded(await stage.client().get('/v1/events?limit=200'))
    .items.map(({ type }: { type: string }) => type)
    .filter((type: string) => type.startsWith('mailbox.'));
};

beforeEach(async () => {
  const addresses = names.map((name) => `${name}@example.com`);
  stage = await WholeStage.open({ addresses: [...addresses, denied], scope: addresses, poolSize: 10 });
  ids = [];
  for (const address of addresses) ids.push(await stage.makeMailbox(address));
  while ((await stage.round()) > 0);
});
afterEach(() => stage.close());

describe('a bulk', () => {
  it('does to each what its own route does, and says what was so already', async () => {
    const [a = '', b = '', c = ''] = ids;
    await stage.client().post(`/v1/mailboxes/${b}/pause`);
    const answer = succeeded(await bulk('pause', [c, a, b]));
    expect(answer).toEqual({
      done: 2,
      failed: 0,
      results: [
        { id: c, result: 'done' },
        { id: a, result: 'done' },
        { id: b, result: 'unchanged' },
      ],
    });
    expect(await states()).toEqual(['paused', 'paused', 'paused', 'active']);
    // As the single route does: with its event, its history and whoever did it.
    const [single] = await historyOf(b);
    const [many] = await historyOf(a);
    expect(many.details).toEqual(single.details);
    expect(await eventTypes()).toEqual(['mailbox.paused', 'mailbox.paused', 'mailbox.paused']);
    expect(resultsOf(await bulk('resume', ids))).toEqual(['done', 'done', 'done', 'unchanged']);
    expect(await states()).toEqual(['active', 'active', 'active', 'active']);
    const asked = `SELECT mailbox_id FROM mailbox_work WHERE kind = 'incoming' AND lane = 0 AND due_at <= $1`;
    expect(await stage.dataSource.query(asked, [stage.clock.now()])).toHaveLength(3);
  });

  it('switches directions', async () => {
    const [a = '', b = ''] = ids;
    expect(resultsOf(await bulk('enable-outgoing', [a, b]))).toEqual(['done', 'done']);
    expect(resultsOf(await bulk('enable-outgoing', [a, b]))).toEqual(['unchanged', 'unchanged']);
    expect(resultsOf(await bulk('disable-incoming', [a]))).toEqual(['done']);
    expect(await stage.mailbox(a)).toMatchObject({ incoming: false, outgoing: true });
    expect(resultsOf(await bulk('enable-incoming', [a]))).toEqual(['done']);
    expect(resultsOf(await bulk('disable-outgoing', [a, b]))).toEqual(['done', 'done']);
    expect(await stage.mailbox(a)).toMatchObject({ incoming: true, outgoing: false });
  });

  it('takes a failed mailbox out of its incident', async () => {
    const failed = await stage.makeMailbox(denied);
    while ((await stage.round()) > 0);
    stage.clock.advance(90_000);
    while ((await stage.round()) > 0);
    expect(await stage.client().all('/v1/incidents?open=true')).toHaveLength(1);
    expect(resultsOf(await bulk('disable-incoming', [failed]))).toEqual(['done']);
    expect(await stage.client().all('/v1/incidents?open=true')).toHaveLength(0);
  });

  it('refuses what the route refuses, and what it refuses leaves nothing and stops nobody', async () => {
    const [a = '', b = '', c = ''] = ids;
    await bulk('pause', [a, b]);
    await stage.dataSource.query(`UPDATE mailboxes SET approved_at = NULL WHERE id = $1`, [b]);
    const nobody = uuid();
    const removed = await stage.makeMailbox('removed@example.com');
    await stage.client().delete(`/v1/mailboxes/${removed}`);
    const synced = succeeded(await bulk('sync', [a, nobody, c, removed]));
    const single = await stage.client().post(`/v1/mailboxes/${a}/sync`);
    const { code, title, remediation } = single.body;
    expect(synced).toEqual({
      done: 1,
      failed: 3,
      results: [
        { id: a, result: 'refused', problem: { code, title, remediation } },
        { id: nobody, result: 'not-found' },
        { id: c, result: 'done' },
        { id: removed, result: 'not-found' },
      ],
    });
    expect(code).toBe('mailbox-paused');
    const resumed = succeeded(await bulk('resume', [b, a]));
    expect(resumed.results).toMatchObject([
      { id: b, result: 'refused', problem: { code: 'mailbox-not-approved' } },
      { id: a, result: 'done' },
    ]);
    expect((await stage.claim()).map(({ mailboxId }) => mailboxId).sort()).toEqual([a, c].sort());
  });

  it('does not see, lock or change what is beyond the key’s profiles', async () => {
    const other = await stage.makeProfile();
    const theirs = await stage.makeMailbox('theirs@example.com', { profileId: other });
    const limited = await stage.makeKey(['write'], [stage.profileId]);
    const before = await stage.mailbox(theirs);
    const [a = ''] = ids;
    const runner = stage.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT FROM mailboxes WHERE id = $1 FOR UPDATE`, [theirs]);
    expect(resultsOf(await bulk('pause', [theirs, a], limited))).toEqual(['not-found', 'done']);
    await runner.rollbackTransaction();
    await runner.release();
    expect(await stage.mailbox(theirs)).toEqual(before);
  });

  it('names each id once, however often it was given', async () => {
    const [a = ''] = ids;
    expect(succeeded(await bulk('pause', [a, a.toUpperCase(), a]))).toEqual({
      done: 1,
      failed: 0,
      results: [{ id: a, result: 'done' }],
    });
  });

  it('has its effect once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await bulk('pause', ids, undefined, key);
    await bulk('resume', ids);
    const again = await bulk('pause', ids, undefined, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await states()).toEqual(['active', 'active', 'active', 'active']);
    expect((await bulk('resume', ids, undefined, key)).body.code).toBe('idempotency-key-reused');
  });

  it('takes 200 mailboxes, and no more', async () => {
    expect((await bulk('pause', [...ids, ...Array.from({ length: 196 }, () => uuid())])).body).toMatchObject({
      done: 4,
      failed: 196,
    });
    const many = Array.from({ length: 201 }, () => uuid());
    expect((await bulk('pause', many)).status).toBe(400);
    expect((await bulk('delete', ids)).status).toBe(400);
  });

  it('beside others, in whatever order, neither deadlocks nor is lost', async () => {
    const other = await stage.makeProfile({ ewsUrl: 'https://other.example/EWS/Exchange.asmx' });
    for (let count = 0; count < 6; count += 1)
      ids.push(await stage.makeMailbox(`x${count}@example.com`, { profileId: count % 2 ? other : stage.profileId }));
    const reversed = ids.toReversed();
    const deadlocks = async () =>
      Number(
        (
          await stage.dataSource.query(
            `SELECT pg_stat_force_next_flush(), deadlocks FROM pg_stat_database WHERE datname = current_database()`,
          )
        )[0].deadlocks,
      );
    const before = await deadlocks();
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([
        bulk('sync', ids),
        bulk('pause', reversed),
        bulk('resume', ids),
        bulk('sync', reversed),
        stage.round(),
      ]);
      for (const answer of answers) if (typeof answer !== 'number') expect(answer.status).toBe(200);
      await bulk('resume', ids);
    }
    expect(await states()).toEqual(ids.map(() => 'active'));
    expect(await deadlocks()).toBe(before);
  });
});

describe('a batch that is only tried', () => {
  it('says of each row what would become of it, changes nothing, and is right', async () => {
    const other = await stage.makeProfile();
    const limited = await stage.makeKey(['write'], [stage.profileId]);
    const [a = ''] = ids;
    const { profileId } = stage;
    const mailboxes = [
      { profileId, emailAddress: 'new@example.com' },
      { profileId, emailAddress: 'ADA@example.com' },
      { profileId, emailAddress: 'no address', filter: 'some' },
      { profileId, emailAddress: 'NEW@example.com' },
      { profileId: other, emailAddress: 'beyond@example.com' },
      'text',
    ];
    const tables = ['mailboxes', 'mailbox_work', 'events', 'mailbox_history'];
    const rows = () =>
      Promise.all(tables.map((table) => stage.dataSource.query(`SELECT * FROM ${table} t ORDER BY t::text`)));
    const before = await rows();
    const tried = succeeded(await stage.client(limited).post('/v1/mailboxes/batch', { mailboxes, dryRun: true }));
    expect(await rows()).toEqual(before);
    expect(tried).toMatchObject({ created: 1, existing: 2, invalid: 3 });
    expect(tried.results).toMatchObject([
      { result: 'created', id: null },
      { result: 'exists', id: a },
      { result: 'invalid', id: null, errors: [{ field: 'emailAddress' }, { field: 'filter' }] },
      { result: 'exists', id: null },
      { result: 'invalid', id: null, errors: [{ field: 'profileId' }] },
      { result: 'invalid', id: null },
    ]);

    const done = succeeded(await stage.client(limited).post('/v1/mailboxes/batch', { mailboxes }));
    const without = (answer: ApiAnswer['body']) =>
      answer.results.map(({ id: _, ...row }: { id: string | null }) => row);
    expect(without(done)).toEqual(without(tried));
    const again = succeeded(await stage.client(limited).post('/v1/mailboxes/batch', { mailboxes, dryRun: true }));
    expect(again).toMatchObject({
      created: 0,
      existing: 3,
      invalid: 3,
      results: [{ id: done.results[0].id }, {}, {}, {}, {}, {}],
    });
  });
});
