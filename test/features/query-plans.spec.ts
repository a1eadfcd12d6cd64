import { DiagnosticMailboxesStore } from '../../src/features/diagnostics/diagnostic-mailboxes.store.js';
import { DiagnosticReportsStore } from '../../src/features/diagnostics/diagnostic-reports.store.js';
import { OutgoingStore } from '../../src/features/mail/outgoing/outgoing.store.js';
import { HistoryStore } from '../../src/features/insight/history/history.store.js';
import { HistoryUpkeepStore } from '../../src/features/insight/history/history-upkeep.store.js';
import { FoldersStore } from '../../src/features/mail/incoming/folders.store.js';
import type { StoredFailure } from '../../src/features/failures/failure.js';
import { IncidentsStore } from '../../src/features/incidents/incidents.store.js';
import { IncomingStore } from '../../src/features/mail/incoming/incoming.store.js';
import { MessageItemsStore } from '../../src/features/mail/incoming/message-items.store.js';
import { ItemFailuresStore } from '../../src/features/mail/incoming/item-failures.store.js';
import { MailboxesStore } from '../../src/features/mailboxes/mailboxes.store.js';
import { CatchUpStore } from '../../src/features/incidents/catch-up.store.js';
import { IncidentActsStore } from '../../src/features/incidents/incident-acts.store.js';
import { NotificationPlanner } from '../../src/features/notifications/notification-planner.js';
import { NotificationPlanStore } from '../../src/features/notifications/notification-plan.store.js';
import { NotificationsStore } from '../../src/features/notifications/notifications.store.js';
import { ProfileDoubtsStore } from '../../src/features/scheduling/profile-doubts.store.js';
import { ServerPacingStore } from '../../src/features/scheduling/server-pacing.store.js';
import { InterruptedWorkStore } from '../../src/features/notifications/interrupted-work.store.js';
import { StoppedMailboxesStore } from '../../src/features/mailboxes/stopped-mailboxes.store.js';
import { PacingStore } from '../../src/features/scheduling/pacing.store.js';
import { SamplesStore } from '../../src/features/insight/overview/samples.store.js';
import { ProfilesStore } from '../../src/features/profiles/profiles.store.js';
import { RemovalStore } from '../../src/features/mailboxes/removal.store.js';
import { WorkStore } from '../../src/features/scheduling/work.store.js';
import { newMessage } from '../../src/features/mail/incoming/stored-message.js';
import { contentOfMime } from '../../src/features/mail/incoming/message-content.js';
import { itemProperties } from './support/item-properties.js';
import { samplerOf } from './support/overview-stage.js';
import { statementsOf, type Statement } from './support/sql-log.js';
import { WholeStage } from './support/whole-stage.js';

/** Tables that grow without end, or with the number of mailboxes: no statement of every day may read one whole. */
const large = [
  'messages',
  'message_items',
  'message_contents',
  'message_attachments',
  'events',
  'mailboxes',
  'mailbox_work',
  'mailbox_folders',
  'outgoing_messages',
  'incidents',
  'incident_mailboxes',
  'notifications',
  'incident_acts',
  'idempotency_keys',
  'diagnostic_reports',
  'mailbox_history',
  'item_failures',
  'overview_samples',
  'message_words',
  'outgoing_words',
];

const failure = JSON.stringify({
  code: 'ErrorImpersonateUserDenied',
  category: 'impersonation-permission',
  during: 'incoming',
  operation: 'FindItem',
  message: 'no',
  values: {},
  at: '2026-01-01T00:00:00.000Z',
});

const endpointFailure = JSON.stringify({
  code: 'WebhookGone',
  url: 'https://example.com/',
  message: 'answered 410',
  failingSince: '2026-01-01T00:00:00.000Z',
  waitingSince: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
});

let stage: WholeStage;
let profiles: string[];
let mailbox: { id: string; profile_id: string; email_address: string };
let message: string;
let incident: string;
let endpoint: string;
let endpointIncident: string;
let limited: string;

