import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { defaultMailSettings } from '../../../src/features/profiles/mail-settings.js';
import { Threading, type ThreadedMessage } from '../../../src/features/mail/threads/threading.js';
import { ThreadsStore } from '../../../src/features/mail/threads/threads.store.js';
import { EventsStore } from '../../../src/features/feed/events.store.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { makeProfile } from '../../support/profiles.js';

let database: TestDatabase;
let threading: Threading;
const now = new Date('2026-03-01T08:00:00Z');

beforeAll(async () => {
  database = await createTestDatabase({ poolSize: 16 });
  threading = new Threading(new ThreadsStore(), new EventsStore(database.dataSource));
});
afterAll(() => database?.drop());

async function makeMailbox(profileId: string): Promise<string> {
  const id = uuid();
  await database.dataSource.query(
    `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
     VALUES ($1, $2, $3, true, true, 'active', now(), now(), now())`,
    [id, profileId, `${id}@example.com`],
  );
  return id;
}

type Part = Partial<ThreadedMessage> & { readonly name: string };

const messageOf = (mailboxId: string, { name, ...part }: Part): ThreadedMessage => ({
  kind: 'outgoing',
  id: uuid(),
  mailboxId,
  internetMessageId: `<${name}@x.example>`,
  inReplyTo: null,
  references: [],
  conversationId: null,
  people: ['a@x.example', 'b@x.example'],
  subject: name,
  at: now,
  ...part,
});

/** Stores rows and joins them in one transaction. Rows of sent mail, which are the plainest; threads treat both alike. */
async function store(profileId: string, messages: readonly ThreadedMessage[], settings = {}) {
  return database.dataSource.transaction(async (manager) => {
    for (const { id, mailboxId, at } of messages)
      await manager.query(
        `INSERT INTO outgoing_messages (id, mailbox_id, profile_id, state, internet_message_id, subject, recipients, created_at, updated_at)
         VALUES ($1, $2, $3, 'sent', '', '', '{}', $4, $4)`,
        [id, mailboxId, profileId, at],
      );
    return threading.join(manager, { id: profileId, ...defaultMailSettings, ...settings }, messages, now);
  });
}

/** Names of messages by thread. */
async function threadsOf(profileId: string, names: ReadonlyMap<string, string>): Promise<string[][]> {
  const rows: { ids: string[] }[] = await database.dataSource.query(
    `SELECT array_agg(m.outgoing_id) AS ids FROM thread_messages m JOIN threads t ON t.id = m.thread_id AND t.merged_into IS NULL
     WHERE m.profile_id = $1 GROUP BY m.thread_id`,
    [profileId],
  );
  return rows
    .map(({ ids }) => ids.map((id) => names.get(id) ?? '?').sort())
    .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

const conversation: Part[] = [
  { name: 'a1' },
  { name: 'a2', inReplyTo: '<a1@x.example>' },
  { name: 'a3', references: ['<a1@x.example>', '<a2@x.example>'] },
  { name: 'a4', conversationId: 'CA' },
  { name: 'a5', inReplyTo: '<a3@x.example>', conversationId: 'CA' },
  { name: 'b1', conversationId: 'CB' },
  { name: 'b2', inReplyTo: '<missing@x.example>', conversationId: 'CB' },
  { name: 'b3', inReplyTo: '<missing@x.example>' },
  { name: 'c1' },
];
const asThreads = [['a1', 'a2', 'a3', 'a4', 'a5'], ['b1', 'b2', 'b3'], ['c1']];

it('brings messages together whatever the order they come in, over two mailboxes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(conversation, { minLength: conversation.length }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      async (order, batches) => {
        const profileId = await makeProfile(database.dataSource);
        const mailboxes = [await makeMailbox(profileId), await makeMailbox(profileId)];
        const messages = order.map((part, index) => messageOf(mailboxes[index % 2] ?? '', part));
        for (let start = 0, turn = 0; start < messages.length; turn += 1) {
          const size = batches[turn % batches.length] ?? 1;
          await store(profileId, messages.slice(start, start + size));
          start += size;
        }
        const names = new Map(messages.map(({ id, subject }) => [id, subject ?? '']));
        expect(await threadsOf(profileId, names)).toEqual(asThreads);
        await expectSound(profileId);
      },
    ),
    { numRuns: 25 },
  );
});

it('loses no join and deadlocks nowhere when many mailboxes store at once', async () => {
  for (let round = 0; round < 6; round += 1) {
    const profileId = await makeProfile(database.dataSource);
    const mailboxes = await Promise.all(Array.from({ length: 8 }, () => makeMailbox(profileId)));
    // Six chains of eight; each mailbox gets one message of every chain, in an order of its own.
    const messages = mailboxes.flatMap((mailboxId, step) =>
      Array.from({ length: 6 }, (_, chain) =>
        messageOf(mailboxId, {
          name: `${chain}-${step}`,
          inReplyTo: `<${chain}-${(step * 3 + 5) % 8}@x.example>`,
          references: [`<${chain}-${(step + 1) % 8}@x.example>`],
          conversationId: step % 3 === 0 ? `conversation ${chain}` : null,
        }),
      ),
    );
    const perMailbox = mailboxes.map((mailboxId, index) => {
      const own = messages.filter((message) => message.mailboxId === mailboxId);
      return index % 2 === 0 ? own : own.reverse();
    });
    await Promise.all(
      perMailbox.map(async (own, index) => {
        // Some in one transaction, some in several.
        const size = index % 3 === 0 ? 6 : index % 3 === 1 ? 2 : 1;
        for (let start = 0; start < own.length; start += size) await store(profileId, own.slice(start, start + size));
      }),
    );
    const names = new Map(messages.map(({ id, subject }) => [id, subject ?? '']));
    expect(await threadsOf(profileId, names)).toEqual(
      Array.from({ length: 6 }, (_, chain) => Array.from({ length: 8 }, (_, step) => `${chain}-${step}`)),
    );
    await expectSound(profileId);
  }
});

