import { NotificationWriter } from '../../src/features/notifications/notification-writer.js';
import { SpoilingProxy } from '../support/spoiling-proxy.js';
import { serviceAccount, succeeded, WholeStage } from './support/whole-stage.js';

/** Trouble of one mailbox among others that work, and when it is the profile's after all. */
const address = (index: number) => `u${index}@example.com`;
const minute = 60_000;

let stage: WholeStage;
afterEach(() => stage.close());

async function open(mailboxes: number): Promise<string[]> {
  const addresses = Array.from({ length: mailboxes }, (_, index) => address(index + 1));
  stage = await WholeStage.open({ addresses, poolSize: 20 });
  const rows = addresses.map((emailAddress) => ({ profileId: stage.profileId, emailAddress, outgoing: false }));
  const { results } = succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes: rows }));
  await pass(2 * minute);
  stage.sandbox.control.resetCounts();
  return results.map(({ id }: { id: string }) => id);
}

async function pass(ms: number, stepMs = 5_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    while ((await stage.round()) > 0);
    await stage.plan();
  }
}

const control = () => stage.sandbox.control;
const incidents = () => stage.client().all('/v1/incidents');
const notifications = () => stage.client().all('/v1/notifications');
const pacing = async () =>
  succeeded(await stage.client().get(`/v1/email-server-profiles/${stage.profileId}`)).pacing as {
    suspendedCause: string | null;
    holdUntil: string | null;
  };
type Fault = Parameters<ReturnType<typeof control>['injectFault']>[0]['fault'];
const spoil = (fault: Fault, one?: string, times = 1_000_000) =>
  control().injectFault({ times, fault, ...(one === undefined ? {} : { address: one }) });
const refusedCalls = () =>
  control()
    .lastCalls(4_000)
    .filter(({ httpStatus }) => httpStatus === 401).length;
/** Addresses whose mailboxes have not had a good sync for so long. */
async function late(ms: number): Promise<string[]> {
  const rows = await stage.dataSource.query(
    `SELECT email_address FROM mailboxes WHERE coalesce(last_sync_at, '-infinity') < $1 ORDER BY 1`,
    [new Date(stage.clock.now().getTime() - ms)],
  );
  return rows.map((row: { email_address: string }) => row.email_address);
}

describe('one mailbox of many', () => {
  it.each<[string, Fault]>([
    ['HTTP 401', { http: 401 }],
    ['HTTP 403', { http: 403 }],
    ['HTTP 503', { http: 503 }],
    ['HTTP 429', { http: 429 }],
    ['ErrorServerBusy', { code: 'ErrorServerBusy', backOffMs: 15_000 }],
    ['ErrorExceededConnectionCount', { code: 'ErrorExceededConnectionCount' }],
  ])('that meets %s backs off alone; the others keep their pace and nobody is held', async (_, fault) => {
    await open(8);
    spoil(fault, address(1));
    let held: unknown = null;
    for (let step = 0; step < 40; step += 1) {
      await pass(15_000);
      const { suspendedCause, holdUntil } = await pacing();
      if (suspendedCause !== null || holdUntil !== null) held = { step, suspendedCause, holdUntil };
      expect((await late(2 * minute)).filter((one) => one !== address(1))).toEqual([]);
    }
    expect(held).toBeNull();
    expect((await incidents()).filter(({ scope }) => scope !== 'mailbox')).toEqual([]);
    const calls = control()
      .lastCalls(4_000)
      .filter((call) => call.address === address(1)).length;
    expect(calls).toBeLessThan(40);
    control().clearFaults();
    await pass(20 * minute, 20_000);
    expect(await late(2 * minute)).toEqual([]);
  });

  it('that is refused the sign-in for long fails alone, with one incident that names it', async () => {
    const [sick = ''] = await open(6);
    spoil({ http: 401 }, address(1));
    await pass(20 * minute, 30_000);
    expect(await stage.mailbox(sick)).toMatchObject({ state: 'active', lastError: { code: 'Http401' } });
    expect(await incidents()).toEqual([]);
    await pass(80 * minute, 30_000);
    expect(await stage.mailbox(sick)).toMatchObject({ state: 'failed' });
    const [incident, ...more] = await incidents();
    expect(more).toEqual([]);
    expect(incident).toMatchObject({ scope: 'mailbox', code: 'Http401', open: true, stoppedMailboxes: 1 });
    const shown = succeeded(await stage.client().get(`/v1/incidents/${incident.id}`));
    expect(shown.mailboxes).toMatchObject([{ emailAddress: address(1) }]);
    expect(shown.title).toMatch(/sign-in/);
    expect(shown.cause).toContain('5 other mailboxes of the profile');
    expect(shown.explanation.selfHealing).toBe(false);
    expect(shown.explanation.meanwhile).toMatch(/mailbox waits/i);
    expect((await notifications()).map(({ kind }) => kind)).toEqual(['opened']);
    expect((await pacing()).suspendedCause).toBeNull();
    control().clearFaults();
    await pass(20 * minute, 30_000);
    expect(await stage.mailbox(sick)).toMatchObject({ state: 'active' });
    expect(await incidents()).toMatchObject([{ open: false }]);
  });

  it('that waits as long as the server asked for', async () => {
    await open(4);
    spoil({ code: 'ErrorServerBusy', backOffMs: 300_000 }, address(1), 1);
    await pass(2 * minute);
    const before = control()
      .lastCalls(4_000)
      .filter((call) => call.address === address(1)).length;
    await pass(2 * minute);
    expect(
      control()
        .lastCalls(4_000)
        .filter((call) => call.address === address(1)),
    ).toHaveLength(before);
    await pass(4 * minute);
    expect(await late(3 * minute)).toEqual([]);
  });
});

