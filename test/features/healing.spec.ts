import { serviceAccount, succeeded, WholeStage } from './support/whole-stage.js';

const addresses = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `u${from + index}@example.com`);
const everybody = addresses(1, 60);

let stage: WholeStage;

beforeEach(async () => {
  stage = await WholeStage.open({ addresses: everybody, poolSize: 20 });
});
afterEach(() => stage.close());

const control = () => stage.sandbox.control;
/** Calls since the last `resetCounts`. */
const calls = () => Object.values(control().counts().calls.byOperation).reduce((sum, count) => sum + count, 0);
const incidents = () => stage.client().all('/v1/incidents');
/** What is told by the time that the end of an incident is told. */
const notifications = async () => {
  stage.clock.advance(60_000);
  await stage.plan();
  return (await stage.client().all('/v1/notifications'))
    .map(({ kind, recipient }) => `${kind} ${recipient.email}`)
    .sort();
};
const inState = async (state: string): Promise<string[]> =>
  (await stage.client().all(`/v1/mailboxes?state=${state}&limit=200`)).map(({ emailAddress }) => emailAddress);
const events = async (type: string) => stage.dataSource.query(`SELECT * FROM events WHERE type = $1`, [type]);

async function addMailboxes(profileId: string, those: readonly string[]): Promise<void> {
  const mailboxes = those.map((emailAddress) => ({ profileId, emailAddress, outgoing: false }));
  succeeded(await stage.client().post('/v1/mailboxes/batch', { mailboxes }));
  await drain();
}

/** Carries out all that is due now. @returns how many runs there were */
async function drain(): Promise<number> {
  let runs = 0;
  for (let round = await stage.round(); round > 0; round = await stage.round()) runs += round;
  return runs;
}

async function pass(ms: number, stepMs = 10_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    await drain();
    await stage.plan();
  }
}

describe('a passing denial', () => {
  it('shows as verifying, and nobody is told when the second look succeeds', async () => {
    await addMailboxes(stage.profileId, addresses(1, 3));
    control().revoke(serviceAccount, [everybody[0] ?? '']);
    await stage.poll();
    const [stopped] = await stage.client().all('/v1/mailboxes?state=verifying');
    expect(stopped).toMatchObject({
      emailAddress: everybody[0],
      failure: { code: 'ErrorImpersonateUserDenied', title: expect.any(String) },
    });
    const wait = Date.parse(stopped.nextSyncAt) - stage.clock.now().getTime();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(90_000);
    expect(await incidents()).toEqual([]);

    control().grant(serviceAccount, [everybody[0] ?? '']);
    await pass(100_000);
    expect(await inState('active')).toHaveLength(3);
    expect(await incidents()).toEqual([]);
    expect(await notifications()).toEqual([]);
    expect([await events('mailbox.failed'), await events('mailbox.recovered')]).toEqual([[], []]);
  });
});

describe('trouble that should pass and does not', () => {
  it('fails the one mailbox that it lasts for after ten tries, with an incident of its own', async () => {
    await addMailboxes(stage.profileId, addresses(1, 6));
    const [address = ''] = everybody;
    control().injectFault({ address, times: 10_000, fault: { code: 'ErrorMailboxStoreUnavailable' } });
    await pass(20 * 60_000, 60_000);
    expect(await inState('active')).toHaveLength(6);
    expect(await incidents()).toEqual([]);
    await pass(60 * 60_000, 60_000);
    expect(await inState('failed')).toEqual([address]);
    expect(await incidents()).toMatchObject([
      { open: true, scope: 'mailbox', code: 'ErrorMailboxStoreUnavailable', stoppedMailboxes: 1 },
    ]);
    control().clearFaults();
    await pass(20 * 60_000, 60_000);
    expect(await inState('active')).toHaveLength(6);
    expect(await incidents()).toMatchObject([{ open: false }]);
    expect(await notifications()).toEqual(['opened olga@example.com', 'recovered olga@example.com']);
  });
});

