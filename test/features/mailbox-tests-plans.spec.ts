import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { MailboxTestViewsStore } from '../../src/features/mailbox-tests/mailbox-test-views.store.js';
import { MailboxTestsStore } from '../../src/features/mailbox-tests/mailbox-tests.store.js';
import { TestBatchesStore } from '../../src/features/mailbox-tests/test-batches.store.js';
import { ApprovalsStore } from '../../src/features/mailboxes/approvals.store.js';
import { MailboxesStore } from '../../src/features/mailboxes/mailboxes.store.js';
import { testMessageName } from '../../src/features/mailboxes/own-test-id.js';
import { OwnTestsStore } from '../../src/features/mailboxes/own-tests.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2026-06-01T00:00:00Z');
const wish = { incoming: null, outgoing: null, enable: true };

describe('the SQL of tests of mailboxes', () => {
  let database: TestDatabase;
  let mailbox: string;
  let idle: string;
  let profile: string;
  let batch: string;

  beforeAll(async () => {
    database = await createTestDatabase({ fresh: true });
    const fill = [
      `INSERT INTO email_server_profiles SELECT gen_random_uuid(), 'n' || n, 'o', 'o@x', 'exchange', 'http://h' || n || '/x', 'basic', 'u',
         'v1:k:AAAA', 'impersonation', 'SmtpAddress', now(), 60, 10, true, 1, now(), now() FROM generate_series(1, 300) n`,
      `INSERT INTO profile_pacing (profile_id, concurrency, grown_at) SELECT id, 4, now() FROM email_server_profiles`,
      `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, failure, approved_at, state_since, created_at, updated_at)
       SELECT gen_random_uuid(), id, n || '@' || id || '.example', true, true, CASE n WHEN 1 THEN 'failed' ELSE 'active' END,
         CASE n WHEN 1 THEN jsonb_build_object('code', 'E' || right(name, 2)) END, CASE n WHEN 2 THEN NULL ELSE now() END, now(), now(), now()
       FROM email_server_profiles, generate_series(1, 20) n`,
      `INSERT INTO mailbox_work (mailbox_id, kind, profile_id) SELECT id, kind, profile_id FROM mailboxes, unnest(ARRAY['incoming', 'outgoing', 'test']) kind`,
      `INSERT INTO mailbox_test_batches (id, profile_ids, selection, tests, already_running, created_at, completed_at)
       SELECT gen_random_uuid(), '{}', '{}', 1, 0, now(), CASE WHEN n > 1 THEN now() - n * interval '1 hour' END FROM generate_series(1, 3000) n`,
      `WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM mailbox_test_batches)
       INSERT INTO mailbox_tests (id, mailbox_id, profile_id, batch_id, state, wants_incoming, wants_outgoing, enable, marker, incoming, result, cause, clean_up, clean_up_at, created_at, ended_at)
       SELECT gen_random_uuid(), m.id, m.profile_id, b.id, 'ended', true, false, false, gen_random_uuid(), '{"status":"success"}', 'success', NULL,
         CASE k WHEN 7 THEN 'due' ELSE 'none' END, CASE k WHEN 7 THEN now() END, now(), now()
       FROM mailboxes m CROSS JOIN generate_series(1, 10) k JOIN numbered b ON b.n = 1 + (hashtext(m.id::text || k) & 1023)`,
      `INSERT INTO mailbox_tests (id, mailbox_id, profile_id, batch_id, state, wants_incoming, wants_outgoing, enable, marker, created_at)
       SELECT gen_random_uuid(), id, profile_id, (SELECT id FROM mailbox_test_batches WHERE completed_at IS NULL LIMIT 1), 'waiting', true, true, false, gen_random_uuid(), now()
       FROM mailboxes WHERE email_address LIKE '1@%'`,
      `INSERT INTO self_messages SELECT gen_random_uuid(), 'm@example.com', now() - n * interval '1 minute' FROM generate_series(1, 3000) n`,
      `ANALYZE`,
    ];
    for (const statement of fill) await database.dataSource.query(statement);
    [{ mailbox, profile, batch }] = await database.dataSource.query(
      `SELECT mailbox_id AS mailbox, profile_id AS profile, batch_id AS batch FROM mailbox_tests WHERE state = 'waiting' LIMIT 1`,
    );
    [{ idle }] = await database.dataSource.query(
      `SELECT id AS idle FROM mailboxes WHERE email_address LIKE '3@%' AND profile_id = $1`,
      [profile],
    );
  });
  afterAll(() => database.drop());

  it('finds its rows without scanning a table', async () => {
    const plans: string[] = [];
    const { dataSource } = database;
    const explain = async (text: string, parameters?: unknown[]) => {
      const rows = await dataSource.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, parameters);
      plans.push(`${text}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`);
      return dataSource.query<unknown>(text, parameters);
    };
    const sql = { query: explain } as unknown as DataSource;

    const tests = new MailboxTestsStore(sql);
    expect(await tests.ask(sql, { id: uuid(), mailboxId: mailbox, marker: randomUUID() }, wish, now)).toMatchObject({
      isNew: false,
    });
    expect(await tests.ask(sql, { id: uuid(), mailboxId: idle, marker: randomUUID() }, wish, now)).toMatchObject({
      isNew: true,
    });
    const test = await tests.begin(sql, mailbox, now);
    const id = test?.id ?? '';
    const position = { step: 'submitted', itemId: null, changeKey: null, unseenLooks: 0, doubtful: 0 } as const;
    expect(await tests.notePosition(sql, id, 'a', position, now)).toBe(true);
    await tests.addSteps(sql, id, [
      { direction: 'incoming', step: 'open', status: 'success', ms: 1, detail: null, code: null, requestId: null },
    ]);
    await tests.noteResult(sql, id, 'incoming', { status: 'success' }, []);
    expect(await tests.lockRunning(sql, id)).toMatchObject({
      id,
      steps: [{ step: 'open' }],
      incoming: { status: 'success' },
    });
    await tests.end(sql, id, { result: 'success', cause: null, enabled: ['incoming'] }, now);
    expect(await tests.toCleanUp(mailbox, new Date('2100-01-01'), 5)).toHaveLength(2);
    expect(await tests.nextCleanUp(mailbox)).toBeInstanceOf(Date);
    await tests.noteCleanUp(sql, id, { cleanUp: 'done', inboxCleared: true, sentCleared: true, tries: 1, at: null });
    const own = new OwnTestsStore(sql);
    const marker = test?.marker ?? '';
    const name = (internetMessageId: string) => ({ internetMessageId });
    await own.announce(uuid(), 'm@example.com', now);
    await own.forgetBefore(new Date('2026-01-01'), 5);
    expect(await own.without([`<${testMessageName(marker)}@x>`, '<other@x>'], name)).toEqual(['<other@x>']);
    await tests.trim(sql, mailbox, 3);

    const views = new MailboxTestViewsStore(sql);
    await views.find(id, null, now);
    await views.hasEnded(id);
    expect((await views.ofMailbox(mailbox, null, 50, now)).length).toBeLessThan(6);
    await views.ofBatch(batch, { result: null, cause: null, after: uuid() }, 50, now);
    await views.ofBatch(batch, { result: 'failure', cause: 'E1', after: null }, 50, now);
    await views.ofBatch(batch, { result: 'active', cause: null, after: null }, 50, now);

    const batches = new TestBatchesStore(sql);
    await batches.find(batch, [profile]);
    await batches.totals(batch);
    expect(await batches.over(20)).toEqual([]);
    for (const selection of [
      { mailboxIds: [idle] },
      { profileId: profile },
      { causeCode: 'E01' },
      { emailDomain: `${profile}.example` },
      { approved: false, profileId: profile },
    ]) {
      const made = uuid();
      await batches.insert(sql, made, selection, wish, null, now);
      expect(await batches.find(made, null)).not.toBeNull();
    }
    await batches.cancel(sql, batch, now);
    await batches.complete(sql, batch, now);
    await batches.removeOver(new Date('2026-01-01'), 5);

    await own.cancelOf(sql, mailbox, now);
    await new ApprovalsStore().approve(sql, { profileId: profile }, null, now);
    const filter = {
      profileIds: null,
      profileId: null,
      states: null,
      emailAddress: null,
      text: null,
      cause: null,
      approved: false,
      after: null,
    };
    expect(await new MailboxesStore(sql).list({ ...filter, limit: 10 }, now)).toHaveLength(10);

    expect(plans.length).toBeGreaterThan(30);
    expect(
      plans.filter((plan) =>
        /Seq Scan on (?!profile_pacing|email_server_profiles|server_pacing|filtered_counts)/.test(plan),
      ),
    ).toEqual([]);
  });

  it('makes fifty thousand tests by one statement, in the order of their time', async () => {
    const { dataSource } = database;
    await dataSource.query(
      `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
       SELECT gen_random_uuid(), $1, 'b' || n || '@bulk.example', n % 2 = 0, false, 'active', now(), now(), now() FROM generate_series(1, 50000) n`,
      [profile],
    );
    const statements: string[] = [];
    const sql = {
      query: (text: string, parameters?: unknown[]) => {
        statements.push(text);
        return dataSource.query<unknown>(text, parameters);
      },
    } as unknown as DataSource;
    const id = uuid();
    await new TestBatchesStore(sql).insert(sql, id, { emailDomain: 'BULK.example' }, wish, null, now);
    expect(statements).toHaveLength(2);
    await dataSource.query('ANALYZE');
    const [made] = await dataSource.query(
      `SELECT count(*)::int AS tests, count(*) FILTER (WHERE wants_outgoing)::int AS both, min(substr(t.id::text, 15, 1)) AS version,
         count(w.*)::int AS due, min(t.id::text) > $2 AS newer
       FROM mailbox_tests t JOIN mailbox_work w ON w.mailbox_id = t.mailbox_id AND w.kind = 'test' AND w.lane = 2 AND w.due_at = $3 WHERE t.batch_id = $1`,
      [id, uuid({ msecs: now.getTime() - 1_000 }), now],
    );
    expect(made).toEqual({ tests: 50_000, both: 25_000, version: '7', due: 50_000, newer: true });
  });
});
