import { simpleParser } from 'mailparser';
import { eventually } from '../support/eventually.js';
import { describeOnBothQueues } from '../support/queues.js';
import { addressOf, Road } from '../support/road.js';

const file = Buffer.from(Array.from({ length: 3_000 }, (_, index) => (index * 13) % 256));

describeOnBothQueues('sending', (queue) => {
  let road: Road;

  beforeEach(async () => {
    road = await Road.open(queue, { mailboxes: 4 });
  });
  afterEach(() => road.close());

  const [sender, to, cc, bcc] = [1, 2, 3, 4].map(addressOf) as [string, string, string, string];

  it('delivers a message once, whole, with its Bcc hidden, and keeps a copy in Sent Items', async () => {
    const accepted = await road.api.post('/v1/outgoing-messages', {
      mailboxId: road.mailboxIds[0],
      to: [{ name: 'Žofie Nováková', address: to }],
      cc: [cc],
      bcc: [bcc],
      subject: 'Plán – 計画 😀',
      html: '<p>Dobrý den, <b>Žofie</b></p>',
      attachments: [
        { name: 'Přehled – 概要.bin', contentType: 'application/octet-stream', content: file.toString('base64') },
      ],
    });
    expect(accepted).toMatchObject({ status: expect.any(Number), body: { state: 'pending' } });
    const { id, internetMessageId } = accepted.body;
    await sent(id);

    expect(
      road.exchange
        .deliveriesOf(internetMessageId)
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([to, cc, bcc].sort());
    expect(road.exchange.listItems(sender, 'sentitems')).toMatchObject([{ internetMessageId }]);
    expect(road.exchange.listItems(sender, 'drafts')).toEqual([]);
    expect(await road.feed('outgoing.sent', 'outgoing.failed')).toMatchObject([
      { type: 'outgoing.sent', subjectId: id, mailboxId: road.mailboxIds[0] },
    ]);

    // The recipients are mailboxes of ours, too: what they receive closes the circle.
    for (const mailboxId of road.mailboxIds.slice(1)) {
      const received = await eventually(async () => {
        const [message] = await road.messages(mailboxId);
        return message !== undefined && (await road.api.get(`/v1/messages/${message.id}`)).body;
      });
      expect(received).toMatchObject({
        subject: 'Plán – 計画 😀',
        internetMessageId,
        from: { address: sender },
        to: [{ name: 'Žofie Nováková', address: to }],
        cc: [{ address: cc }],
        bcc: [],
        attachments: [{ filename: 'Přehled – 概要.bin', sizeBytes: file.length }],
      });
      expect(received.html).toContain('<b>Žofie</b>');
      const attachment = await road.postroom.download(`/v1/messages/${received.id}/attachments/0`);
      expect(Buffer.from(await attachment.arrayBuffer())).toEqual(file);
      const mime = await road.postroom.download(`/v1/messages/${received.id}/mime`);
      const original = await simpleParser(Buffer.from(await mime.arrayBuffer()));
      expect(original.headers.has('bcc')).toBe(false);
    }
  });

  it('sends once what was posted twice with one Idempotency-Key', async () => {
    const body = { mailboxId: road.mailboxIds[0], to: [to], subject: 'once', text: 'once' };
    const key = { 'idempotency-key': 'order-4711' };
    const posts = await Promise.all([1, 2, 3].map(() => road.api.post('/v1/outgoing-messages', body, key)));
    const ids = new Set(posts.flatMap((post) => (post.status < 300 ? [post.body.id] : [])));
    expect(ids.size).toBe(1);
    await sent([...ids][0]);
    expect(await road.api.all('/v1/outgoing-messages')).toHaveLength(1);
    expect(road.exchange.counts().deliveries).toBe(1);
  });

  it('delivers each of many messages once although answers are lost on every kind of call', async () => {
    for (const operation of ['CreateItem', 'SendItem', 'FindItem']) {
      road.exchange.injectFault({ operation, times: 2, fault: { dropAfterCommit: true } });
      road.exchange.injectFault({ operation, times: 2, fault: { dropBefore: true } });
    }
    const messages = await Promise.all(
      road.mailboxIds.flatMap((mailboxId) =>
        [1, 2, 3].map(async (number) => {
          const body = { mailboxId, to: ['out@elsewhere.example'], subject: `order ${number}`, text: 'x' };
          return (await road.api.post('/v1/outgoing-messages', body)).body;
        }),
      ),
    );
    const syncs = async () => (await road.api.all('/v1/mailboxes')).map(({ lastSyncAt }) => lastSyncAt).join();
    let syncsBefore = '';
    await eventually(async () => {
      // What is looked for again is looked for minutes later. Not faster than polls end in between, or the server
      // would seem to leave all calls unanswered for a minute.
      const syncsNow = await syncs();
      if (syncsNow !== syncsBefore) {
        road.clock.advance(10_000);
        syncsBefore = syncsNow;
      }
      const states = await Promise.all(messages.map(async ({ id }) => (await outgoing(id)).state));
      expect(states).toEqual(messages.map(() => 'sent'));
    });
    for (const { internetMessageId } of messages) expect(road.exchange.deliveriesOf(internetMessageId)).toHaveLength(1);
    expect(road.exchange.counts().relayed).toBe(messages.length);
    expect(await road.incidents()).toEqual([]);
  });

  const outgoing = async (id: string) => (await road.api.get(`/v1/outgoing-messages/${id}`)).body;
  const sent = (id: string | undefined) =>
    eventually(async () => expect(await outgoing(id ?? '')).toMatchObject({ state: 'sent', failure: null }));
});
