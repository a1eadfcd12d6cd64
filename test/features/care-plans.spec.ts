import type { DataSource } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { FoldersStore } from '../../src/features/mail/incoming/folders.store.js';
import { AuditsStore } from '../../src/features/mail/audit/audits.store.js';
import { BackfillsStore } from '../../src/features/mail/backfill/backfills.store.js';
import { IncidentsStore } from '../../src/features/incidents/incidents.store.js';
import { WebhookHorizon } from '../../src/features/webhooks/webhook-horizon.store.js';
import { RetentionStore } from '../../src/features/mail/retention/retention.store.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2026-06-01T00:00:00Z');
const before = (days: number) => new Date(now.getTime() - days * 24 * 60 * 60_000);

describe('the SQL of backfills, audits and retention', () => {
  let database: TestDatabase;
  let mailbox: string;
  let profile: string;

  beforeAll(async () => {
    database = await createTestDatabase({ fresh: true });
    const fill = [
      `INSERT INTO email_server_profiles SELECT gen_random_uuid(), 'n' || n, 'o', 'o@x', 'exchange', 'http://x', 'basic', 'u',
         'v1:k:AAAA', 'impersonation', 'SmtpAddress', now(), 60, 10, true, 1, now(), now() FROM generate_series(1, 3000) n`,
      `UPDATE email_server_profiles SET content_retention_days = 30 WHERE name LIKE '%00'`,
      `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
       SELECT gen_random_uuid(), id, id || '@x', true, true, 'active', now(), now(), now() FROM email_server_profiles`,
      `INSERT INTO message_contents (id, profile_id, headers) SELECT id, profile_id, '[]' FROM mailboxes`,
      `INSERT INTO messages (id, mailbox_id, profile_id, content_id, identity, folder, reference_ids, recipients, importance, is_read, has_attachments, size_bytes, received_at, stored_at)
       SELECT gen_random_uuid(), id, profile_id, id, decode(md5(id || ':' || n), 'hex'), 'inbox', '{}', '{}', 'normal', false, true, 4,
         timestamptz '2026-06-01' - n * interval '5 days', now() FROM mailboxes, generate_series(1, 20) n`,
      `INSERT INTO message_items SELECT id, mailbox_id, 'inbox', id::text FROM messages`,
      `INSERT INTO older_contents SELECT id, content_id, id::text FROM messages LIMIT 20000`,
      `INSERT INTO outgoing_messages (id, mailbox_id, profile_id, state, internet_message_id, subject, recipients, created_at, updated_at)
       SELECT gen_random_uuid(), id, profile_id, 'sent', '<x@y>', 's', '{}', now(), timestamptz '2026-06-01' - n * interval '5 days' FROM mailboxes, generate_series(1, 10) n`,
      `INSERT INTO outgoing_attachments SELECT id, 0, 'f', 'text/plain', NULL, false, 'x' FROM outgoing_messages`,
      `INSERT INTO mailbox_folders SELECT id, 'inbox', now() FROM mailboxes`,
      `INSERT INTO backfills (id, mailbox_id, profile_id, state, range_from, range_to, folders, since, created_at, updated_at)
       SELECT gen_random_uuid(), id, profile_id, CASE n WHEN 1 THEN 'active' ELSE 'completed' END, '2020-01-01', '2021-01-01', '{inbox}', '2020-01-01', now(), now()
       FROM mailboxes, generate_series(1, 5) n`,
      `INSERT INTO audits SELECT gen_random_uuid(), id, profile_id, 'inbox', now(), now(), 'items', 1, 1, 0, 0, 0, false, now() FROM mailboxes, generate_series(1, 10)`,
      `INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
       SELECT gen_random_uuid(), 'message.received', profile_id, mailbox_id, id, '{}', stored_at FROM messages`,
      `INSERT INTO webhook_endpoints (id, url, enabled, secret, cursor_epoch, cursor_txid, cursor_seq, created_at, updated_at)
       SELECT gen_random_uuid(), 'https://x', true, 'v1:k:AAAA', 1, '0', 0, now(), now() FROM generate_series(1, 20)`,
      `INSERT INTO webhook_deliveries (endpoint_id, epoch, txid, seq, event_id, order_key, state, created_at)
       SELECT w.id, e.epoch, e.txid, e.seq, e.id, e.mailbox_id, 'delivered', now() FROM webhook_endpoints w CROSS JOIN LATERAL (SELECT * FROM events LIMIT 1000) e`,
      `INSERT INTO incidents SELECT gen_random_uuid(), id, 'AuditDifference', 'notice', '{}', '{}', 1, now(), now() FROM email_server_profiles`,
      `INSERT INTO incident_mailboxes SELECT i.id, m.id, now() FROM incidents i JOIN mailboxes m ON m.profile_id = i.profile_id`,
      `ANALYZE`,
    ];
    for (const statement of fill) await database.dataSource.query(statement);
    const [row] = await database.dataSource.query(
      `SELECT m.id, m.profile_id FROM mailboxes m JOIN email_server_profiles p ON p.id = m.profile_id WHERE p.content_retention_days IS NOT NULL LIMIT 1`,
    );
    mailbox = row.id;
    profile = row.profile_id;
  });
  afterAll(() => database.drop());

  // Endpoints are few, and all of them are wanted.
  it('finds its rows without scanning a table', async () => {
    const plans: string[] = [];
    const { dataSource } = database;
    const explain = async (text: string, parameters?: unknown[]) => {
      const rows = await dataSource.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`, parameters);
      plans.push(`${text}\n${rows.map((row) => row['QUERY PLAN']).join('\n')}`);
      return dataSource.query<unknown>(text, parameters);
    };
    const sql = { query: explain } as unknown as DataSource;
    const recorded = {
      query: explain,
      transaction: (run: (manager: unknown) => unknown) => run(sql),
    } as unknown as DataSource;

    await new WebhookHorizon().undeliveredSince(sql, [profile]);
    const retention = new RetentionStore(recorded);
    await retention.rules();
    const step = { profileId: profile, keepFrom: before(30), deliveredBefore: new Date(), limit: 5 };
    expect(await retention.removeReceived(step, now)).toBe(5);
    expect(await retention.removeReceived({ ...step, limit: 5 }, now)).toBe(5);
    expect(await retention.removeSent(step, now)).toBeGreaterThan(0);

    const backfills = new BackfillsStore(recorded);
    const active = await backfills.active(mailbox);
    const id = active?.id ?? '';
    await backfills.list(mailbox, id, 50);
    await backfills.find(sql, mailbox, id, null);
    await backfills.begin(sql, id, { account: 'a', places: [], total: 1 }, now);
    await backfills.advance(sql, id, { ...active!, stored: 1 }, now);
    await backfills.putOff(sql, id, active!.places ?? [], active!.position);
    await backfills.end(sql, id, 'completed', now);
    await backfills.insert(sql, { id: uuid(), mailboxId: mailbox, from: before(9), to: now, folders: ['inbox'] }, now);

    const audits = new AuditsStore(recorded);
    await new FoldersStore(recorded).find(mailbox, 'inbox');
    const items = await audits.storedItems(mailbox, 'inbox', before(14), now);
    expect(items).toHaveLength(2);
    await audits.countStored(mailbox, 'inbox', before(14), now);
    await audits.foldersOf(mailbox, items);
    await audits.place(sql, mailbox, 'inbox', items);
    await audits.isLookedAfter(sql, mailbox);
    const [last] = await audits.last(mailbox, 'inbox');
    await audits.insert(sql, { ...last!, id: uuid() });
    await audits.list(mailbox, null, 50);
    const incidents = new IncidentsStore();
    await incidents.removeMailbox(sql, mailbox, null, now);
    expect(await incidents.removeFromNotices(sql, mailbox, 'AuditDifference', now)).toHaveLength(1);

    expect(plans.length).toBeGreaterThan(20);
    expect(plans.filter((plan) => /Seq Scan on (?!webhook_endpoints)/.test(plan))).toEqual([]);
  });
});