beforeAll(async () => {
  stage = await WholeStage.open({ freshDatabase: true });
  const sql = stage.dataSource;
  const [{ columns }] = await sql.query(`SELECT string_agg(column_name, ', ') AS columns FROM information_schema.columns
    WHERE table_name = 'email_server_profiles' AND is_generated = 'NEVER'`);
  await sql.query(`INSERT INTO email_server_profiles (${columns}) SELECT ${columns} FROM (
    SELECT (json_populate_record(p, json_build_object('id', gen_random_uuid(), 'name', 'Profile ' || g))).* FROM email_server_profiles p, generate_series(1, 49) g) copies`);
  await sql.query(`INSERT INTO profile_pacing (profile_id, concurrency, grown_at)
    SELECT id, 5, '2026-01-01' FROM email_server_profiles ON CONFLICT DO NOTHING`);
  await sql.query(`UPDATE profile_pacing SET concurrency = 5, grown_at = '2026-01-01'`);
  await sql.query(
    `INSERT INTO mailboxes (id, profile_id, email_address, incoming, outgoing, state, state_since, failure, created_at, updated_at)
    SELECT gen_random_uuid(), p.id, 'user' || g || '@' || left(p.id::text, 8) || '.example', true, true, CASE WHEN g % 50 = 0 THEN 'failed' ELSE 'active' END, now(), CASE WHEN g % 50 = 0 THEN $1::jsonb END, now(), now()
    FROM email_server_profiles p, generate_series(1, 1000) g`,
    [failure],
  );
  await sql.query(
    `INSERT INTO mailbox_work (mailbox_id, kind, profile_id, lane, due_at, lease_until)
    SELECT id, kind, profile_id, 1 + (random() < 0.1)::int, CASE WHEN kind = 'incoming' THEN $1::timestamptz + (random() * 120 - 1) * interval '1 second' END,
      CASE WHEN kind = 'incoming' AND random() < 0.002 THEN $1::timestamptz + interval '30 seconds' END
    FROM mailboxes, unnest(ARRAY['incoming', 'outgoing']) kind`,
    [stage.clock.now()],
  );
  await sql.query(
    `INSERT INTO mailbox_folders (mailbox_id, folder, import_from) SELECT id, 'inbox', now() FROM mailboxes`,
  );
  await sql.query(
    `CREATE TABLE few AS SELECT id, profile_id, row_number() OVER () AS n FROM (SELECT * FROM mailboxes ORDER BY id LIMIT 2000) m`,
  );
  await sql.query(
    `INSERT INTO message_contents (id, profile_id, headers) SELECT gen_random_uuid(), gen_random_uuid(), '[]' FROM generate_series(1, 200000)`,
  );
  await sql.query(`INSERT INTO messages (id, mailbox_id, profile_id, content_id, identity, folder, reference_ids, recipients, importance, is_read, has_attachments, size_bytes, received_at, stored_at)
    SELECT gen_random_uuid(), f.id, f.profile_id, c.id, sha256(c.id::text::bytea), 'inbox', '{}', '{"to":[],"cc":[],"bcc":[],"replyTo":[]}', 'normal', false, false, 1000, now() - random() * interval '300 days', now()
    FROM (SELECT id, row_number() OVER () AS n FROM message_contents) c JOIN few f ON f.n = 1 + c.n % 2000`);
  await sql.query(
    `INSERT INTO message_items (message_id, mailbox_id, folder, item_id) SELECT id, mailbox_id, 'inbox', 'item-' || row_number() OVER () FROM messages`,
  );
  await sql.query(
    `INSERT INTO message_attachments (content_id, position, content_type, is_inline, size_bytes) SELECT id, 0, 'a/b', false, 1 FROM message_contents LIMIT 50000`,
  );
  await sql.query(`INSERT INTO events (txid, id, type, profile_id, mailbox_id, subject_id, data, occurred_at)
    SELECT (1 + k / 2000)::text::xid8, gen_random_uuid(), CASE WHEN k % 1000 = 0 THEN 'mailbox.failed' ELSE 'message.received' END, f.profile_id, f.id, gen_random_uuid(), '{}', now()
    FROM generate_series(1, 200000) k JOIN few f ON f.n = 1 + k % 2000`);
  await sql.query(`INSERT INTO outgoing_messages (id, mailbox_id, profile_id, state, step, internet_message_id, subject, recipients, created_at, updated_at, sent_at)
    SELECT gen_random_uuid(), f.id, f.profile_id, CASE WHEN k % 500 = 0 THEN 'pending' WHEN k % 777 = 0 THEN 'failed' ELSE 'sent' END, 'new', '<x>', 's', '{"to":[],"cc":[],"bcc":[],"replyTo":[]}', now(), now(), now()
    FROM generate_series(1, 100000) k JOIN few f ON f.n = 1 + k % 2000`);
  // Words as mail has them: a few in every message, more in many, most in a few.
  const wordsOf = (
    id: string,
    profile: string,
    box: string,
  ) => `array_to_tsvector(ARRAY['=' || replace(${profile}::text, '-', ''), '=' || replace(${box}::text, '-', ''),
    'com', 'common' || abs(hashtext(${id}::text || 'a')) % 20, 'some' || abs(hashtext(${id}::text || 'b')) % 2000, 'rare' || abs(hashtext(${id}::text)) % 100000, 'person' || abs(hashtext(${id}::text || 'c')) % 5000 || '@x.example'])`;
  await sql.query(`INSERT INTO message_words (message_id, mailbox_id, profile_id, received_at, words)
    SELECT id, mailbox_id, profile_id, received_at, ${wordsOf('id', 'profile_id', 'mailbox_id')} FROM messages`);
  await sql.query(
    `INSERT INTO outgoing_words (outgoing_id, words) SELECT id, ${wordsOf('id', 'profile_id', 'mailbox_id')} FROM outgoing_messages`,
  );
  await sql.query(
    `INSERT INTO incidents (id, profile_id, cause, scope, first_failure, last_failure, opened_at, last_seen_at, closed_at, told_at, notify_at)
    SELECT gen_random_uuid(), f.profile_id, 'Cause' || k, 'mailbox', $1, $1, now(), now(), CASE WHEN k % 200 <> 0 THEN now() END,
      now(), CASE WHEN k % 200 = 0 THEN $2::timestamptz + (k % 3000 - 400) * interval '1 minute' END
    FROM generate_series(1, 20000) k JOIN few f ON f.n = 1 + k % 2000`,
    [failure, stage.clock.now()],
  );
  await sql.query(`INSERT INTO incident_acts (id, incident_id, act, done_by, data, done_at)
    SELECT gen_random_uuid(), i.id, CASE WHEN n = 1 THEN 'commented' ELSE 'acknowledged' END, '{}', '{}', now() FROM incidents i, generate_series(1, 2) n`);
  // One in twenty is about a webhook endpoint; the last two endpoints are of profiles that the limited key sees.
  await sql.query(
    `INSERT INTO webhook_endpoints (id, url, profile_ids, enabled, secret, cursor_epoch, cursor_txid, cursor_seq, created_at, updated_at)
    SELECT gen_random_uuid(), 'https://example.com/', CASE WHEN g > 18 THEN (SELECT array_agg(id) FROM (SELECT id FROM email_server_profiles ORDER BY id LIMIT 2) p) END,
      true, 'v1:test:c2VjcmV0', 1, '1', 0, now(), now() FROM generate_series(1, 20) g`,
  );
  await sql.query(
    `INSERT INTO incidents (id, endpoint_id, cause, scope, first_failure, last_failure, opened_at, last_seen_at, closed_at)
    SELECT gen_random_uuid(), e.id, 'WebhookGone', 'endpoint', $1, $1, now(), now(), CASE WHEN k > 1 THEN now() END
    FROM (SELECT id FROM webhook_endpoints) e, generate_series(1, 50) k`,
    [endpointFailure],
  );
  await sql.query(`INSERT INTO incident_mailboxes (incident_id, mailbox_id, joined_at, recovered_at)
    SELECT i.id, f.id, now(), i.closed_at FROM incidents i JOIN few f ON f.profile_id = i.profile_id WHERE f.n % 10 = 0`);
  await sql.query(`INSERT INTO notifications (id, profile_id, incident_id, kind, recipient_name, recipient_email, state, created_at, next_attempt_at)
    SELECT gen_random_uuid(), profile_id, id, 'opened', '', '', CASE WHEN random() < 0.01 THEN 'pending' ELSE 'sent' END, now(), now() FROM incidents`);
  await sql.query(`INSERT INTO mailbox_history (id, mailbox_id, at, type, details)
    SELECT gen_random_uuid(), f.id, now() - k * interval '1 second', CASE WHEN k % 50 = 0 THEN 'state' ELSE 'run' END, '{}' FROM generate_series(1, 100000) k JOIN few f ON f.n = 1 + k % 2000`);
  await sql.query(`INSERT INTO item_failures (mailbox_id, item_id, folder, attempts, code, message, first_at)
    SELECT f.id, 'item-' || k, 'inbox', 5, 'X', '', now() - k * interval '1 second' FROM generate_series(1, 20000) k JOIN few f ON f.n = 1 + k % 2000`);
  await sql.query(
    `INSERT INTO overview_samples (step_seconds, at, profile_id, lag, received, sent, failed)
    SELECT span.step, date_bin('1 minute', $1::timestamptz, '2026-01-01') - n * span.step * interval '1 second', p.id, array_fill(1, ARRAY[19]), 1, 1, 1
    FROM (VALUES (60, 1440), (600, 1100), (3600, 190)) AS span (step, kept), generate_series(1, span.kept) n, email_server_profiles p`,
    [stage.clock.now()],
  );
  const [key] = await sql.query(`SELECT id FROM api_keys LIMIT 1`);
  await sql.query(
    `INSERT INTO idempotency_keys (api_key_id, key, request_hash, created_at) SELECT $1, 'k' || n, '', now() - n * interval '1 second' FROM generate_series(1, 50000) n`,
    [key.id],
  );
  await sql.query(
    `INSERT INTO diagnostic_reports (id, profile_id, api_key_id, email_address, ews_url, summary, steps, created_at, share_hash, share_expires_at)
    SELECT gen_random_uuid(), CASE WHEN k % 10 > 0 THEN f.profile_id END, $1, 'a@b.example', 'https://b.example/', '{}', '[]', now() - k * interval '1 minute',
      CASE WHEN k % 20 = 0 THEN sha256(k::text::bytea) END, CASE WHEN k % 20 = 0 THEN now() END
    FROM generate_series(1, 40000) k JOIN few f ON f.n = 1 + k % 2000`,
    [key.id],
  );
  await sql.query('VACUUM ANALYZE');
  profiles = (await sql.query(`SELECT id FROM email_server_profiles ORDER BY id LIMIT 5`)).map(
    (row: { id: string }) => row.id,
  );
  [mailbox] = await sql.query(
    `SELECT m.id, m.profile_id, m.email_address FROM mailboxes m JOIN few f ON f.id = m.id LIMIT 1`,
  );
  [{ id: message }] = await sql.query(`SELECT id FROM messages WHERE mailbox_id = $1 LIMIT 1`, [mailbox.id]);
  [{ id: incident }] = await sql.query(`SELECT id FROM incidents WHERE profile_id IS NOT NULL LIMIT 1`);
  [{ id: endpointIncident, endpoint_id: endpoint }] = await sql.query(
    `SELECT i.id, i.endpoint_id FROM incidents i JOIN webhook_endpoints e ON e.id = i.endpoint_id WHERE e.profile_ids IS NOT NULL LIMIT 1`,
  );
  limited = await stage.makeKey(['write'], profiles.slice(0, 3));
});
afterAll(() => stage?.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

function scannedWhole(plan: Plan): string[] {
  const here =
    plan['Node Type'] === 'Seq Scan' && large.includes(plan['Relation Name'] ?? '')
      ? [plan['Relation Name'] ?? '']
      : [];
  return [...here, ...(plan.Plans ?? []).flatMap(scannedWhole)];
}

/** Those that are asked for a count of every row, and the sample of a minute, which looks at every mailbox. */
const counts = /^SELECT state, count\(\*\)|^WITH late AS/;

/** Statements that read a large table whole, with the table. */
async function scans(statements: readonly Statement[]): Promise<string[]> {
  const found: string[] = [];
  for (const { sql, parameters } of statements) {
    const [row] = await stage.dataSource.query(`EXPLAIN (FORMAT JSON) ${sql}`, parameters);
    const tables = scannedWhole(row['QUERY PLAN'][0].Plan);
    if (tables.length > 0 && !counts.test(sql)) found.push(`${tables.join()}: ${sql.replace(/\s+/g, ' ')}`);
  }
  return found;
}

const get = (path: string, token?: () => string) => async () => {
  const answer = await stage.client(token?.()).get(
    path
      .replace('{profile}', profiles[0] ?? '')
      .replace('{mailbox}', mailbox.id)
      .replace('{message}', message)
      .replace('{incident}', incident)
      .replace('{endpoint}', endpoint)
      .replace('{endpointIncident}', endpointIncident)
      .replace('{address}', mailbox.email_address),
  );
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
};
const asLimited = () => limited;
const now = () => stage.clock.now();
const lease = () => ({ mailboxId: mailbox.id, kind: 'incoming', token: '0' }) as const;

it.each<[string, () => Promise<unknown>]>([
  ['claiming what is due', () => stage.get(PacingStore).claimDue(now(), 500)],
  ['growing budgets', () => stage.get(PacingStore).growBudgets(now())],
  ['taking work up', () => stage.get(WorkStore).begin(lease(), now())],
  ['giving work back', () => stage.get(WorkStore).release(lease())],
  [
    'bringing work forward',
    () => stage.get(WorkStore).bringForward(stage.dataSource, mailbox.id, 'incoming', now(), 0),
  ],
  ['listing mailboxes', get('/v1/mailboxes')],
  ['listing mailboxes of a profile', get('/v1/mailboxes?profileId={profile}')],
  ['listing mailboxes in a state', get('/v1/mailboxes?state=failed')],
  ['listing mailboxes in a state that none is in', get('/v1/mailboxes?state=paused')],
  ['listing failed mailboxes of a profile', get('/v1/mailboxes?state=failed&profileId={profile}')],
  ['listing mailboxes of an address', get('/v1/mailboxes?emailAddress={address}')],
  ['listing mailboxes by a limited key', get('/v1/mailboxes', asLimited)],
  ['listing failed mailboxes by a limited key', get('/v1/mailboxes?state=failed', asLimited)],
  ['looking for mailboxes by a part of the address', get('/v1/mailboxes?q=user777@')],
  ['looking for mailboxes that there are none of', get('/v1/mailboxes?q=nobody.at.all')],
  ['looking for mailboxes by a limited key', get('/v1/mailboxes?q=SER77', asLimited)],
  ['listing mailboxes in several states', get('/v1/mailboxes?state=failed,verifying')],
  ['listing mailboxes that a cause stops', get('/v1/mailboxes?cause=ErrorX')],
  ['listing failed mailboxes that a cause stops', get('/v1/mailboxes?state=failed&cause=ErrorImpersonateUserDenied')],
  ['listing what stops mailboxes', get('/v1/mailboxes/causes')],
  ['listing what stops mailboxes of a profile', get('/v1/mailboxes/causes?profileId={profile}')],
  ['the overview', get('/v1/overview')],
  ['the overview of a limited key', get('/v1/overview', asLimited)],
  ['the course of an hour', get('/v1/overview/series?range=1h')],
  ['the course of a week', get('/v1/overview/series?range=7d')],
  ['the course of a week of a limited key', get('/v1/overview/series?range=7d', asLimited)],
  ['sampling how it stands', () => samplerOf(stage).sample()],
  ['removing old samples', () => stage.get(SamplesStore).removeOld(now(), 1000)],
  [
    'changing many mailboxes at once',
    () => stage.client().post('/v1/mailboxes/bulk', { action: 'sync', mailboxIds: [mailbox.id] }),
  ],
  ['reading a mailbox', get('/v1/mailboxes/{mailbox}')],
  ['asking why a mailbox waits', get('/v1/mailboxes/{mailbox}/status')],
  ['reading a mailbox’s timeline', get('/v1/mailboxes/{mailbox}/timeline')],
  ['reading one type of a mailbox’s timeline', get('/v1/mailboxes/{mailbox}/timeline?types=notification')],
  ['writing history', () => stage.get(HistoryStore).add(stage.dataSource, mailbox.id, [], now())],
  [
    'clearing history away',
    () => stage.get(HistoryUpkeepStore).sweep('00000000-0000-0000-0000-000000000000', now(), 200),
  ],
  ['listing items that failed', get('/v1/mailboxes/{mailbox}/item-failures')],
  [
    'finding mailboxes of addresses',
    () =>
      stage
        .get(MailboxesStore)
        .idsOf(stage.dataSource, [{ profileId: mailbox.profile_id, emailAddress: mailbox.email_address }]),
  ],
  [
    'probing failed mailboxes',
    () => stage.get(StoppedMailboxesStore).probeSomeOfProfile(stage.dataSource, mailbox.profile_id, now()),
  ],
  ['asking for a sync', () => stage.client().post(`/v1/mailboxes/${mailbox.id}/sync`)],
  ['listing messages', get('/v1/messages?mailboxId={mailbox}')],
  ['listing messages of one time', get('/v1/messages?mailboxId={mailbox}&to=2026-01-01T00:00:00Z')],
  ['listing all messages', get('/v1/messages')],
  ['listing messages of a profile', get('/v1/messages?profileId={profile}')],
  ['listing all messages by a limited key', get('/v1/messages', asLimited)],
  ['searching messages for a rare word', get('/v1/messages?q=rare4711')],
  ['searching messages for a word in all of them', get('/v1/messages?q=com')],
  ['searching messages for the beginning of many words', get('/v1/messages?q=som')],
  ['searching messages for several words', get('/v1/messages?q=common1+some17+rare')],
  ['searching messages for a word that there is not', get('/v1/messages?q=nowhere')],
  ['searching a mailbox’s messages', get('/v1/messages?q=common1&mailboxId={mailbox}')],
  ['searching a profile’s messages', get('/v1/messages?q=common1&profileId={profile}')],
  ['searching messages by a limited key', get('/v1/messages?q=common1', asLimited)],
  ['searching messages for a rare word by a limited key', get('/v1/messages?q=rare4711', asLimited)],
  ['searching messages for an address', get('/v1/messages?q=person7@x.example&from=2020-01-01T00:00:00Z')],
  ['reading a message', get('/v1/messages/{message}', undefined)],
  ['opening a folder', () => stage.get(FoldersStore).open(mailbox.id, 'inbox', now())],
  [
    'finding known items',
    () =>
      stage.get(MessageItemsStore).known(
        mailbox.id,
        Array.from({ length: 512 }, (_, index) => `item-${index}`),
      ),
  ],
  [
    'finding known messages, and storing new ones',
    async () => {
      const mime = Buffer.from('Message-ID: <new@x>\r\n\r\ntext');
      const item = { id: 'new', changeKey: null, mime, properties: itemProperties() };
      const fresh = newMessage(item, await contentOfMime(mime, item.properties), now());
      const owner = { mailboxId: mailbox.id, profileId: mailbox.profile_id, folder: 'inbox' };
      await stage.get(IncomingStore).store(stage.dataSource, owner, [fresh], now());
      await stage.get(IncomingStore).store(stage.dataSource, owner, [fresh], now());
    },
  ],
  [
    'finding messages that say something else by now, and storing it',
    async () => {
      const { dataSource } = stage;
      const owner = { mailboxId: mailbox.id, profileId: mailbox.profile_id, folder: 'inbox' };
      const properties = itemProperties();
      for (const picture of ['a', 'b', 'c']) {
        const html = `Message-ID: <pictures@x>\r\nContent-Type: text/html\r\n\r\n<img src="cid:${picture}">`;
        const mime = Buffer.from(html);
        const read = await contentOfMime(mime, properties);
        const attachment = {
          filename: null,
          contentType: 'image/png',
          contentId: picture,
          isInline: true,
          sizeBytes: 0,
        };
        const content = { ...read, attachments: [{ ...attachment, bytes: Buffer.alloc(0), hash: picture }] };
        const message = newMessage({ id: picture, changeKey: 'k', mime, properties }, content, now());
        await stage.get(IncomingStore).store(dataSource, owner, [message], now(), true);
      }
      const items = stage.get(MessageItemsStore);
      await items.changed(mailbox.id, [{ itemId: 'a', changeKey: 'l', isUpdate: true }]);
      await items.seen(dataSource, mailbox.id, [{ itemId: 'a', changeKey: 'l', size: 1 }]);
      await items.leave(dataSource, mailbox.id, 'inbox', ['a'], now());
    },
  ],
  [
    'keeping and trying failed items',
    async () => {
      const { dataSource } = stage;
      const failures = stage.get(ItemFailuresStore);
      const failure = { folder: 'inbox', kind: 'outage', attempts: 1, code: 'X', message: '' } as const;
      await failures.put(dataSource, mailbox.id, [{ ...failure, itemId: 'fails', firstAt: now(), retryAt: now() }]);
      await failures.ofItems(dataSource, mailbox.id, ['fails']);
      await failures.postponeOutage(dataSource, mailbox.id, now());
      await failures.resume(dataSource, mailbox.id, ['X'], now());
      await failures.waiting(mailbox.id, 'inbox', 10);
      await failures.countUnread(dataSource, mailbox.id);
      await failures.markReported(dataSource, mailbox.id);
      await failures.forget(dataSource, mailbox.id, ['fails']);
      await failures.forgetUnwatched(dataSource, mailbox.id);
      await stage.get(FoldersStore).beginAnew(dataSource, mailbox.id, ['inbox']);
    },
  ],
  [
    'noting what was read and what left',
    async () => {
      await stage.get(MessageItemsStore).setRead(stage.dataSource, mailbox.id, [{ itemId: 'item-1', isRead: true }]);
      await stage.get(MessageItemsStore).leave(stage.dataSource, mailbox.id, 'inbox', ['item-1', 'item-2'], now());
    },
  ],
  [
    'settling where messages are',
    async () => {
      await stage.get(MessageItemsStore).hasUnsettled(mailbox.id, now());
      await stage.get(MessageItemsStore).settle(stage.dataSource, mailbox.id, null, now(), 500);
    },
  ],
  ['listing watched folders', get('/v1/mailboxes/{mailbox}/folders')],
  ['finding items to try again', () => stage.get(ItemFailuresStore).due(mailbox.id, 'inbox', now(), now(), 10)],
  ['reading the feed', get('/v1/events')],
  ['reading the feed for a rare type', get('/v1/events?types=mailbox.failed')],
  ['reading the feed for types that there are none of', get('/v1/events?types=incident.closed,profile.resumed')],
  ['reading the feed by a limited key', get('/v1/events?types=mailbox.failed', asLimited)],
  ['listing incidents', get('/v1/incidents')],
  ['listing open incidents', get('/v1/incidents?open=true')],
  ['listing open incidents of a profile', get('/v1/incidents?open=true&profileId={profile}')],
  ['listing incidents of an endpoint', get('/v1/incidents?endpointId={endpoint}')],
  [
    'closing the incidents of an endpoint',
    () => stage.get(IncidentsStore).closeOfEndpoint(stage.dataSource, endpoint, now(), true),
  ],
  ['listing incidents of an endpoint by a limited key', get('/v1/incidents?endpointId={endpoint}', asLimited)],
  ['listing incidents by a limited key', get('/v1/incidents', asLimited)],
  ['listing open incidents by a limited key', get('/v1/incidents?open=true', asLimited)],
  ['reading an incident', get('/v1/incidents/{incident}')],
  ['reading an incident of an endpoint by a limited key', get('/v1/incidents/{endpointIncident}', asLimited)],
  [
    'taking a mailbox out of its incidents',
    () => stage.get(IncidentsStore).removeMailbox(stage.dataSource, mailbox.id, null, now()),
  ],
  [
    'opening an incident',
    () =>
      stage.get(IncidentsStore).openOrJoin(stage.dataSource, {
        subject: { profileId: mailbox.profile_id },
        cause: 'AnotherCause',
        scope: 'mailbox',
        failure: JSON.parse(failure) as StoredFailure,
        at: now(),
      }),
  ],
  ['closing an incident', () => stage.get(IncidentsStore).countOut(stage.dataSource, incident, now())],
  [
    'adding a mailbox to an incident',
    () =>
      stage
        .get(IncidentsStore)
        .addMailbox(stage.dataSource, { profileId: mailbox.profile_id, cause: 'Cause200' }, mailbox.id, now()),
  ],
  ['waking peers', () => stage.get(StoppedMailboxesStore).wakeCompanions(stage.dataSource, mailbox.id, 3, now())],
  [
    'finding what an incident interrupted',
    () =>
      stage
        .get(InterruptedWorkStore)
        .of({ cause: 'ErrorX', endpoint_id: null, first_failure: { during: 'outgoing' } } as never, mailbox.id),
  ],
  [
    'looking for an open incident of the installation, and ending it',
    async () => {
      const incidents = stage.get(IncidentsStore);
      await incidents.hasOpenOfInstallation(stage.dataSource, 'storage');
      await incidents.closeOfInstallation(stage.dataSource, 'storage', now());
    },
  ],
  [
    'looking at the crowd of a mailbox',
    () => stage.get(IncidentsStore).crowdOf(stage.dataSource, mailbox.profile_id, 'ErrorImpersonateUserDenied'),
  ],
  ['counting mailboxes at work', () => stage.get(IncidentsStore).mailboxesAtWork(stage.dataSource, mailbox.profile_id)],
  [
    'noting that a server left a call unanswered, and that it answers',
    async () => {
      const servers = stage.get(ServerPacingStore);
      await servers.noteFailure(
        stage.dataSource,
        'ews.example.com',
        mailbox.profile_id,
        'ECONNREFUSED',
        now(),
        now(),
        now,
      );
      await servers.isAwayFor(stage.dataSource, mailbox.id);
      await servers.bringBack(stage.dataSource, 'ews.example.com', now());
      await servers.noteAnswer(stage.dataSource, mailbox.profile_id, now());
    },
  ],
  [
    'doubting a profile, asking its others, and looking at what surrounds a mailbox',
    async () => {
      const doubts = stage.get(ProfileDoubtsStore);
      const meeting = {
        profileId: mailbox.profile_id,
        mailboxId: mailbox.id,
        cause: 'Http401',
        tries: 1,
        raises: true,
      };
      await doubts.meet(stage.dataSource, { ...meeting, kind: 'credentials', since: now() }, now());
      await doubts.bringBack(stage.dataSource, mailbox.profile_id, now());
      await doubts.askOthers(stage.dataSource, mailbox.profile_id, now());
      await stage.get(PacingStore).surroundingsOf(stage.dataSource, mailbox.id);
      await stage.get(PacingStore).resume(stage.dataSource, mailbox.profile_id, now());
    },
  ],
  ['listing notifications', get('/v1/notifications')],
  ['listing notifications by a limited key', get('/v1/notifications', asLimited)],
  ['listing notifications of an incident', get('/v1/notifications?incidentId={incident}')],
  ['finding notifications to send', () => stage.get(NotificationsStore).takeDue(now(), now(), 20)],
  [
    'deciding what to tell of incidents',
    async () => {
      // Also as it is when there is no incident to look at, and when each of them is due.
      expect(await stage.get(NotificationPlanner).planDue()).toBeGreaterThan(5);
      await stage.get(NotificationPlanStore).due(new Date(0), 50);
      await stage.get(NotificationPlanStore).due(new Date(4e12), 50);
      await stage.get(NotificationPlanStore).withdrawWaiting(stage.dataSource, incident, now());
      await stage.get(NotificationPlanStore).refusedBy(stage.dataSource, incident);
      await stage.get(NotificationPlanStore).recipientsChanged(stage.dataSource, mailbox.profile_id, now());
    },
  ],
  [
    'sending a notification',
    async () => {
      const store = stage.get(NotificationsStore);
      const [taken] = await store.takeDue(new Date(4e12), new Date(4e12), 1);
      if (!taken) throw new Error('there is nothing to send');
      await store.standing(taken.id, now());
      await store.firstOpening(incident);
      await store.noteTold(incident, 1, now());
      await store.giveBack(taken, { type: 'waits', until: now() });
      await store.waiting();
    },
  ],
  ['acting on an incident', () => stage.get(IncidentActsStore).lock(stage.dataSource, incident)],
  ['listing what people did with an incident', () => stage.get(IncidentActsStore).list(incident, 50)],
  ['listing comments on an incident', get('/v1/incidents/{incident}/comments')],
  ['unmuting a cause', () => stage.client().delete(`/v1/email-server-profiles/${mailbox.profile_id}/muted-causes/X`)],
  [
    'counting what came back after an incident',
    async () => {
      const [row] = await stage.dataSource.query(`SELECT i.*, now() AS closed_at FROM incidents i WHERE id = $1`, [
        incident,
      ]);
      const store = stage.get(CatchUpStore);
      await store.of({ ...row, opened_at: new Date(Date.now() - 3_600_000), affected: 1 });
      await store.of({ ...row, opened_at: new Date(Date.now() - 3_600_000), affected: 0 });
    },
  ],
  ['finding messages to send', () => stage.get(OutgoingStore).nextWaiting(mailbox.id, now(), [])],
  ['finding when the next message is to be sent', () => stage.get(OutgoingStore).nextDue(mailbox.id, now())],
  ['finding whether one was sent', () => stage.get(OutgoingStore).sentSince(mailbox.id, new Date(Date.now() + 1e9))],
  ['listing outgoing messages', get('/v1/outgoing-messages')],
  ['listing outgoing messages of a mailbox', get('/v1/outgoing-messages?mailboxId={mailbox}')],
  ['listing outgoing messages of a profile', get('/v1/outgoing-messages?profileId={profile}')],
  ['listing failed outgoing messages', get('/v1/outgoing-messages?state=failed')],
  ['listing outgoing messages in a state that none is in', get('/v1/outgoing-messages?state=cancelled')],
  ['listing failed outgoing messages by a limited key', get('/v1/outgoing-messages?state=failed', asLimited)],
  ['listing outgoing messages in several states', get('/v1/outgoing-messages?state=failed,pending,sending')],
  ['searching outgoing messages', get('/v1/outgoing-messages?q=rare4711')],
  ['searching outgoing messages for a common word', get('/v1/outgoing-messages?q=com&state=failed,sent')],
  ['searching outgoing messages by a limited key', get('/v1/outgoing-messages?q=common1', asLimited)],
  ['the metrics', get('/metrics')],
  ['listing reports of analyses', get('/v1/diagnostics')],
  ['listing reports of a profile', get('/v1/diagnostics?profileId={profile}')],
  ['listing reports by a limited key', get('/v1/diagnostics', asLimited)],
  [
    'finding a shared report',
    () => stage.get(DiagnosticReportsStore).findShared(stage.dataSource, Buffer.alloc(32), now()),
  ],
  [
    'removing old reports',
    () => stage.get(DiagnosticReportsStore).removeOlderThan(stage.dataSource, new Date(Date.now() - 27 * 864e5), 100),
  ],
  [
    'choosing mailboxes for an analysis',
    async () => {
      const store = stage.get(DiagnosticMailboxesStore);
      await store.canary(stage.dataSource, mailbox.profile_id, mailbox.email_address);
      await store.byAddress(stage.dataSource, mailbox.profile_id, mailbox.email_address);
      await store.byId(stage.dataSource, mailbox.profile_id, mailbox.id);
    },
  ],
  ['finding what uses a profile', () => stage.get(ProfilesStore).uses(stage.dataSource, mailbox.profile_id)],
  [
    'clearing a removed mailbox away',
    async () => {
      await stage.get(RemovalStore).clearMessages(mailbox.id);
      await stage.get(RemovalStore).clearOutgoing(mailbox.id);
    },
  ],
])('%s reads no large table whole', async (_what, act) => {
  const statements = await statementsOf(stage.dataSource, act);
  expect(statements.length).toBeGreaterThan(0);
  expect(await scans(statements)).toEqual([]);
});

it('every reference to a row that can be deleted has an index, or deleting it reads the referring table whole', async () => {
  const unindexed = await stage.dataSource.query(`
    SELECT c.conrelid::regclass::text AS "table", a.attname AS column
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND NOT EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL)`);
  expect(unindexed).toEqual([]);
});
