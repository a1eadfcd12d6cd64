import { v7 as uuid } from 'uuid';
import { DurableCursors1764000500000 } from '../../migrations/1764000500000-durable-cursors.js';
import { FeedEpochs } from '../../src/features/feed/feed-epochs.js';
import { FeedWatch } from '../../src/features/feed/feed-watch.js';
import { makeProfile } from '../support/profiles.js';
import { eventually } from '../support/eventually.js';
import { WebhookStage } from './support/webhook-stage.js';

let stage: WebhookStage;
beforeEach(async () => {
  stage = await WebhookStage.open();
});
afterEach(() => stage?.close());

const read = async (query: string, token?: string) => {
  const { status, body } = await stage.client(token).get(`/v1/events?${query}`);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
};
const latest = async () => (await read('after=latest')).nextCursor;
const watch = () => stage.api.app.get(FeedWatch, { strict: false });
const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);

describe('waiting for events', () => {
  it('answers as soon as there is one', async () => {
    const after = await latest();
    const waiting = read(`after=${after}&wait=30`);
    await eventually(() => watch().waiting === 1);
    const eventId = await stage.emit(uuid());
    const page = await waiting;
    expect([ids(page), page.upToDate]).toEqual([[eventId], true]);
    await eventually(() => watch().waiting === 0);
  });

  it('answers at once what is there already, and nothing after the time', async () => {
    const eventId = await stage.emit(uuid());
    const page = await read('wait=30');
    expect(ids(page)).toEqual([eventId]);
    expect(ids(await read(`after=${page.nextCursor}&wait=0.05`))).toEqual([]);
  });

  it('waits for what the filter lets through, and passes by the rest', async () => {
    const other = await makeProfile(stage.database.dataSource);
    const [mailbox, limited] = [uuid(), await stage.makeKey(['read'], [other])];
    const after = await latest();
    const waiting = [
      read(`after=${after}&wait=30&types=mailbox.failed,mailbox.recovered`),
      read(`after=${after}&wait=30&mailboxId=${mailbox}`),
      read(`after=${after}&wait=30&profileId=${other}`),
      read(`after=${after}&wait=30`, limited),
    ];
    await eventually(() => watch().waiting === 4);
    await stage.emitMany([{ mailboxId: uuid() }, { type: 'webhook.disabled', profileId: null }]);
    const [failed, own, foreign] = await stage.emitMany([
      { type: 'mailbox.failed' },
      { mailboxId: mailbox },
      { profileId: other },
    ]);
    expect((await Promise.all(waiting)).map(ids)).toEqual([[failed], [own], [foreign], [foreign]]);
    // A profile that the key does not see has no events for it.
    expect(ids(await read(`profileId=${stage.profileId}`, limited))).toEqual([]);
  });

  it('sees an event whose transaction commits late, or waits for an older one', async () => {
    const older = stage.database.dataSource.createQueryRunner();
    await older.startTransaction();
    await older.query('SELECT pg_current_xact_id()');
    const after = await latest();
    const waiting = read(`after=${after}&wait=30`);
    await eventually(() => watch().waiting === 1);
    const event = { type: 'mailbox.failed' as const, profileId: stage.profileId, mailboxId: null, data: {} };
    const [first, second] = [uuid(), uuid()];
    const { manager } = stage.database.dataSource;
    await stage.events.append(manager, [{ ...event, subjectId: second }], stage.clock.now());
    expect(ids(await read(`after=${after}`))).toEqual([]);
    await stage.events.append(older.manager, [{ ...event, subjectId: first }], stage.clock.now());
    await older.commitTransaction();
    await older.release();
    const page = await waiting;
    expect(page.items.map((item: { subjectId: string }) => item.subjectId)).toEqual(
      [first, second].slice(0, page.items.length),
    );
  });

  it('serves many with one reader', async () => {
    const after = await latest();
    const waiting = Array.from({ length: 40 }, () => read(`after=${after}&wait=30`));
    await eventually(() => watch().waiting === 40);
    const [{ count }] = await stage.database.dataSource.query<[{ count: number }]>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'postroom-feed' AND datname = current_database()`,
    );
    expect(count).toBe(1);
    const eventId = await stage.emit(uuid());
    for (const page of await Promise.all(waiting)) expect(ids(page)).toEqual([eventId]);
  });

  it('ends when the client goes, and when the process stops', async () => {
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${stage.token}` };
    const url = `${stage.api.url}/v1/events?wait=30&after=latest`;
    const abandoned = fetch(url, { headers, signal: gone.signal }).catch(() => 'gone');
    await eventually(() => watch().waiting === 1);
    gone.abort();
    expect(await abandoned).toBe('gone');
    await eventually(() => watch().waiting === 0);

    const waiting = read('wait=30&after=latest');
    await eventually(() => watch().waiting === 1);
    await watch().onModuleDestroy();
    expect(ids(await waiting)).toEqual([]);
  });

  it('goes on without the connection that hears', async () => {
    const after = await latest();
    const waiting = read(`after=${after}&wait=30`);
    const kill = () =>
      stage.database.dataSource.query<[{ killed: number }]>(
        `SELECT count(pg_terminate_backend(pid))::int AS killed FROM pg_stat_activity WHERE application_name = 'postroom-feed' AND datname = current_database()`,
      );
    await eventually(async () => (await kill())[0].killed === 1);
    const eventId = await stage.emit(uuid());
    expect(ids(await waiting)).toEqual([eventId]);
  });

  it.each([
    'wait=31',
    'wait=-1',
    'wait=x',
    'after=x',
    'after=W10',
    'after=WzEsIjEiLCIxOTk5OTk5OTk5OTk5OTk5OTk5OSJd',
    'mailboxId=x',
    'profileId=x',
    'types=x',
    'limit=0',
    'nonsense=1',
  ])('refuses %s', async (query) => {
    for (const path of ['/v1/events', '/v1/events/stream']) {
      if (path.endsWith('stream') && /^(wait|limit)/.test(query)) continue;
      expect((await stage.client().get(`${path}?${query}`)).status).toBe(400);
    }
  });
});

