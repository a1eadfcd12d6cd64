import { v7 as uuid } from 'uuid';
import { FilteredItemsStore } from '../../../src/features/mail/incoming/filtered-items.store.js';
import { ProfilesStore } from '../../../src/features/profiles/profiles.store.js';
import { ThreadCatchUp } from '../../../src/features/mail/threads/thread-catch-up.js';
import { ThreadCatchUpStore } from '../../../src/features/mail/threads/thread-catch-up.store.js';
import { Threading } from '../../../src/features/mail/threads/threading.js';
import { ThreadsStore } from '../../../src/features/mail/threads/threads.store.js';
import { ThreadsUpkeepStore } from '../../../src/features/mail/threads/threads-upkeep.store.js';
import { AddressBookStore } from '../../../src/features/mail/address-book/address-book.store.js';
import { recordedLog } from '../../support/api.js';
import { encodeCursor } from '../../../src/platform/http/page.js';
import { eventually } from '../../support/eventually.js';
import { statementsOf, type Statement } from '../support/sql-log.js';
import { WholeStage, succeeded } from '../support/whole-stage.js';

let stage: WholeStage;
let first: string;
let second: string;
beforeAll(async () => {
  stage = await WholeStage.open({ addresses: ['one@example.com', 'two@example.com'] });
  first = await stage.makeMailbox('one@example.com', { outgoing: true });
  second = await stage.makeMailbox('two@example.com', { outgoing: true });
});
afterAll(() => stage?.close());

const get = async (path: string) => succeeded(await stage.client().get(path));
const deliver = (address: string, message: object) => stage.sandbox.control.deliver(`${address}@example.com`, message);

