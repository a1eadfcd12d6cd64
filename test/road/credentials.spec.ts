import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road, service } from '../support/road.js';
import { startSmtpReceiver, type SmtpReceiver } from '../support/smtp-receiver.js';

const minute = 60_000;
const mailboxes = 200;
const concurrency = 10;

describeOnPostgres('a wrong password', (queue) => {
  let road: Road;
  let smtp: SmtpReceiver;

  beforeEach(async () => {
    smtp = await startSmtpReceiver();
  });
  afterEach(async () => {
    await road.close();
    await smtp.close();
  });

  const refused = () => road.exchange.lastCalls(4_000).filter((call) => call.httpStatus === 401).length;
  const suspended = () =>
    eventually(async () => {
      const { pacing } = await road.profile();
      expect(pacing).toMatchObject({ suspendedCause: 'Http401', holdUntil: expect.any(String) });
      return pacing as { holdUntil: string };
    });
  /** Time for many polls of everybody, which then must not have happened: a second profile shows that it passed. */
  const witness = async () => {
    const profileId = await road.addProfile({
      name: 'Witness',
      auth: { type: 'basic', username: 'witness', password: 'w' },
    });
    const [id] = await road.addMailboxes(profileId, ['witness@postroom.example']);
    return async () => {
      const before = (await road.mailbox(id)).lastSyncAt;
      await eventually(async () => (await road.mailbox(id)).lastSyncAt !== before);
    };
  };
  const sandbox = {
    serviceAccounts: [
      { ...service, scope: 'all' as const },
      { username: 'witness', password: 'w', scope: 'all' as const },
    ],
  };

  it('stops the whole profile at once, so that the account is not locked out, and flows again when it is corrected', async () => {
    road = await Road.open(queue, { mailboxes, sandbox, settings: { smtpUrl: smtp.url } });
    road.exchange.addMailbox({ address: 'witness@postroom.example' });
    const profile = await road.profile();
    expect(profile.maxConcurrentConnections).toBe(concurrency);
    await road.synced();
    const pollOfWitness = await witness();

    road.exchange.resetCounts();
    road.exchange.setPassword(service.username, 'second Password 2');
    const { holdUntil } = await suspended();
    const wait = Date.parse(holdUntil) - road.clock.now().getTime();
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(1.2 * minute);
    for (let poll = 0; poll < 3; poll += 1) await pollOfWitness();
    const atFirst = refused();
    // Not one for each connection: the first that is refused puts the others down.
    expect(atFirst).toBeLessThanOrEqual(6);

    // One canary at each probe, which comes later and later.
    let probes = 0;
    for (const minutes of [2, 5, 10, 15]) {
      const { holdUntil: heldUntil } = (await road.profile()).pacing;
      road.clock.jumpTo(new Date(heldUntil));
      const next = await eventually(async () => {
        const { pacing } = await road.profile();
        expect(Date.parse(pacing.holdUntil ?? '')).toBeGreaterThan(Date.parse(heldUntil));
        return pacing.holdUntil as string;
      });
      const pause = Date.parse(next) - Date.parse(heldUntil);
      expect(pause).toBeGreaterThanOrEqual(minutes * minute);
      expect(pause).toBeLessThanOrEqual(1.2 * minutes * minute + 10_000);
      probes += 1;
      await pollOfWitness();
      expect(refused()).toBe(atFirst + probes);
    }

    expect(await road.incidents()).toMatchObject([{ open: true, code: 'Http401', scope: 'profile' }]);
    expect((await road.api.all('/v1/mailboxes?limit=200&state=failed')).length).toBe(0);
    expect((await road.feed('profile.suspended', 'profile.resumed', 'mailbox.failed')).map(({ type }) => type)).toEqual(
      ['profile.suspended'],
    );
    await eventually(() => expect(smtp.mails).toHaveLength(1));
    expect(smtp.mails[0]?.text).toContain('held up for all mailboxes of the profile');
    expect(smtp.mails[0]?.text).not.toContain(service.password);

    const samples = [0, 77, 199];
    for (const index of samples) await road.exchange.deliver(addressOf(index + 1), { subject: `waiting ${index}` });
    const patched = await road.api.patch(`/v1/email-server-profiles/${road.profileId}`, {
      auth: { password: 'second Password 2' },
    });
    expect(patched.status).toBe(200);
    for (const index of samples) {
      await eventually(async () => expect(await road.subjects(road.mailboxIds[index])).toEqual([`waiting ${index}`]));
    }
    expect(await road.incidents()).toMatchObject([{ open: false }]);
    // The end is told when the others had time to come back, too.
    road.clock.advance(60_000);
    expect((await road.profile()).pacing).toMatchObject({ suspendedCause: null, holdUntil: null });
    expect((await road.feed('profile.suspended', 'profile.resumed')).map(({ type }) => type)).toEqual([
      'profile.suspended',
      'profile.resumed',
    ]);
    await eventually(() => expect(smtp.mails).toHaveLength(2));
    expect(refused()).toBe(atFirst + probes);
  });

  it('stays one incident although calls that were let in before still succeed', async () => {
    road = await Road.open(queue, { mailboxes: 10, sandbox });
    await road.synced();
    // The server checks the password first, and works slowly then.
    const slow = addressOf(1);
    road.exchange.injectFault({ address: slow, times: 1, fault: { delayMs: 3_000 } });
    await eventually(async () => expect((await road.sandboxState()).faults).toEqual([]));
    road.exchange.setPassword(service.username, 'second Password 2');
    await suspended();
    const under = await eventually(() => {
      const [last] = road.exchange.lastCalls(4_000).filter(({ ms }) => ms >= 3_000);
      return last ?? false;
    });
    expect(under).toMatchObject({ address: slow, httpStatus: 200 });
    await eventually(async () => (await road.mailbox(road.mailboxIds[0])).running === false);
    expect((await road.profile()).pacing).toMatchObject({ suspendedCause: 'Http401' });
    expect(await road.incidents()).toMatchObject([{ open: true }]);
    expect((await road.feed('profile.suspended', 'profile.resumed')).map(({ type }) => type)).toEqual([
      'profile.suspended',
    ]);
  });

  it('goes on by itself when the account is unlocked on the server', async () => {
    road = await Road.open(queue, { mailboxes: 5, sandbox });
    await road.synced();
    road.exchange.lockAccount(service.username);
    await suspended();
    // A refusal that was under way and is written down after the jump would count as that of the canary.
    await eventually(async () =>
      expect((await road.api.all('/v1/mailboxes')).filter(({ running }) => running)).toEqual([]),
    );
    const { holdUntil } = await suspended();
    await road.exchange.deliver(addressOf(3), { subject: 'waiting' });
    road.exchange.lockAccount(service.username, false);
    road.clock.jumpTo(new Date(holdUntil));
    await eventually(async () => expect(await road.subjects(road.mailboxIds[2])).toEqual(['waiting']));
    await eventually(async () => expect(await road.incidents()).toMatchObject([{ open: false }]));
  });
});
