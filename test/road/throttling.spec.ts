import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road, service } from '../support/road.js';

const otherService = { username: 'svc-other', password: 'other Password' };
const otherAddress = 'other@postroom.example';
const backOffMs = 120_000;

describeOnPostgres('a server that is busy', (queue) => {
  let road: Road;
  let otherMailbox: string | undefined;

  beforeEach(async () => {
    road = await Road.open(queue, {
      mailboxes: 8,
      sandbox: {
        serviceAccounts: [
          { ...service, scope: 'all' },
          { ...otherService, scope: 'all' },
        ],
      },
    });
    road.exchange.addMailbox({ address: otherAddress });
    const other = await road.addProfile({ name: 'Branch', auth: { type: 'basic', ...otherService } });
    [otherMailbox] = await road.addMailboxes(other, [otherAddress]);
    await road.synced();
  });
  afterEach(() => road.close());

  const callsOf = (account: string) => road.exchange.lastCalls(4_000).filter((call) => call.account === account);
  const held = () =>
    eventually(async () => {
      const { pacing } = await road.profile();
      expect(pacing.holdUntil).not.toBeNull();
      return pacing.holdUntil as string;
    });
  /** Time enough for everybody to be polled again: the other profile, which nothing slows, is. */
  const othersPolled = async (times: number) => {
    for (let poll = 0; poll < times; poll += 1) {
      const { lastSyncAt } = await road.mailbox(otherMailbox);
      await eventually(async () => (await road.mailbox(otherMailbox)).lastSyncAt !== lastSyncAt, { timeoutMs: 15_000 });
    }
  };
  const nobodyUnderWay = () =>
    eventually(async () =>
      (await road.api.all('/v1/mailboxes')).every(({ id, running }) => id === otherMailbox || !running),
    );

  const busyKinds = [
    ['ErrorServerBusy', { code: 'ErrorServerBusy', backOffMs }],
    ['HTTP 503', { http: 503, headers: { 'Retry-After': String(backOffMs / 1_000) } }],
  ] as const;
  /** All mailboxes of the profile meet it, until the profile is held. */
  const busyForAll = async (fault: (typeof busyKinds)[number][1]) => {
    for (let index = 1; index <= 8; index += 1)
      road.exchange.injectFault({ address: addressOf(index), times: 1_000, fault });
    const holdUntil = await held();
    road.exchange.clearFaults();
    return holdUntil;
  };

  it.each(busyKinds)('for one mailbox after %s is left in peace by that one alone', async (_, fault) => {
    road.exchange.injectFault({ address: addressOf(3), times: 1, fault });
    await eventually(async () =>
      expect(await road.mailbox(road.mailboxIds[2])).toMatchObject({ lastError: expect.anything() }),
    );
    for (const address of [addressOf(1), addressOf(3)]) await road.exchange.deliver(address, { subject: 'now' });
    await eventually(async () => expect(await road.subjects(road.mailboxIds[0])).toEqual(['now']));
    await othersPolled(2);
    expect(await road.subjects(road.mailboxIds[2])).toEqual([]);
    expect((await road.profile()).pacing).toMatchObject({ holdUntil: null, suspendedCause: null });
    road.clock.advance(backOffMs * 1.1 + 15_000);
    await eventually(async () => expect(await road.subjects(road.mailboxIds[2])).toEqual(['now']));
    expect(await road.incidents()).toEqual([]);
  });

  it.each(busyKinds)('is left in peace by the whole profile, and by nobody else, after %s', async (_, fault) => {
    const holdUntil = await busyForAll(fault);
    await nobodyUnderWay();
    const askedAt = Date.parse(callsOf(service.username).findLast(({ httpStatus }) => httpStatus >= 500)?.at ?? '');
    expect(Date.parse(holdUntil)).toBeGreaterThanOrEqual(askedAt + backOffMs);
    const before = callsOf(service.username).length;
    for (const address of [addressOf(1), addressOf(3), otherAddress])
      await road.exchange.deliver(address, { subject: 'now' });
    await eventually(async () => expect(await road.subjects(otherMailbox)).toEqual(['now']));
    await othersPolled(2);
    expect(callsOf(service.username)).toHaveLength(before);

    // Ten seconds before the end it is still in force; the pace of the others goes on.
    road.clock.jumpTo(new Date(askedAt + backOffMs - 10_000));
    await othersPolled(2);
    expect(callsOf(service.username)).toHaveLength(before);

    road.clock.jumpTo(new Date(holdUntil));
    for (const index of [0, 2])
      await eventually(async () => expect(await road.subjects(road.mailboxIds[index])).toEqual(['now']));
    const next = callsOf(service.username)[before];
    expect(Date.parse(next?.at ?? '')).toBeGreaterThanOrEqual(askedAt + backOffMs);
    expect((await road.api.all('/v1/mailboxes?state=failed')).length).toBe(0);
    expect(await road.incidents()).toEqual([]);
  });

  it('is not called by a long import either, once it asked for quiet', async () => {
    const large = 'large@postroom.example';
    road.exchange.addMailbox({ address: large });
    await road.exchange.deliver(large, { count: 400, subject: 'import' });
    road.exchange.injectFault({ address: large, operation: 'GetItem', times: 1_000, fault: { delayMs: 300 } });
    const [id] = await road.addMailboxes(road.profileId, [large]);
    await eventually(async () => (await road.messages(id)).length > 0);

    await busyForAll({ code: 'ErrorServerBusy', backOffMs });
    await nobodyUnderWay();
    const before = callsOf(service.username).length;
    expect((await road.messages(id)).length).toBeLessThan(400);
    await othersPolled(2);
    expect(callsOf(service.username)).toHaveLength(before);

    road.exchange.clearFaults();
    road.clock.jumpTo(new Date((await road.profile()).pacing.holdUntil));
    await eventually(async () => expect(await road.messages(id)).toHaveLength(400));
  });

  it.each([
    // As many as a run does not get over by asking for smaller pages, each anew after a cut.
    ['dropped connections', 7, { dropBefore: true }],
    ['halves of answers', 7, { truncate: true }],
    ['a database that is moving', 7, { code: 'ErrorMailboxStoreUnavailable' }],
    ['a sign-in page', 2, { html: true }],
    ['errors of the server', 7, { code: 'ErrorInternalServerTransientError' }],
    ['a gateway without its server', 7, { http: 502 }],
    ['an answer for the folder that passes', 7, { itemError: 'ErrorMailboxStoreUnavailable' }],
  ] as const)('does not fail the mailbox by %s, which heals by itself', async (_, times, fault) => {
    const address = addressOf(1);
    await road.exchange.deliver(address, { subject: 'before' });
    await eventually(async () => expect(await road.subjects(road.mailboxIds[0])).toEqual(['before']));
    road.exchange.injectFault({ address, times, fault });
    await road.exchange.deliver(address, { subject: 'during' });
    await eventually(async () =>
      expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ state: 'active', lastError: expect.anything() }),
    );
    await eventually(async () => {
      // Waits of seconds are skipped; the mailbox must never stand as failed meanwhile.
      road.clock.advance(1_000);
      expect((await road.mailbox(road.mailboxIds[0])).state).toBe('active');
      expect(await road.subjects(road.mailboxIds[0])).toEqual(['before', 'during']);
    });
    await eventually(async () => expect(await road.mailbox(road.mailboxIds[0])).toMatchObject({ lastError: null }));
    expect(await road.feed('mailbox.failed')).toEqual([]);
    expect(await road.incidents()).toEqual([]);
  });
});