describe('a filter that matches nothing', () => {
  it('moves the cursor on all the same', async () => {
    await stage.emitMany(Array.from({ length: 5_000 }, () => ({ mailboxId: uuid() })));
    const wanted = await stage.emit(uuid(), { type: 'mailbox.failed' });
    const first = await read('types=mailbox.failed&limit=1');
    expect(ids(first)).toEqual([wanted]);
    const page = await read('types=outgoing.sent');
    expect([ids(page), page.upToDate]).toEqual([[], true]);
    const last = await stage.emit(uuid(), { type: 'outgoing.sent' });
    expect(ids(await read(`types=outgoing.sent&after=${page.nextCursor}`))).toEqual([last]);
  });
});

describe('after an upgrade', () => {
  it('cursors of a version that handed out what a crash could take back miss nothing', async () => {
    const old = await stage.emit(uuid());
    const ahead = Buffer.from(JSON.stringify([1, '9000000000', '0'])).toString('base64url');
    const runner = stage.database.dataSource.createQueryRunner();
    await new DurableCursors1764000500000().up(runner);
    await runner.release();
    const fresh = await stage.emit(uuid());
    expect(ids(await read(`after=${ahead}`))).toEqual([fresh]);
    expect(ids(await read(''))).toEqual([old, fresh]);
  });
});

describe('after a restore', () => {
  it('goes on in a new epoch, where every cursor stays valid', async () => {
    const { dataSource } = stage.database;
    const [old] = await stage.emitMany([{ mailboxId: uuid() }]);
    // As if they came out of a cluster whose transactions were far ahead of this one's.
    await dataSource.query(`UPDATE events SET txid = (txid::text::numeric + 1000000000)::text::xid8`);
    await dataSource.query(`UPDATE feed_epochs SET history = 'another cluster/00000001'`);
    expect(ids(await read(''))).toEqual([]);
    await stage.api.app.get(FeedEpochs, { strict: false }).check();
    const page = await read('');
    expect(ids(page)).toEqual([old]);

    const fresh = await stage.emit(uuid());
    expect(ids(await read(''))).toEqual([old, fresh]);
    expect(ids(await read(`after=${page.nextCursor}`))).toEqual([fresh]);
    // A reader that had seen more than was restored.
    const ahead = Buffer.from(JSON.stringify([1, '9000000000', '7'])).toString('base64url');
    expect(ids(await read(`after=${ahead}`))).toEqual([fresh]);
    // A second look changes nothing.
    await stage.api.app.get(FeedEpochs, { strict: false }).check();
    expect(await dataSource.query('SELECT epoch FROM feed_epochs ORDER BY epoch')).toEqual([
      { epoch: 1 },
      { epoch: 2 },
    ]);
    expect(stage.api.logged()).toContain('the feed begins a new epoch');
  });

  it('also when only a failover happened, and by many processes at once', async () => {
    await stage.database.dataSource.query(`UPDATE feed_epochs SET history = replace(history, '/', '/x')`);
    const epochs = stage.api.app.get(FeedEpochs, { strict: false });
    await Promise.all([epochs.check(), epochs.check(), stage.emit(uuid()), epochs.check()]);
    expect(await stage.database.dataSource.query('SELECT count(*)::int AS count FROM feed_epochs')).toEqual([
      { count: 2 },
    ]);
    expect((await read('')).items).toHaveLength(1);
  });
});