describe('a server that does not answer', () => {
  const drop = () => control().injectFault({ times: 100_000, fault: { dropBefore: true } });

  it('is one incident, told once to each owner of its profiles; one canary calls, and all come back with it', async () => {
    await addMailboxes(stage.profileId, addresses(1, 10));
    await addMailboxes(await stage.makeProfile({ ownerEmail: 'OLGA@example.com' }), addresses(11, 15));
    const branch = await stage.makeProfile({ ownerEmail: 'paul@example.com' });
    await addMailboxes(branch, addresses(16, 20));
    const elsewhere = await stage.makeProfile({
      ewsUrl: stage.sandbox.ewsUrl.replace('127.0.0.1', 'localhost'),
      ownerEmail: 'quinn@example.com',
    });
    drop();
    await pass(60_000, 5_000);
    expect(await incidents()).toEqual([]);
    await pass(90_000, 5_000);
    const [incident, ...more] = await incidents();
    expect(more).toEqual([]);
    const serverHost = new URL(stage.sandbox.ewsUrl).host;
    expect(incident).toMatchObject({ scope: 'server', serverHost, profileId: null, open: true });
    expect(await notifications()).toEqual(['opened olga@example.com', 'opened paul@example.com']);
    expect((await events('incident.opened')).length).toBe(3);
    expect(await inState('active')).toHaveLength(20);

    // Who sees it: those of its profiles, each what its own owner was told.
    const limited = stage.client(await stage.makeKey(['read'], [branch]));
    expect(await limited.all('/v1/incidents')).toMatchObject([{ id: incident.id }]);
    expect(await limited.all(`/v1/incidents?profileId=${branch}`)).toMatchObject([{ id: incident.id }]);
    const seen = succeeded(await limited.get(`/v1/incidents/${incident.id}`)).notifications;
    expect(seen.map(({ recipient }: { recipient: { email: string } }) => recipient.email)).toEqual([
      'paul@example.com',
    ]);
    expect(await limited.all('/v1/notifications')).toHaveLength(1);
    const stranger = stage.client(await stage.makeKey(['read'], [elsewhere]));
    expect(await stranger.all('/v1/incidents')).toEqual([]);
    expect((await stranger.get(`/v1/incidents/${incident.id}`)).status).toBe(404);

    // An hour of it costs one canary each two minutes, whatever the number of mailboxes; the first ones of a
    // mailbox open its folder, too, to learn whether a smaller page would do.
    control().resetCounts();
    await pass(60 * 60_000, 15_000);
    const calls = control()
      .lastCalls(4_000)
      .filter(({ at }) => Date.parse(at) > stage.clock.now().getTime() - 60 * 60_000);
    const canaries = new Set(calls.map(({ at }) => at));
    expect(canaries.size).toBeGreaterThan(20);
    expect(canaries.size).toBeLessThanOrEqual(30);
    expect(calls.length).toBeLessThanOrEqual(2 * canaries.size);
    expect(await incidents()).toMatchObject([{ id: incident.id, open: true }]);

    control().clearFaults();
    for (const address of [...addresses(1, 10), ...addresses(11, 20)])
      await control().deliver(address, { subject: 'meanwhile' });
    await pass(3 * 60_000, 15_000);
    expect(await incidents()).toMatchObject([{ id: incident.id, open: false }]);
    const received = await stage.dataSource.query(`SELECT id FROM messages WHERE subject = 'meanwhile'`);
    expect(received).toHaveLength(20);
    expect(await notifications()).toEqual([
      'opened olga@example.com',
      'opened paul@example.com',
      'recovered olga@example.com',
      'recovered paul@example.com',
    ]);
  });

  it('is asked at once when somebody corrects a profile', async () => {
    await addMailboxes(stage.profileId, addresses(1, 3));
    drop();
    await pass(30 * 60_000, 15_000);
    expect(await incidents()).toMatchObject([{ open: true }]);
    control().clearFaults();
    const patch = { auth: { username: serviceAccount, password: 'Correct-Horse-1' } };
    succeeded(await stage.client().patch(`/v1/email-server-profiles/${stage.profileId}`, patch));
    await drain();
    expect(await incidents()).toMatchObject([{ open: false }]);
  });

  it('is there again although it refuses what it is asked', async () => {
    await addMailboxes(stage.profileId, addresses(1, 4));
    drop();
    await pass(30 * 60_000, 15_000);
    expect(await incidents()).toMatchObject([{ open: true, scope: 'server' }]);
    control().clearFaults();
    control().revoke(serviceAccount, addresses(1, 4));
    await pass(10 * 60_000, 15_000);
    expect(await incidents()).toMatchObject([
      { open: true, scope: 'profile', code: 'ErrorImpersonateUserDenied', stoppedMailboxes: 4 },
      { open: false, scope: 'server' },
    ]);
  });

  it('is no incident while some calls are answered', async () => {
    await addMailboxes(stage.profileId, addresses(1, 10));
    for (const address of addresses(1, 5))
      control().injectFault({ address, times: 100_000, fault: { dropBefore: true } });
    await pass(10 * 60_000, 15_000);
    expect(await incidents()).toEqual([]);
  });
});

