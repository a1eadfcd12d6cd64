import { Notifier } from '../../src/features/notifications/notifier.js';
import { NotificationPlanner } from '../../src/features/notifications/notification-planner.js';
import { NotificationWriter } from '../../src/features/notifications/notification-writer.js';
import { NotificationsStore } from '../../src/features/notifications/notifications.store.js';
import { readSettings } from '../../src/platform/config/settings.js';
import { recordedLog } from '../support/api.js';
import { startSmtpReceiver, type SmtpReceiver } from '../support/smtp-receiver.js';
import { serviceAccount, succeeded, WholeStage } from './support/whole-stage.js';

/** A tenth of a whole organisation, which `npm run bench:outage` does whole; and what its server is asked at once. */
const all = Number(process.env['POSTROOM_OUTAGE_MAILBOXES'] ?? 1_000);
const atOnce = 20;
const roundMs = 50;
const minute = 60_000;

const addresses = Array.from({ length: all }, (_, index) => `u${index + 1}@example.com`);

let stage: WholeStage;
let smtp: SmtpReceiver;
let notifier: Notifier;

beforeAll(async () => {
  stage = await WholeStage.open({ addresses, scope: [], poolSize: 20 });
  smtp = await startSmtpReceiver();
  notifier = new Notifier(
    stage.get(NotificationsStore),
    stage.get(NotificationWriter),
    stage.clock,
    readSettings({ SMTP_URL: smtp.url, PUBLIC_URL: 'https://postroom.example' }),
    recordedLog().log,
  );
  // The server bears this, and each mailbox is polled once an hour: the numbers below are the outage's.
  await stage.dataSource.query(
    `UPDATE email_server_profiles SET max_concurrent_connections = 300, min_polling_interval_seconds = 3600`,
  );
  await stage.dataSource.query(`UPDATE profile_pacing SET concurrency = $1`, [atOnce]);
  for (let from = 0; from < all; from += 1_000) {
    const mailboxes = addresses
      .slice(from, from + 1_000)
      .map((emailAddress) => ({ profileId: stage.profileId, emailAddress, outgoing: false }));
    succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes }));
  }
});
afterAll(async () => {
  notifier?.close();
  await smtp?.close();
  await stage?.close();
});

const calls = (): number =>
  Object.values(stage.sandbox.control.counts().calls.byOperation).reduce((sum, count) => sum + count, 0);

async function inState(state: string): Promise<number> {
  const [row] = await stage.dataSource.query(`SELECT count(*)::int AS count FROM mailboxes WHERE state = $1`, [state]);
  return row.count;
}

/** Workers and notifiers at their work for so long, or until something is so. @returns simulated ms */
async function work(ms: number, until: () => Promise<boolean> = () => Promise.resolve(false)): Promise<number> {
  const started = stage.clock.now().getTime();
  for (let passed = 0; passed < ms;) {
    const runs = await stage.round(500);
    await stage.get(NotificationPlanner).planDue();
    await notifier.sendDue();
    // Where nothing is to be done, time goes faster.
    const step = runs > 0 ? roundMs : 10_000;
    stage.clock.advance(step);
    passed += step;
    if (await until()) break;
  }
  return stage.clock.now().getTime() - started;
}

it('a crowd of mailboxes that one cause stops is one e-mail, few calls while it lasts, and all back within minutes', async () => {
  const toConfirm = await work(10 * minute, async () => (await inState('failed')) === all);
  const atFirst = calls();
  await work(minute);
  const [incident, ...more] = await stage.client().all('/v1/incidents');
  expect(more).toEqual([]);
  expect(incident).toMatchObject({ scope: 'profile', stoppedMailboxes: all, affectedMailboxes: all });
  expect(smtp.mails).toHaveLength(1);
  expect(toConfirm).toBeLessThan(4 * minute);
  // Each mailbox a first and a second look, and the first probes.
  expect(atFirst).toBeLessThan(2.05 * all);

  const before = calls();
  await work(30 * minute);
  const probes = calls() - before;
  // A few speak for all of them: each alone would be looked at five times and more.
  expect(probes).toBeGreaterThan(10);
  expect(probes).toBeLessThan(0.6 * all);
  expect(smtp.mails).toHaveLength(1);

  stage.sandbox.control.grant(serviceAccount, 'all');
  for (const address of addresses.slice(0, 20)) await stage.sandbox.control.deliver(address, { subject: 'meanwhile' });
  const toRecover = await work(20 * minute, async () => (await inState('active')) === all);
  expect(await inState('active')).toBe(all);
  expect(toRecover).toBeLessThan(5 * minute);
  await work(2 * minute);
  expect(await stage.client().all('/v1/incidents')).toMatchObject([
    { id: incident.id, open: false, stoppedMailboxes: 0 },
  ]);
  expect(smtp.mails.map(({ subject }) => subject.includes('Recovered'))).toEqual([false, true]);
  expect(await stage.dataSource.query(`SELECT id FROM messages WHERE subject = 'meanwhile'`)).toHaveLength(20);
  process.stdout.write(
    `outage of ${all} mailboxes: ${atFirst} calls to confirm in ${toConfirm / 1_000} s, ${probes} calls in half an hour, back in ${toRecover / 1_000} s, ${smtp.mails.length} e-mails\n`,
  );
}, 900_000);
