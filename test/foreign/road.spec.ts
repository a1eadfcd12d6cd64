import { eventually } from '../support/eventually.js';
import { addressOf, Road, service } from '../support/road.js';
import { ALL_QUIRKS } from './server/quirks.js';
import { ForeignServer } from './server/foreign-server.js';
import { plain, rich } from './support/samples.js';

/** One process as it is run, on a server with every quirk at once. */
describe('the whole road on a foreign server', () => {
  let road: Road;
  let server: ForeignServer;

  beforeAll(async () => {
    road = await Road.open(
      { name: 'PostgreSQL', redis: () => null },
      {
        mailboxes: 4,
        exchange: async (clock, addresses) => {
          server = await ForeignServer.start({
            ...service,
            addresses,
            quirks: ALL_QUIRKS,
            clock: () => clock.now(),
          });
          return server.url;
        },
      },
    );
    await road.synced();
  });
  afterAll(async () => {
    await road.close();
    await server.close();
  });

  const subjectsOf = (number: number) => road.subjects(road.mailboxIds[number - 1]);
  const mailboxOf = (number: number) => road.mailbox(road.mailboxIds[number - 1]);
  /** Messages of tests and analyses that lie in a mailbox on the server. */
  const leftIn = (number: number) =>
    (['inbox', 'sentitems', 'drafts', 'outbox', 'deleteditems'] as const).flatMap((folder) =>
      server
        .items(addressOf(number), folder)
        .filter(({ mail }) => /postroom/i.test(mail.subject))
        .map(({ mail }) => `${folder}: ${mail.subject}`),
    );
  const outgoing = async (id: string) => (await road.api.get(`/v1/outgoing-messages/${id}`)).body;

  it('brings each mailbox its own mail once, although answers come twice', async () => {
    const each = 8;
    for (let round = 1; round <= each; round += 1)
      for (const number of [1, 2, 3, 4])
        await server.deliver(addressOf(number), await plain(addressOf(number), `mail ${round} of ${number}`));
    for (const number of [1, 2, 3, 4]) {
      const wanted = Array.from({ length: each }, (_, index) => `mail ${index + 1} of ${number}`).sort();
      await eventually(async () => expect(await subjectsOf(number)).toEqual(wanted));
    }
    expect(await road.feed('message.received')).toHaveLength(4 * each);
  });

  it('sends, and the recipient gets it once', async () => {
    const accepted = await Promise.all(
      [1, 2, 3].map((number) =>
        road.api.post('/v1/outgoing-messages', {
          mailboxId: road.mailboxIds[number - 1],
          to: [addressOf(4)],
          subject: `order ${number}`,
          html: '<p>order</p>',
          attachments: [
            {
              filename: 'order.pdf',
              contentType: 'application/pdf',
              content: Buffer.alloc(50_000, 3).toString('base64'),
            },
          ],
        }),
      ),
    );
    for (const { body } of accepted)
      await eventually(async () => expect(await outgoing(body.id)).toMatchObject({ state: 'sent' }));
    await eventually(async () =>
      expect((await subjectsOf(4)).filter((subject) => subject.startsWith('order'))).toEqual([
        'order 1',
        'order 2',
        'order 3',
      ]),
    );
    expect(server.deliveries.filter(({ mail }) => mail.subject.startsWith('order'))).toHaveLength(3);
  });

  it('forwards a message with the original attached as a message', async () => {
    await server.deliver(addressOf(1), await rich(addressOf(1), 'To forward'));
    const original = await eventually(async () => {
      const found = (await road.messages(road.mailboxIds[0])).find(({ subject }) => subject === 'To forward');
      return found ?? false;
    });
    const { body } = await road.api.post('/v1/outgoing-messages', {
      mailboxId: road.mailboxIds[0],
      to: [addressOf(2)],
      forwardOfMessageId: original.id,
      attachOriginal: true,
      text: 'See below',
    });
    await eventually(async () => expect(await outgoing(body.id)).toMatchObject({ state: 'sent' }));
    const [delivery, ...more] = server.deliveries.filter(({ mail }) => mail.subject === 'Fw: To forward');
    expect(more).toEqual([]);
    expect(delivery?.mail.parts).toMatchObject([{ kind: 'message' }]);
    expect(delivery?.mail.parts[0]?.content.toString('latin1')).toContain('Message-ID');
  });

  it('tests a mailbox, leaves nothing of the test behind, and never shows it as mail', async () => {
    const answer = await road.api.post(`/v1/mailboxes/${road.mailboxIds[1]}/test?waitSeconds=30`, {
      directions: ['incoming', 'outgoing'],
    });
    const test = await eventually(async () => {
      const { body } = await road.api.get(`/v1/mailbox-tests/${answer.body.id}`);
      expect(body).toMatchObject({ state: 'ended' });
      return body;
    });
    expect(test).toMatchObject({ result: 'success', incoming: { status: 'success' }, outgoing: { status: 'success' } });
    await eventually(() => expect(leftIn(2)).toEqual([]));
    expect((await subjectsOf(2)).filter((subject) => /postroom|test/i.test(subject))).toEqual([]);
  });

  it('is analysed with true words', async () => {
    const answer = await road.api.post('/v1/diagnostics', {
      profileId: road.profileId,
      mailboxId: road.mailboxIds[2],
      sendToSelf: true,
    });
    expect(answer.status).toBe(200);
    const lines: Record<string, unknown>[] = String(answer.body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', ok: true });
    expect(leftIn(3)).toEqual([]);
    expect((await subjectsOf(3)).filter((subject) => /postroom/i.test(subject))).toEqual([]);
  });

  it('opens one incident for a mailbox that is denied, and closes it when the right is back', async () => {
    server.deny(addressOf(3));
    await server.deliver(addressOf(3), await plain(addressOf(3), 'Meanwhile'));
    await road.deniedOnce([road.mailboxIds[2]]);
    await eventually(async () => expect(await mailboxOf(3)).toMatchObject({ state: 'failed' }));
    expect(await road.incidents()).toMatchObject([{ open: true, code: ALL_QUIRKS.deniedCode, stoppedMailboxes: 1 }]);
    await server.deliver(addressOf(1), await plain(addressOf(1), 'While another is denied'));
    await eventually(async () => expect(await subjectsOf(1)).toContain('While another is denied'));
    expect((await road.profile()).suspendedAt ?? null).toBeNull();

    server.grant(addressOf(3));
    await road.api.post(`/v1/mailboxes/${road.mailboxIds[2]}/sync`);
    await eventually(async () => expect(await mailboxOf(3)).toMatchObject({ state: 'active', failure: null }));
    await eventually(async () => expect(await subjectsOf(3)).toContain('Meanwhile'));
    await eventually(async () => expect(await road.incidents()).toMatchObject([{ open: false }]));
  });

  it('says of an address that the server does not know that there is no such mailbox', async () => {
    const emailAddress = 'nobody@postroom.example';
    const { body } = await road.api.post('/v1/mailboxes', { profileId: road.profileId, emailAddress });
    await road.deniedOnce([body.id]);
    await eventually(async () => expect(await road.mailbox(body.id)).toMatchObject({ state: 'failed' }));
    const { failure } = await road.mailbox(body.id);
    expect(failure).toMatchObject({ code: 'ErrorCannotFindUser' });
    expect(`${failure.title} ${failure.cause}`).toContain(emailAddress);
    await road.api.delete(`/v1/mailboxes/${body.id}`);
  });

  it('finds nothing missing in an audit', async () => {
    const audits = async () => (await road.api.get(`/v1/mailboxes/${road.mailboxIds[0]}/audits`)).body.items;
    const before = (await audits()).length;
    road.clock.advance(27 * 60 * 60_000);
    const [audit] = await eventually(async () => {
      const found = await audits();
      return found.length > before && found;
    });
    expect(audit).toMatchObject({ missing: 0, surplus: 0 });
    expect(await road.feed('message.updated')).toEqual([]);
    for (const number of [1, 2, 3, 4]) expect(await mailboxOf(number)).toMatchObject({ state: 'active' });
  });
});
