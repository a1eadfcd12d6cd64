import type { ApiAnswer } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { describeOnPostgres } from '../support/queues.js';
import { addressOf, Road, service } from '../support/road.js';
import { startSmtpReceiver, type SmtpReceiver } from '../support/smtp-receiver.js';

const minute = 60_000;

describeOnPostgres('impersonation denied', (queue) => {
  let road: Road;
  let smtp: SmtpReceiver;

  beforeEach(async () => {
    smtp = await startSmtpReceiver();
  });
  afterEach(async () => {
    await road.close();
    await smtp.close();
  });

  const all = [1, 2, 3, 4, 5, 6].map(addressOf);
  const denied = all.slice(0, 3);
  const well = all.slice(3);
  const idOf = (address: string) => road.mailboxIds[all.indexOf(address)];
  const states = async () =>
    Object.fromEntries((await road.api.all('/v1/mailboxes')).map(({ emailAddress, state }) => [emailAddress, state]));
  const inState = (state: string, addresses: readonly string[]) =>
    eventually(async () =>
      expect(await states()).toMatchObject(Object.fromEntries(addresses.map((address) => [address, state]))),
    );
  /** Revoked from these, confirmed by the second look, and waited for others by those who tell of it. */
  const stopped = async (addresses: readonly string[]) => {
    await road.deniedOnce(addresses.map(idOf));
    await inState('failed', addresses);
    road.clock.advance(30_000);
  };
  const callsAs = (address: string) => road.exchange.lastCalls(4_000).filter((call) => call.address === address);

  it('fails the mailboxes concerned, tells the owner once, and leaves the others alone', async () => {
    road = await Road.open(queue, { mailboxes: 6, settings: { smtpUrl: smtp.url } });
    await road.synced();
    road.exchange.revoke(service.username, denied);
    await stopped(denied);

    const { failure, nextSyncAt } = await road.mailbox(idOf(addressOf(1)));
    expect(failure).toMatchObject({
      code: 'ErrorImpersonateUserDenied',
      during: 'incoming',
      operation: 'SyncFolderItems',
      message: expect.stringMatching(/impersonate/i),
      title: 'The service account may not impersonate the mailbox',
      remedy: expect.stringContaining('New-ManagementRoleAssignment'),
      requestId: expect.stringMatching(/./),
      clientRequestId: expect.stringMatching(/./),
    });
    expect(nextSyncAt).not.toBeNull();

    const incidents = await eventually(async () => {
      const found = await road.incidents();
      expect(found).toMatchObject([{ open: true, code: 'ErrorImpersonateUserDenied', stoppedMailboxes: 3 }]);
      return found;
    });
    const { body: incident } = await road.api.get(`/v1/incidents/${incidents[0].id}`);
    expect(incident.mailboxes.map((mailbox: { emailAddress: string }) => mailbox.emailAddress).sort()).toEqual(denied);

    await eventually(() => expect(smtp.mails).toHaveLength(1));
    const [mail] = smtp.mails;
    expect(mail).toMatchObject({ recipients: ['olga@owner.example'] });
    expect(mail?.subject).toContain('Head office');
    for (const part of ['ErrorImpersonateUserDenied', 'New-ManagementRoleAssignment', failure.operation, incident.id])
      expect(mail?.text).toContain(part);
    expect(mail?.text).toMatch(/m[123]@postroom\.example/);
    expect(mail?.text).not.toContain(service.password);
    // The same as a page, for programs that show HTML.
    expect(mail?.parsed.html).toMatch(/<pre [^>]*>[^<]*New-ManagementRoleAssignment/);

    for (const address of all) await road.exchange.deliver(address, { subject: `to ${address}` });
    for (const address of well)
      await eventually(async () => expect(await road.subjects(idOf(address))).toEqual([`to ${address}`]));
    for (const address of denied) expect(await road.subjects(idOf(address))).toEqual([]);

    const feed = await road.feed('mailbox.failed', 'mailbox.recovered', 'incident.opened', 'incident.closed');
    expect(feed.map(({ type }) => type).sort()).toEqual(['incident.opened', ...denied.map(() => 'mailbox.failed')]);
    expect(
      feed
        .filter(({ type }) => type === 'mailbox.failed')
        .map(({ data }) => data.emailAddress)
        .sort(),
    ).toEqual(denied);
    expect(smtp.mails).toHaveLength(1);
  });

  it('probes after 1, 2, 5, 10 and then every 15 minutes, by one call each', async () => {
    road = await Road.open(queue, { mailboxes: 1 });
    const address = addressOf(1);
    await road.synced();
    road.exchange.revoke(service.username, [address]);
    await stopped([address]);
    const before = callsAs(address).length;
    let probes = 0;
    for (const minutes of [1, 2, 5, 10, 15, 15]) {
      const { failure, nextSyncAt } = await road.mailbox(idOf(address));
      const wait = Date.parse(nextSyncAt) - Date.parse(failure.at);
      expect(wait).toBeGreaterThanOrEqual(minutes * minute);
      expect(wait).toBeLessThanOrEqual(minutes * minute * 1.2 + 1_000);
      road.clock.jumpTo(new Date(nextSyncAt));
      await eventually(async () => expect((await road.mailbox(idOf(address))).failure.at).not.toBe(failure.at));
      probes += 1;
      expect(callsAs(address)).toHaveLength(before + probes);
    }
    expect(await road.incidents()).toMatchObject([{ open: true, count: 1 + probes, affectedMailboxes: 1 }]);
    expect(await road.feed('mailbox.failed')).toHaveLength(1);
    expect((await road.api.get('/v1/notifications')).body.items).toHaveLength(1);
  });

  it('comes back by itself when the right is granted, with the mail of the meantime both ways', async () => {
    road = await Road.open(queue, { mailboxes: 6, settings: { smtpUrl: smtp.url } });
    await road.synced();
    road.exchange.revoke(service.username, denied);
    await stopped(denied);
    await eventually(() => expect(smtp.mails).toHaveLength(1));

    for (const address of denied) await road.exchange.deliver(address, { subject: `meanwhile to ${address}` });
    const waiting: ApiAnswer['body'][] = [];
    for (const address of denied) {
      const body = { mailboxId: idOf(address), to: ['friend@elsewhere.example'], subject: 'waits', text: 'x' };
      const answer = await road.api.post('/v1/outgoing-messages', body);
      expect(answer.body).toMatchObject({ state: 'pending' });
      waiting.push(answer.body);
    }

    road.exchange.grant(service.username, denied);
    const probesAt = await Promise.all(
      denied.map(async (address) => Date.parse((await road.mailbox(idOf(address))).nextSyncAt)),
    );
    road.clock.jumpTo(new Date(Math.max(...probesAt)));
    await inState('active', denied);
    for (const address of denied)
      await eventually(async () => expect(await road.subjects(idOf(address))).toEqual([`meanwhile to ${address}`]));
    for (const { id, internetMessageId } of waiting) {
      await eventually(async () =>
        expect((await road.api.get(`/v1/outgoing-messages/${id}`)).body).toMatchObject({ state: 'sent' }),
      );
      expect(road.exchange.deliveriesOf(internetMessageId)).toHaveLength(1);
    }
    await eventually(async () =>
      expect(await road.incidents()).toMatchObject([{ open: false, stoppedMailboxes: 0, affectedMailboxes: 3 }]),
    );
    await eventually(() => expect(smtp.mails).toHaveLength(2));
    expect(smtp.mails[1]?.subject).toContain('Recovered');
    const feed = await road.feed('mailbox.failed', 'mailbox.recovered', 'incident.opened', 'incident.closed');
    expect(feed.map(({ type }) => type).sort()).toEqual(
      ['incident.closed', 'incident.opened', ...denied.flatMap(() => ['mailbox.failed', 'mailbox.recovered'])].sort(),
    );
    expect((await road.mailbox(idOf(addressOf(1)))).failure).toBeNull();
  });

  it('looks at once when somebody asks for a sync, also while it is still denied', async () => {
    road = await Road.open(queue, { mailboxes: 1 });
    const address = addressOf(1);
    await road.synced();
    road.exchange.revoke(service.username, [address]);
    await stopped([address]);
    const { failure } = await road.mailbox(idOf(address));

    await road.api.post(`/v1/mailboxes/${idOf(address)}/sync`);
    await eventually(async () => expect((await road.mailbox(idOf(address))).failure.at).not.toBe(failure.at));
    expect(await road.mailbox(idOf(address))).toMatchObject({ state: 'failed' });

    road.exchange.grant(service.username, [address]);
    await road.api.post(`/v1/mailboxes/${idOf(address)}/sync`);
    await inState('active', [address]);
    expect(await road.incidents()).toMatchObject([{ open: false }]);
  });

  it('also fails a mailbox whose sending is denied', async () => {
    road = await Road.open(queue, { mailboxes: 0 });
    const address = addressOf(1);
    road.exchange.addMailbox({ address });
    road.exchange.revoke(service.username, 'all');
    const mailbox = { profileId: road.profileId, emailAddress: address, incoming: false };
    road.mailboxIds = [(await road.api.post('/v1/mailboxes', mailbox)).body.id];
    const body = { mailboxId: road.mailboxIds[0], to: ['friend@elsewhere.example'], subject: 'waits', text: 'x' };
    const { id, internetMessageId } = (await road.api.post('/v1/outgoing-messages', body)).body;
    await stopped([address]);
    expect((await road.mailbox(idOf(address))).failure).toMatchObject({
      code: 'ErrorImpersonateUserDenied',
      during: 'outgoing',
    });
    expect((await road.api.get(`/v1/outgoing-messages/${id}`)).body).toMatchObject({ state: 'pending' });

    road.exchange.grant(service.username, 'all');
    road.clock.jumpTo(new Date((await road.mailbox(idOf(address))).nextSyncAt));
    await inState('active', [address]);
    await eventually(() => expect(road.exchange.deliveriesOf(internetMessageId)).toHaveLength(1));
  });

  it('keeps the notification, in sight and in the log, when there is no SMTP server to send it by', async () => {
    road = await Road.open(queue, { mailboxes: 2 });
    await road.synced();
    road.exchange.revoke(service.username, 'all');
    await stopped(all.slice(0, 2));
    const [kept] = await eventually(async () => {
      const { items } = (await road.api.get('/v1/notifications')).body;
      expect(items).toMatchObject([{ kind: 'opened', state: 'kept', sentAt: null }]);
      return items;
    });
    expect(kept.text).toContain('ErrorImpersonateUserDenied');
    expect(road.postroom.logged()).toContain(kept.id);
  });

  it('mails the notification later when the SMTP server is away at first', async () => {
    const away = await startSmtpReceiver();
    await away.close();
    road = await Road.open(queue, { mailboxes: 1, settings: { smtpUrl: away.url } });
    await road.synced();
    road.exchange.revoke(service.username, 'all');
    await stopped([addressOf(1)]);
    const notifications = async () => (await road.api.get('/v1/notifications')).body.items;
    await eventually(async () => expect(await notifications()).toMatchObject([{ state: 'pending', attempts: 1 }]));
    const back = await startSmtpReceiver(Number(new URL(away.url).port));
    try {
      road.clock.advance(20_000);
      await eventually(async () => expect(await notifications()).toMatchObject([{ state: 'sent' }]));
      expect(back.mails).toHaveLength(1);
    } finally {
      await back.close();
    }
  });
});