describe('threads', () => {
  let offer: { id: string; threadId: string; threadMatch: string; internetMessageId: string };

  beforeAll(async () => {
    const message = { mailboxId: first, to: ['x@y.example'], subject: 'Offer', text: 't' };
    offer = succeeded(await stage.client().post('/v1/outgoing-messages', message));
    stage.clock.advance(1_000);
    await deliver('one', { subject: 'Re: Offer', inReplyTo: offer.internetMessageId, messageId: '<r1@y.example>' });
    await deliver('two', { subject: 'unrelated', messageId: '<u@y.example>' });
    await stage.poll();
    // The reply to a message that only arrives afterwards, in another mailbox.
    await deliver('two', { subject: 'Re: late', inReplyTo: '<late@y.example>', messageId: '<r2@y.example>' });
    await stage.poll();
    await deliver('one', { subject: 'late', messageId: '<late@y.example>', references: offer.internetMessageId });
    await stage.poll();
  });

  it('hold what was sent and received, over the mailboxes of the profile, in order', async () => {
    const thread = await get(`/v1/threads/${offer.threadId}`);
    expect(offer.threadMatch).toBe('new');
    expect(thread).toMatchObject({ subject: 'Offer', messageCount: 4, outgoingCount: 1, nextCursor: null });
    expect(thread.mailboxIds.sort()).toEqual([first, second].sort());
    expect(
      thread.messages.map((message: Record<string, unknown>) => [
        message.direction,
        message.mailboxAddress,
        message.subject,
        message.threadMatch,
      ]),
    ).toEqual([
      ['outgoing', 'one@example.com', 'Offer', 'new'],
      ['incoming', 'one@example.com', 'Re: Offer', 'in-reply-to'],
      ['incoming', 'two@example.com', 'Re: late', 'new'],
      ['incoming', 'one@example.com', 'late', 'references'],
    ]);
    expect(thread.messages[0]).toMatchObject({ id: offer.id, mailboxId: first, state: 'pending', from: null });
  });

  it('lead from the id of a merged one to the one that is left, and tell the merge', async () => {
    // The feed shows an event once every older transaction of the server is over, those of other tests included.
    const event = await eventually(async () => (await get('/v1/events?types=thread.merged')).items[0] ?? false);
    expect(event).toMatchObject({ subjectId: offer.threadId, profileId: stage.profileId, mailboxId: null });
    const [merged] = event.data.mergedThreadIds;
    expect((await get(`/v1/threads/${merged}`)).id).toBe(offer.threadId);
    expect(await get(`/v1/messages?threadId=${merged}`)).toEqual(await get(`/v1/messages?threadId=${offer.threadId}`));
  });

  it('are listed with the newest activity first, page by page', async () => {
    const all = await stage.client().all('/v1/threads');
    expect(all.map(({ subject }) => subject)).toEqual(['Offer', 'unrelated']);
    expect(await stage.client().all('/v1/threads?limit=1')).toEqual(all);
    expect(await stage.client().all(`/v1/threads?profileId=${stage.profileId}`)).toEqual(all);
    expect(await stage.client().all(`/v1/threads?profileId=${uuid()}`)).toEqual([]);
    const ofSecond = await stage.client().all(`/v1/threads?limit=1&mailboxId=${second}`);
    expect(ofSecond.map(({ subject }) => subject)).toEqual(['Offer', 'unrelated']);
    const ofFirst = await stage.client().all(`/v1/threads?mailboxId=${first}`);
    expect(ofFirst.map(({ subject }) => subject)).toEqual(['Offer']);
  });

  it('show their messages page by page, and to messages and back', async () => {
    const messages = await stage.client().all(`/v1/messages?limit=1&threadId=${offer.threadId}`);
    expect(messages.map(({ subject }) => subject)).toEqual(['late', 'Re: late', 'Re: Offer']);
    expect(new Set(messages.map(({ threadId }) => threadId))).toEqual(new Set([offer.threadId]));
    const some = await stage.client().all(`/v1/messages?threadId=${offer.threadId}&mailboxId=${second}`);
    expect(some.map(({ subject }) => subject)).toEqual(['Re: late']);
    expect(await get(`/v1/messages/${messages[2].id}`)).toMatchObject({
      threadId: offer.threadId,
      threadMatch: 'in-reply-to',
    });
    const page = await get(`/v1/threads/${offer.threadId}?limit=3`);
    expect(page.messages).toHaveLength(3);
    const rest = await get(`/v1/threads/${offer.threadId}?limit=3&cursor=${page.nextCursor}`);
    expect(rest.messages.map(({ subject }: { subject: string }) => subject)).toEqual(['late']);
  });

  it('are nobody else’s', async () => {
    const stranger = stage.client(await stage.makeKey(['read'], [await stage.makeProfile()]));
    expect((await stranger.get('/v1/threads')).body.items).toEqual([]);
    expect((await stranger.get(`/v1/threads?profileId=${stage.profileId}`)).body.items).toEqual([]);
    expect((await stranger.get(`/v1/threads?mailboxId=${first}`)).body.items).toEqual([]);
    expect((await stranger.get(`/v1/threads/${offer.threadId}`)).status).toBe(404);
    expect((await stranger.get(`/v1/messages?threadId=${offer.threadId}`)).body.items).toEqual([]);
  });

  it('take in messages that were there before, in small steps, and only once', async () => {
    const sql = (text: string) => stage.dataSource.query(text, [stage.profileId]);
    const before = await stage.client().all('/v1/threads');
    const [{ n: stored }] = await sql(`SELECT count(*)::int AS n FROM thread_messages WHERE profile_id = $1`);
    for (const table of ['thread_messages', 'threads', 'thread_keys'])
      await sql(`DELETE FROM ${table} WHERE profile_id = $1`);
    const [plain] = await stage.messagesOf(second);
    expect(plain).toMatchObject({ threadId: null, threadMatch: null });
    const catchUp = new ThreadCatchUp(
      stage.dataSource,
      stage.get(ThreadCatchUpStore),
      stage.get(ProfilesStore),
      stage.get(Threading),
      stage.clock,
      recordedLog().log,
    );
    while (await catchUp.step());
    const after = await stage.client().all('/v1/threads');
    const facts = (threads: typeof after) =>
      threads.map(({ subject, messageCount, outgoingCount, lastMessageAt }) => [
        subject,
        messageCount,
        outgoingCount,
        lastMessageAt,
      ]);
    expect(facts(after)).toEqual(facts(before));
    expect((await sql(`SELECT count(*)::int AS n FROM thread_messages WHERE profile_id = $1`))[0].n).toBe(stored);
    expect(await catchUp.step()).toBe(false);
    offer = await get(`/v1/outgoing-messages/${offer.id}`);
    // What was sent before is known as ours, too.
    succeeded(await stage.client().patch(`/v1/mailboxes/${second}`, { filter: 'replies' }));
    await deliver('two', { subject: 'answer', inReplyTo: offer.internetMessageId });
    await stage.poll();
    expect((await get(`/v1/threads/${offer.threadId}`)).messageCount).toBe(5);
  });

  it('go with the last of their messages', async () => {
    const profileId = await stage.makeProfile();
    const mailboxId = await stage.makeMailbox('one@example.com', { profileId });
    await stage.poll();
    const threads = await stage.client().all(`/v1/threads?profileId=${profileId}`);
    expect(threads.length).toBeGreaterThan(0);
    succeeded(await stage.client().delete(`/v1/mailboxes/${mailboxId}`));
    expect(await stage.client().all(`/v1/threads?profileId=${profileId}`)).toEqual([]);
    expect((await stage.client().get(`/v1/threads/${threads[0].id}`)).status).toBe(404);
    await stage.dataSource.query(`DELETE FROM messages WHERE mailbox_id = $1`, [mailboxId]);
    const upkeep = stage.get(ThreadsUpkeepStore);
    for (let at: string | null = '00000000-0000-0000-0000-000000000000'; at !== null;) at = await upkeep.sweep(at, 2);
    const count = async (table: string) =>
      (await stage.dataSource.query(`SELECT count(*)::int AS n FROM ${table} WHERE profile_id = $1`, [profileId]))[0].n;
    expect([await count('threads'), await count('thread_keys'), await count('thread_messages')]).toEqual([0, 0, 0]);
    expect((await get(`/v1/threads/${offer.threadId}`)).messageCount).toBe(5);
  });
});