it('merges two threads into the larger one, tells it, and leads from the old id to the new', async () => {
  const profileId = await makeProfile(database.dataSource);
  const mailboxId = await makeMailbox(profileId);
  const early = new Date('2026-02-01T08:00:00Z');
  const [small, large, more] = [
    messageOf(mailboxId, { name: 'small', at: early }),
    messageOf(mailboxId, { name: 'large' }),
    messageOf(mailboxId, { name: 'more', inReplyTo: '<large@x.example>' }),
  ];
  const first = await store(profileId, [small]);
  const second = await store(profileId, [large, more]);
  const both = messageOf(mailboxId, { name: 'both', references: ['<small@x.example>', '<large@x.example>'] });
  const placed = await store(profileId, [both]);
  const kept = second.get(large.id)?.threadId;
  const gone = first.get(small.id)?.threadId;
  expect(placed.get(both.id)).toEqual({ threadId: kept, match: 'references' });
  const [thread] = await database.dataSource.query(`SELECT * FROM threads WHERE id = $1`, [kept]);
  expect(thread).toMatchObject({ subject: 'small', size: 4, merged_into: null });
  expect(thread.first_message_at).toEqual(early);
  const [pointer] = await database.dataSource.query(`SELECT merged_into FROM threads WHERE id = $1`, [gone]);
  expect(pointer.merged_into).toBe(kept);
  const events = await database.dataSource.query(`SELECT type, subject_id, data FROM events WHERE profile_id = $1`, [
    profileId,
  ]);
  expect(events).toEqual([{ type: 'thread.merged', subject_id: kept, data: { mergedThreadIds: [gone] } }]);
});

it('keeps the threads of two profiles apart', async () => {
  const [one, two] = [await makeProfile(database.dataSource), await makeProfile(database.dataSource)];
  const [first, second] = [
    messageOf(await makeMailbox(one), { name: 'same', conversationId: 'C' }),
    messageOf(await makeMailbox(two), { name: 'same', conversationId: 'C' }),
  ];
  const a = (await store(one, [first])).get(first.id);
  const b = (await store(two, [second])).get(second.id);
  expect([a?.match, b?.match]).toEqual(['new', 'new']);
  expect(a?.threadId).not.toBe(b?.threadId);
});

it('matches by looks only where that is on, in time, and for what calls itself an answer', async () => {
  const profileId = await makeProfile(database.dataSource);
  const mailboxId = await makeMailbox(profileId);
  const on = { smartMatching: { enabled: true, windowDays: 2 } };
  const daysLater = (days: number) => new Date(now.getTime() + days * 86_400_000);
  const first = messageOf(mailboxId, { name: '1', subject: 'Delivery of pumps' });
  const { threadId } = (await store(profileId, [first], on)).get(first.id) ?? {};
  const matchOf = async (part: Part, settings: object = on) => {
    const message = messageOf(mailboxId, part);
    const placed = (await store(profileId, [message], settings)).get(message.id);
    return [placed?.match, placed?.threadId === threadId];
  };
  expect(await matchOf({ name: '2', subject: 'AW: Delivery of pumps', at: daysLater(1) }, {})).toEqual(['new', false]);
  expect(await matchOf({ name: '3', subject: 'Delivery of pumps', at: daysLater(-1) })).toEqual(['new', false]);
  expect(await matchOf({ name: '4', subject: 'AW: Delivery of valves', at: daysLater(1) })).toEqual(['new', false]);
  expect(await matchOf({ name: '5', subject: 'AW: Delivery of pumps', at: daysLater(2) })).toEqual(['smart', true]);
  expect(await matchOf({ name: '6', subject: 'AW: Delivery of pumps', at: daysLater(5) })).toEqual(['new', false]);
  const other = {
    name: '7',
    subject: 'AW: Delivery of pumps',
    at: daysLater(1),
    people: ['a@x.example', 'c@x.example'],
  };
  expect(await matchOf(other)).toEqual(['new', false]);
});

/** Every key leads to a thread that stands, and every thread's size is what joined it. */
async function expectSound(profileId: string): Promise<void> {
  const [row] = await database.dataSource.query(
    `SELECT (SELECT count(*)::int FROM thread_keys k LEFT JOIN threads t ON t.id = k.thread_id AND t.merged_into IS NULL
         WHERE k.profile_id = $1 AND t.id IS NULL) AS lost,
       (SELECT count(*)::int FROM threads t WHERE t.profile_id = $1 AND t.merged_into IS NULL
         AND t.size <> (SELECT count(*) FROM thread_messages m WHERE m.thread_id = t.id)) AS missized,
       (SELECT count(*)::int FROM threads p JOIN threads t ON t.id = p.merged_into WHERE p.profile_id = $1 AND t.merged_into IS NOT NULL) AS chained`,
    [profileId],
  );
  expect(row).toEqual({ lost: 0, missized: 0, chained: 0 });
}