describe('a whole profile', () => {
  it.each([1, 2, 3, 40])(
    'of %s mailboxes is suspended after a few tries with refused credentials',
    async (mailboxes) => {
      await open(mailboxes);
      await stage.dataSource.query(`UPDATE profile_pacing SET concurrency = 10`);
      control().setPassword(serviceAccount, 'another Password 2');
      await pass(3 * minute, 5_000);
      expect((await pacing()).suspendedCause).toBe('Http401');
      // The canary of the first minute among them.
      expect(refusedCalls()).toBeLessThanOrEqual(8);
      const [incident, ...more] = await incidents();
      expect(more).toEqual([]);
      expect(incident).toMatchObject({ scope: 'profile', code: 'Http401', open: true });
      control().setPassword(serviceAccount, 'Correct-Horse-1');
      await pass(30 * minute, 30_000);
      expect((await pacing()).suspendedCause).toBeNull();
      expect(await late(3 * minute)).toEqual([]);
      expect(await incidents()).toMatchObject([{ open: false }]);
    },
  );

  it('has at most six tries before it is suspended, with ten connections under way', async () => {
    await open(60);
    await stage.dataSource.query(`UPDATE profile_pacing SET concurrency = 10`);
    control().setPassword(serviceAccount, 'another Password 2');
    stage.clock.advance(70_000);
    for (let step = 0; step < 30 && (await pacing()).suspendedCause === null; step += 1) {
      while ((await stage.round()) > 0);
      stage.clock.advance(1_000);
    }
    expect((await pacing()).suspendedCause).toBe('Http401');
    expect(refusedCalls()).toBeGreaterThanOrEqual(4);
    expect(refusedCalls()).toBeLessThanOrEqual(6);
  });

  it.each<[string, Fault]>([
    ['ErrorServerBusy', { code: 'ErrorServerBusy', backOffMs: 120_000 }],
    ['HTTP 503', { http: 503 }],
  ])('is held when a second and a third mailbox meet %s at once', async (_, fault) => {
    await open(6);
    spoil(fault);
    stage.clock.advance(70_000);
    for (let step = 0; step < 20 && (await pacing()).holdUntil === null; step += 1) {
      await stage.round();
      stage.clock.advance(500);
    }
    expect((await pacing()).holdUntil).not.toBeNull();
    expect(
      control()
        .lastCalls(4_000)
        .filter(({ at }) => Date.parse(at) > stage.clock.now().getTime() - 60_000).length,
    ).toBeLessThanOrEqual(12);
    control().clearFaults();
    await pass(6 * minute, 10_000);
    expect(await late(2 * minute)).toEqual([]);
    expect(await incidents()).toEqual([]);
  });
});

describe('one call in 25 at random', () => {
  // The hour takes its time, and a refused sign-in is what has the graver consequences.
  it.each([
    [401, 60, 30_000, 3_500],
    [503, 20, 10_000, 1_500],
  ])('answered %d raises no incident in %d minutes of 100 mailboxes', async (http, minutes, stepMs, calls) => {
    await open(100);
    const proxy = await SpoilingProxy.start(stage.sandbox.ewsUrl);
    await stage.dataSource.query(`UPDATE email_server_profiles SET ews_url = $1, version = version + 1`, [proxy.url]);
    await stage.dataSource.query(`UPDATE profile_pacing SET concurrency = 10`);
    let seed = http;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let spoilt = 0;
    proxy.spoil = () => {
      if (random() >= 1 / 25) return undefined;
      spoilt += 1;
      return { status: http, headers: {}, body: '' };
    };
    try {
      await pass(minutes * minute, stepMs);
      expect(proxy.calls.length).toBeGreaterThan(calls);
      expect(spoilt).toBeGreaterThan(calls / 30);
      expect(await incidents()).toEqual([]);
      expect(await late(5 * minute)).toEqual([]);
      expect((await pacing()).suspendedCause).toBeNull();
    } finally {
      await proxy.close();
    }
  });
});

it('a crowd that is denied at once is told within two minutes, and the mail says how many are still being checked', async () => {
  const ids = await open(200);
  await stage.dataSource.query(`UPDATE email_server_profiles SET min_polling_interval_seconds = 60`);
  control().revoke(
    serviceAccount,
    ids.map((_, index) => address(index + 1)),
  );
  const began = stage.clock.now().getTime();
  // The server answers two calls in a second: each look at all of them takes longer than their interval.
  let firstMail: number | null = null;
  for (let second = 0; second < 180 && firstMail === null; second += 1) {
    stage.clock.advance(1_000);
    await stage.round(2);
    await stage.plan();
    if ((await notifications()).length > 0) firstMail = stage.clock.now().getTime() - began;
  }
  expect(firstMail).not.toBeNull();
  expect(firstMail).toBeLessThanOrEqual(150_000);
  const [incident] = await incidents();
  const [{ count }] = await stage.dataSource.query(
    `SELECT count(*)::int AS count FROM mailboxes WHERE state = 'verifying'`,
  );
  expect(incident).toMatchObject({ code: 'ErrorImpersonateUserDenied', open: true });
  const writer = stage.get(NotificationWriter);
  const [row] = await stage.dataSource.query(`SELECT * FROM notifications`);
  const { text } = await writer.write(row);
  expect(count).toBeGreaterThan(0);
  expect(text).toContain(`${count} further mailbox`);
  expect(text).toContain('being checked');
});