describe('the address book', () => {
  const path = (id = stage.profileId) => `/v1/email-server-profiles/${id}/address-book`;

  it('takes, shows, finds and removes entries', async () => {
    const entries = [
      { address: ' Ann@Partner.EXAMPLE ', note: 'buyer' },
      { domain: 'Müller.example' },
      { address: 'ann@partner.example', note: 'the last one counts' },
    ];
    expect(succeeded(await stage.client().post(path(), { entries }))).toEqual({ added: 2, updated: 0 });
    expect(succeeded(await stage.client().call('PUT', path(), { entries }))).toEqual({ added: 0, updated: 2 });
    const all = await stage.client().all(`${path()}?limit=1`);
    expect(all).toMatchObject([
      { address: 'ann@partner.example', domain: null, note: 'the last one counts' },
      { address: null, domain: 'xn--mller-kva.example', note: null },
    ]);
    expect(await stage.client().all(`${path()}?prefix=ANN`)).toHaveLength(1);
    expect(await stage.client().all(`${path()}?prefix=zoe`)).toEqual([]);
    const gone = { entries: [{ address: 'ANN@partner.example' }, { address: 'nobody@x.example' }] };
    expect(succeeded(await stage.client().call('DELETE', path(), gone))).toEqual({ removed: 1 });
    expect(await stage.client().all(path())).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ entries: [] }],
    [{ entries: 'x' }],
    [{ entries: [{}] }],
    [{ entries: [{ address: 'a@x.example', domain: 'x.example' }] }],
    [{ entries: [{ address: 'nobody' }] }],
    [{ entries: [{ address: 'a b@x.example' }] }],
    [{ entries: [{ domain: 'x y' }] }],
    [{ entries: [{ domain: 'a@x.example' }] }],
    [{ entries: [{ domain: '' }] }],
    [{ entries: [{ domain: '%' }] }],
    [{ entries: [{ address: `${'a'.repeat(400)}@x.example` }] }],
    [{ entries: [{ address: 'a@x.example', note: 'n'.repeat(501) }] }],
    [{ entries: [{ address: 'a@x.example', more: 1 }] }],
    [{ entries: Array.from({ length: 10_001 }, (_, index) => ({ address: `a${index}@x.example` })) }],
  ])('refuses the body %#', async (body) => {
    for (const method of ['PUT', 'POST', 'DELETE'])
      expect((await stage.client().call(method, path(), body)).body.code).toBe('invalid-request');
  });

  it('is nobody else’s', async () => {
    const stranger = stage.client(await stage.makeKey(['read', 'write'], [await stage.makeProfile()]));
    const body = { entries: [{ address: 'a@x.example' }] };
    for (const [method, given] of [['GET'], ['PUT', body], ['POST', body], ['DELETE', body]] as const)
      expect((await stranger.call(method, path(), given)).status).toBe(404);
    expect((await stage.client().get(path(uuid()))).status).toBe(404);
    expect((await stage.client().post(path(uuid()), body)).status).toBe(404);
  });

  it('holds 100,000 entries and looks into them by its index', async () => {
    const profileId = await stage.makeProfile();
    for (let start = 0; start < 100_000; start += 10_000) {
      const entries = Array.from({ length: 10_000 }, (_, index) => ({ address: `user${start + index}@x.example` }));
      expect(succeeded(await stage.client().call('PUT', path(profileId), { entries })).added).toBe(10_000);
    }
    await stage.dataSource.query('ANALYZE address_book');
    const store = stage.get(AddressBookStore);
    const wanted = ['user99999@x.example', 'x.example', 'nobody@x.example'];
    const statements = await statementsOf(stage.dataSource, async () => {
      expect(await store.known(profileId, wanted)).toEqual(new Set(['user99999@x.example']));
      expect(await store.list(profileId, 'user5', 'user500@x.example', 51)).toHaveLength(51);
      expect(await store.remove(stage.dataSource.manager, profileId, ['user7@x.example'])).toBe(1);
    });
    expect(statements).toHaveLength(3);
    await expectIndexes(statements, ['address_book']);
  });
});

