import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { v7 as uuid } from 'uuid';
import { DeliveryHorizon } from '../../src/features/webhooks/delivery-horizon.js';
import { WebhookHorizon } from '../../src/features/webhooks/webhook-horizon.store.js';
import { ContentRetention } from '../../src/features/mail/retention/content-retention.js';
import { RetentionStore } from '../../src/features/mail/retention/retention.store.js';
import { entities, features } from '../../src/apps/features.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { startApi, type TestApi } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeProfile } from '../support/profiles.js';

const day = 24 * 60 * 60_000;

class Horizon extends DeliveryHorizon {
  since = new Map<string, Date>();

  override undeliveredSince(): Promise<ReadonlyMap<string, Date>> {
    return Promise.resolve(this.since);
  }
}

describe('retention of content', () => {
  let database: TestDatabase;
  let api: TestApi;
  const clock = new ManualClock(new Date('2026-06-01T00:00:00Z'));
  let horizon: Horizon;
  let profile: string;
  let mailbox: string;

  const sql = <R = Record<string, unknown>>(text: string, parameters: unknown[] = []) =>
    database.dataSource.query<R[]>(text, parameters);
  const retention = (of: DeliveryHorizon = horizon) =>
    new ContentRetention(database.dataSource, new RetentionStore(database.dataSource), of, clock, new Registry());
  const ago = (days: number) => new Date(clock.now().getTime() - days * day);

  beforeAll(async () => {
    database = await createTestDatabase({ entities });
    api = await startApi(features, { dataSource: database.dataSource, clock });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(async () => {
    horizon = new Horizon();
    await sql(`UPDATE email_server_profiles SET content_retention_days = NULL`);
    profile = await makeProfile(database.dataSource, { contentRetentionDays: 30 });
    mailbox = await makeMailbox();
  });

  async function makeMailbox(): Promise<string> {
    const id = uuid();
    await sql(
      `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, created_at, updated_at)
       VALUES ($1, $2, $3, true, true, 'active', $4, $4, $4)`,
      [id, profile, `${id}@example.com`, clock.now()],
    );
    return id;
  }

  /** Messages of some days ago, each with an attachment; `contentId` for one content seen in several mailboxes. */
  async function store(count: number, days: number, more: { mailbox?: string; contentId?: string } = {}) {
    const ids = Array.from({ length: count }, () => ({ id: uuid(), contentId: more.contentId ?? uuid() }));
    await sql(
      `INSERT INTO message_contents (id, profile_id, text_body, html_body, headers, mime)
       SELECT DISTINCT id, $2::uuid, 'text', '<p>html</p>', '[{"name": "X", "value": "y"}]'::jsonb, 'mime'::bytea FROM unnest($1::uuid[]) id ON CONFLICT DO NOTHING`,
      [ids.map(({ contentId }) => contentId), profile],
    );
    await sql(
      `INSERT INTO message_attachments (content_id, position, content_type, is_inline, size_bytes, bytes)
       SELECT DISTINCT id, 0, 'text/plain', false, 4, 'file'::bytea FROM unnest($1::uuid[]) id ON CONFLICT DO NOTHING`,
      [ids.map(({ contentId }) => contentId)],
    );
    await sql(
      `INSERT INTO messages (id, mailbox_id, profile_id, content_id, identity, folder, reference_ids, recipients, importance, is_read, has_attachments, size_bytes, received_at, stored_at)
       SELECT m.id, $3, $4, m.content_id, decode(md5(m.id::text), 'hex'), 'inbox', '{}', '{"to":[],"cc":[],"bcc":[],"replyTo":[]}', 'normal', false, true, 4, $5, $5
       FROM unnest($1::uuid[], $2::uuid[]) AS m(id, content_id)`,
      [ids.map(({ id }) => id), ids.map(({ contentId }) => contentId), more.mailbox ?? mailbox, profile, ago(days)],
    );
    return ids.map(({ id }) => id);
  }

  const left = async () => {
    const [row] = await sql<{ contents: number; messages: number; attachments: number }>(
      `SELECT (SELECT count(*)::int FROM message_contents WHERE profile_id = $1) AS contents,
         (SELECT count(*)::int FROM messages WHERE profile_id = $1) AS messages,
         (SELECT count(*)::int FROM message_attachments a JOIN message_contents c ON c.id = a.content_id WHERE c.profile_id = $1) AS attachments`,
      [profile],
    );
    return row;
  };

  it('goes in small steps, and the message says since when it is without', async () => {
    const old = await store(230, 31);
    const [young = ''] = await store(1, 29);
    expect(await retention().step()).toBe(true);
    expect(await left()).toEqual({ contents: 131, messages: 231, attachments: 131 });
    expect(await retention().step()).toBe(true);
    expect(await retention().step()).toBe(false);
    expect(await left()).toEqual({ contents: 1, messages: 231, attachments: 1 });

    const { body } = await api.client().get(`/v1/messages/${old[0]}`);
    expect(body).toMatchObject({
      contentRemovedAt: clock.now().toISOString(),
      text: null,
      html: null,
      headers: [],
      attachments: [],
      hasMime: false,
      hasAttachments: true,
      sizeBytes: 4,
    });
    for (const part of ['mime', 'attachments/0'])
      expect(await api.client().get(`/v1/messages/${old[0]}/${part}`)).toMatchObject({
        status: 410,
        body: { code: 'content-removed', retryable: false },
      });
    expect((await api.client().get(`/v1/messages/${young}`)).body).toMatchObject({
      contentRemovedAt: null,
      text: 'text',
    });
    expect((await api.client().get(`/v1/messages/${young}/mime`)).status).toBe(200);
  });

  it('waits until everybody has been told', async () => {
    await store(3, 60);
    await store(2, 40);
    horizon.since.set(profile, ago(50));
    expect(await retention().step()).toBe(false);
    expect(await left()).toMatchObject({ contents: 2 });
    horizon.since.clear();
    await retention().step();
    expect(await left()).toMatchObject({ contents: 0, messages: 5 });
  });

  it('takes an enabled webhook endpoint that is behind for somebody who has not been told', async () => {
    const [id] = await store(1, 60);
    await store(1, 90);
    await sql(
      `INSERT INTO events (id, type, profile_id, mailbox_id, subject_id, data, occurred_at) VALUES ($1, 'message.received', $2, $3, $4, '{}', $5)`,
      [uuid(), profile, mailbox, id, ago(60)],
    );
    const endpoint = uuid();
    await sql(
      `INSERT INTO webhook_endpoints (id, url, enabled, secret, cursor_epoch, cursor_txid, cursor_seq, created_at, updated_at)
       VALUES ($1, 'https://x', true, 'v1:k:AAAA', 1, '0', 0, $2, $2)`,
      [endpoint, clock.now()],
    );
    await retention(new WebhookHorizon()).step();
    expect(await left()).toMatchObject({ contents: 1 });
    // Given, but not taken.
    await sql(
      `WITH last AS (SELECT epoch, txid, seq, id, mailbox_id FROM events ORDER BY epoch DESC, txid DESC, seq DESC LIMIT 1), given AS (
         INSERT INTO webhook_deliveries (endpoint_id, epoch, txid, seq, event_id, order_key, state, created_at)
         SELECT $1, epoch, txid, seq, id, mailbox_id, 'queued', $2 FROM last)
       UPDATE webhook_endpoints SET cursor_epoch = last.epoch, cursor_txid = last.txid, cursor_seq = last.seq FROM last WHERE webhook_endpoints.id = $1`,
      [endpoint, clock.now()],
    );
    await retention(new WebhookHorizon()).step();
    expect(await left()).toMatchObject({ contents: 1 });
    await sql(`UPDATE webhook_deliveries SET state = 'delivered'`);
    await retention(new WebhookHorizon()).step();
    expect(await left()).toMatchObject({ contents: 0 });
    await sql(`DELETE FROM webhook_deliveries`);
    await sql(`DELETE FROM webhook_endpoints`);
  });

  it('keeps everything where nothing is set, and leaves other profiles alone', async () => {
    await store(3, 400);
    await sql(`UPDATE email_server_profiles SET content_retention_days = NULL`);
    expect(await retention().step()).toBe(false);
    await makeProfile(database.dataSource, { contentRetentionDays: 1 });
    expect(await retention().step()).toBe(false);
    expect(await left()).toMatchObject({ contents: 3 });
  });

  it('is shared by workers side by side, and a content that several mailboxes show goes with the last of them', async () => {
    const others = await Promise.all(Array.from({ length: 7 }, () => makeMailbox()));
    for (let number = 0; number < 60; number += 1) {
      const contentId = uuid();
      for (const other of [mailbox, ...others]) await store(1, 45 + (number % 5), { mailbox: other, contentId });
    }
    const shared = uuid();
    await store(1, 45, { contentId: shared });
    await store(1, 5, { mailbox: others[0] ?? '', contentId: shared });
    expect(await left()).toMatchObject({ contents: 61, messages: 482 });

    const drain = async () => {
      while (await retention().step());
    };
    await Promise.all([drain(), drain(), drain()]);
    await drain();
    expect(await left()).toEqual({ contents: 1, messages: 482, attachments: 1 });
    const [kept] = await sql(
      `SELECT count(*)::int AS count FROM messages WHERE profile_id = $1 AND content_id IS NOT NULL`,
      [profile],
    );
    expect(kept).toEqual({ count: 1 });
  });

  it('takes sent and failed messages likewise, which then cannot be tried again', async () => {
    const outgoing = async (state: string, days: number) => {
      const id = uuid();
      await sql(
        `INSERT INTO outgoing_messages (id, mailbox_id, profile_id, state, internet_message_id, subject, recipients, text_body, html_body, created_at, updated_at)
         VALUES ($1, $2, $3, $4, '<x@y>', 's', '{"to":[],"cc":[],"bcc":[],"replyTo":[]}', 'text', '<p>', $5, $5)`,
        [id, mailbox, profile, state, ago(days)],
      );
      await sql(
        `INSERT INTO outgoing_attachments (message_id, position, filename, content_type, is_inline, bytes) VALUES ($1, 0, 'f', 'text/plain', false, $2)`,
        [id, randomBytes(10)],
      );
      return id;
    };
    const [sent, failed, pending, recent] = [
      await outgoing('sent', 31),
      await outgoing('failed', 31),
      await outgoing('pending', 31),
      await outgoing('sent', 29),
    ];
    await retention().step();
    const read = async (id: string) => (await api.client().get(`/v1/outgoing-messages/${id}`)).body;
    for (const id of [sent, failed])
      expect(await read(id)).toMatchObject({
        contentRemovedAt: clock.now().toISOString(),
        text: null,
        html: null,
        attachments: [],
        subject: 's',
      });
    for (const id of [pending, recent])
      expect(await read(id)).toMatchObject({ contentRemovedAt: null, text: 'text', attachments: [{ filename: 'f' }] });
    expect(await api.client().post(`/v1/outgoing-messages/${failed}/retry`)).toMatchObject({
      status: 409,
      body: { detail: 'Its content has been removed.' },
    });
  });

  it('is a setting of the profile', async () => {
    const path = `/v1/email-server-profiles/${profile}`;
    expect((await api.client().get(path)).body).toMatchObject({ contentRetentionDays: 30 });
    expect(await api.client().patch(path, { contentRetentionDays: null })).toMatchObject({
      status: 200,
      body: { contentRetentionDays: null },
    });
    for (const contentRetentionDays of [0, -1, 1.5, 36_501, '30'])
      expect(await api.client().patch(path, { contentRetentionDays })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'contentRetentionDays' }] },
      });
  });
});