describe('the way back', () => {
  async function stopAll(those: string[]): Promise<void> {
    control().revoke(serviceAccount, those);
    await pass(200_000);
    expect(new Set(await inState('failed'))).toEqual(new Set(those));
  }

  it('begins with whichever mailbox is looked at first, and brings the others in growing waves', async () => {
    await addMailboxes(stage.profileId, everybody);
    await stopAll(everybody);
    expect(await incidents()).toMatchObject([{ scope: 'profile', stoppedMailboxes: 60 }]);
    expect(await events('incident.widened')).toHaveLength(1);

    control().grant(serviceAccount, everybody);
    while ((await inState('failed')).length === 60) {
      stage.clock.advance(1_000);
      await stage.round();
    }
    const back: number[] = [];
    for (let runs = 1; runs > 0; runs = await stage.round()) back.push((await inState('active')).length);
    expect(back.at(-1)).toBe(60);
    // Each that comes back brings three more.
    const [first = 0, second = 0, third = 0] = back;
    expect(first).toBeLessThanOrEqual(3);
    expect(second).toBeLessThanOrEqual(first * 4);
    expect(third).toBeGreaterThan(second);
    expect(third).toBeLessThanOrEqual(second * 4);
    expect(await incidents()).toMatchObject([{ open: false, affectedMailboxes: 60 }]);
    expect(await notifications()).toEqual(['opened olga@example.com', 'recovered olga@example.com']);
  });

  it('reaches those that are mended although others of the same incident are not', async () => {
    await addMailboxes(stage.profileId, everybody);
    await stopAll(everybody);
    await stage.dataSource.query('UPDATE email_server_profiles SET min_polling_interval_seconds = 3600');
    const mended = everybody.filter((_, index) => index % 2 === 0);
    control().grant(serviceAccount, mended);
    await pass(5 * 60 * 60_000, 5 * 60_000);
    expect(new Set(await inState('active'))).toEqual(new Set(mended));
    expect(await incidents()).toMatchObject([{ open: true, stoppedMailboxes: 30, affectedMailboxes: 60 }]);

    // What is left of it is about single mailboxes again, so the next one to be denied gets its second look.
    control().grant(serviceAccount, everybody.slice(4));
    await pass(5 * 60 * 60_000, 5 * 60_000);
    expect(await incidents()).toMatchObject([{ open: true, scope: 'mailbox', stoppedMailboxes: 2 }]);
  });

  it('is tried by a few of each incident at once when the profile is corrected', async () => {
    await addMailboxes(stage.profileId, everybody);
    await stopAll(everybody);
    control().resetCounts();
    const before = calls();
    const patch = { auth: { username: serviceAccount, password: 'Correct-Horse-1' } };
    succeeded(await stage.client().patch(`/v1/email-server-profiles/${stage.profileId}`, patch));
    await drain();
    expect(calls() - before).toBe(10);
    expect(await inState('failed')).toHaveLength(60);
  });
});