it('reads no table of threads or filters from end to end', async () => {
  const profileId = await stage.makeProfile();
  await stage.dataSource.query(
    `INSERT INTO threads (id, profile_id, subject, first_message_at, last_message_at, size, created_at)
     SELECT gen_random_uuid(), $1, 's', now(), now() - n * interval '1 second', 1, now() FROM generate_series(1, 20000) n`,
    [profileId],
  );
  await stage.dataSource.query(
    `INSERT INTO thread_keys (profile_id, key, thread_id, is_ours) SELECT profile_id, sha256(id::text::bytea), id, false FROM threads WHERE profile_id = $1`,
    [profileId],
  );
  const outgoing = `INSERT INTO outgoing_messages (id, mailbox_id, profile_id, state, internet_message_id, subject, recipients, created_at, updated_at)
    SELECT id, $2, $1, 'sent', '', '', '{"to": []}', now(), now() FROM threads WHERE profile_id = $1`;
  await stage.dataSource.query(outgoing, [profileId, second]);
  await stage.dataSource.query(
    `INSERT INTO thread_messages (thread_id, profile_id, mailbox_id, outgoing_id, at, match, smart_key)
     SELECT id, profile_id, $2, id, last_message_at, 'new', sha256(id::text::bytea) FROM threads WHERE profile_id = $1`,
    [profileId, second],
  );
  await stage.dataSource.query(
    `INSERT INTO filtered_items SELECT $1, sha256(n::text::bytea) FROM generate_series(1, 20000) n`,
    [second],
  );
  await stage.dataSource.query('ANALYZE');
  const [{ id }] = await stage.dataSource.query(`SELECT id FROM threads WHERE profile_id = $1 LIMIT 1`, [profileId]);
  const manager = stage.dataSource.manager;
  const threads = stage.get(ThreadsStore);
  const key = '00'.repeat(16);
  const statements = await statementsOf(stage.dataSource, async () => {
    const cursor = `cursor=${encodeCursor([String(Date.now() * 1_000), uuid()])}`;
    for (const query of ['', `profileId=${profileId}&`, `mailboxId=${second}&`])
      await get(`/v1/threads?${query}${cursor}`);
    await get(`/v1/threads/${id}`);
    await get(`/v1/messages?threadId=${id}`);
    await get(`/v1/mailboxes/${second}`);
    await threads.threadsOf(manager, profileId, [key]);
    await threads.ours(manager, profileId, [key]);
    await threads.alike(manager, profileId, [{ key, at: new Date() }], 1_000);
    await threads.lock(manager, [id]);
    await threads.moveKeys(manager, [{ from: uuid(), to: id }]);
    await threads.merge(manager, [{ from: uuid(), to: id }]);
    await stage.get(FilteredItemsStore).known(second, ['a', 'b']);
    await stage.get(ThreadsUpkeepStore).sweep('00000000-0000-0000-0000-000000000000', 10);
  });
  expect(statements.length).toBeGreaterThan(15);
  await expectIndexes(statements, ['threads', 'thread_keys', 'thread_messages', 'outgoing_messages', 'filtered_items']);
  await expectIndexes(statements, ['messages', 'filtered_counts'], 'off');
});

/**
 * None of the statements walks through one of the tables.
 * @param avoid for tables that are small here: PostgreSQL then walks only where it has no other way
 */
async function expectIndexes(
  statements: readonly Statement[],
  tables: readonly string[],
  avoid: 'on' | 'off' = 'on',
): Promise<void> {
  for (const { sql, parameters } of statements) {
    const plan = await stage.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL enable_seqscan = ${avoid}`);
      return manager.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${sql}`, parameters);
    });
    const scans = plan.map((line) => /Seq Scan on (\w+)/.exec(line['QUERY PLAN'])?.[1]).filter(Boolean);
    expect([sql, scans.filter((table) => tables.includes(table ?? ''))]).toEqual([sql, []]);
  }
}

describe('bad input', () => {
  it.each([
    ['GET', '/v1/threads?limit=0'],
    ['GET', '/v1/threads?profileId=x'],
    ['GET', '/v1/threads?mailboxId=x'],
    ['GET', '/v1/threads?order=asc'],
    ['GET', '/v1/threads?cursor=x'],
    ['GET', `/v1/threads?cursor=${encodeCursor(['9'.repeat(18), uuid()])}`],
    ['GET', '/v1/threads/x'],
    ['GET', `/v1/threads/${uuid()}?cursor=x`],
    ['GET', `/v1/messages?threadId=${uuid()}&q=x`],
    ['GET', '/v1/messages?threadId=x'],
    ['GET', `/v1/email-server-profiles/x/address-book`],
    ['GET', `/v1/email-server-profiles/${uuid()}/address-book?cursor=x`],
    ['POST', `/v1/mailboxes/x/item-failures/retry`],
  ])('%s %s is told', async (method, path) => {
    expect((await stage.client().call(method, path)).body).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it.each([
    [{ trackingToken: { enabled: 'yes' } }],
    [{ trackingToken: { prefix: '' } }],
    [{ trackingToken: { prefix: 'a b' } }],
    [{ trackingToken: { prefix: 'C1' } }],
    [{ trackingToken: { prefix: 'x'.repeat(21) } }],
    [{ trackingToken: { digits: 3 } }],
    [{ trackingToken: { digits: 13 } }],
    [{ smartMatching: { windowDays: 0 } }],
    [{ blockedAttachmentExtensions: ['*'] }],
    [{ blockedAttachmentExtensions: [''] }],
    [{ blockedAttachmentExtensions: 'exe' }],
    [{ maxAttachmentBytes: 0 }],
    [{ maxMessageBytes: 3_000_000_000 }],
  ])('the profile setting %j is refused', async (patch) => {
    const answer = await stage.client().patch(`/v1/email-server-profiles/${stage.profileId}`, patch);
    expect(answer.body.code).toBe('invalid-request');
  });

  it('a filter that does not exist is refused', async () => {
    expect((await stage.client().patch(`/v1/mailboxes/${first}`, { filter: 'some' })).body.code).toBe(
      'invalid-request',
    );
  });
});

it('changes parts of the settings and leaves the others', async () => {
  const id = await stage.makeProfile();
  const path = `/v1/email-server-profiles/${id}`;
  succeeded(await stage.client().patch(path, { trackingToken: { prefix: 'CRM:', digits: 6 }, maxMessageBytes: 5 }));
  const body = {
    trackingToken: { enabled: true },
    blockedAttachmentExtensions: ['.EXE', 'exe'],
    maxMessageBytes: null,
  };
  expect(succeeded(await stage.client().patch(path, body))).toMatchObject({
    trackingToken: { enabled: true, prefix: 'CRM:', digits: 6 },
    smartMatching: { enabled: false, windowDays: 14 },
    blockedAttachmentExtensions: ['exe'],
    maxAttachmentBytes: null,
    maxMessageBytes: null,
  });
});
