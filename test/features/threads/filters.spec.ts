import { WholeStage, succeeded } from '../support/whole-stage.js';

let stage: WholeStage;
beforeAll(async () => {
  const names = ['all', 'replies', 'known', 'none', 'sized', 'blocked', 'bad', 'other', 'sent'];
  stage = await WholeStage.open({ addresses: names.map((name) => `${name}@example.com`) });
});
afterAll(() => stage?.close());

const subjects = async (mailboxId: string) => (await stage.messagesOf(mailboxId)).map(({ subject }) => subject).sort();
const book = (profileId = stage.profileId) => `/v1/email-server-profiles/${profileId}/address-book`;
const calls = () => stage.sandbox.control.counts().calls.byOperation['GetItem'] ?? 0;
const deliver = (address: string, message: object) => stage.sandbox.control.deliver(address, message);

describe('a filter', () => {
  it('of replies takes answers to mail that the profile sent, by any of the headers or the token', async () => {
    const profileId = await stage.makeProfile({ trackingToken: { enabled: true, prefix: 'CRM:', digits: 6 } });
    const other = await stage.makeMailbox('other@example.com', { profileId, outgoing: true, incoming: false });
    const mailboxId = await stage.makeMailbox('replies@example.com', { profileId, filter: 'replies' });
    const sent = succeeded(
      await stage
        .client()
        .post('/v1/outgoing-messages', { mailboxId: other, to: ['x@y.example'], subject: 'Offer', text: 't' }),
    );
    expect(sent.subject).toMatch(/^Offer CRM:\d{6}$/);
    const token = sent.subject.slice('Offer '.length);
    await deliver('replies@example.com', { subject: 'news' });
    await deliver('replies@example.com', { subject: 'direct', inReplyTo: sent.internetMessageId });
    await deliver('replies@example.com', {
      subject: 'further',
      inReplyTo: '<between@y.example>',
      references: `${sent.internetMessageId} <between@y.example>`,
    });
    await deliver('replies@example.com', { subject: `WG: ${token.toLowerCase()} by token` });
    await deliver('replies@example.com', { subject: 'WG: CRM:000000000 guessed' });
    await deliver('replies@example.com', { subject: 'to others', inReplyTo: '<stranger@y.example>' });
    await stage.poll();
    expect(await subjects(mailboxId)).toEqual([`WG: ${token.toLowerCase()} by token`, 'direct', 'further']);
    expect((await stage.mailbox(mailboxId)).filteredOut).toEqual({ total: 3, lastAt: expect.any(String) });

    const threads = await stage.client().all(`/v1/threads?profileId=${profileId}`);
    expect(threads).toMatchObject([{ id: sent.threadId, subject: 'Offer', messageCount: 4, outgoingCount: 1 }]);
    const messages = await stage.messagesOf(mailboxId);
    expect(messages.map(({ threadMatch }) => threadMatch).sort()).toEqual(['in-reply-to', 'references', 'token']);
  });

  it('of known senders takes addresses and domains of the address book', async () => {
    succeeded(
      await stage.client().call('PUT', book(), {
        entries: [{ address: 'Ann@Partner.example', note: 'buyer' }, { domain: 'customer.example' }],
      }),
    );
    const mailboxId = await stage.makeMailbox('known@example.com', { filter: 'known' });
    const froms = {
      'by address': 'Ann <ANN@partner.example>',
      'by domain': 'anybody@customer.example',
      colleague: 'bob@partner.example',
      subdomain: 'x@mail.customer.example',
      lookalike: 'x@notcustomer.example',
    };
    const byExchangeName = (alias: string, subject: string) =>
      stage.sandbox.control.deliverMime(
        'known@example.com',
        Buffer.from(`From: Colleague </O=CORP/OU=EX/CN=RECIPIENTS/CN=${alias}>\r\nSubject: ${subject}\r\n\r\nx`),
      );
    succeeded(await stage.client().call('PUT', book(), { entries: [{ address: 'bad@example.com' }] }));
    await byExchangeName('BAD', 'by X.500 name');
    await byExchangeName('OTHER', 'by X.500 name of somebody else');
    for (const [subject, from] of Object.entries(froms)) await deliver('known@example.com', { subject, from });
    await stage.poll();
    expect(await subjects(mailboxId)).toEqual(['by X.500 name', 'by address', 'by domain']);
    expect((await stage.mailbox(mailboxId)).filteredOut.total).toBe(4);
  });

  it('is not meant for what the owner sent', async () => {
    const folders = [{ path: 'inbox' }, { path: 'sentitems' }];
    const mailboxId = await stage.makeMailbox('sent@example.com', { filter: 'known', folders });
    await deliver('sent@example.com', { subject: 'by myself', folder: 'sentitems', from: 'sent@example.com' });
    await deliver('sent@example.com', { subject: 'in my name', from: 'sent@example.com' });
    await stage.poll();
    expect(await subjects(mailboxId)).toEqual(['by myself']);
  });

  it('of none stores and fetches nothing', async () => {
    const mailboxId = await stage.makeMailbox('none@example.com', { filter: 'none' });
    await deliver('none@example.com', { count: 30, subject: 'unwanted' });
    const before = calls();
    await stage.poll();
    expect(calls()).toBe(before);
    expect(await subjects(mailboxId)).toEqual([]);
    expect((await stage.mailbox(mailboxId)).filteredOut.total).toBe(30);
  });

  it('turns an item away once, also when everything is listed anew, and holds for mail from then on', async () => {
    const mailboxId = await stage.makeMailbox('all@example.com', { filter: 'known' });
    await deliver('all@example.com', { count: 25, subject: 'early', from: 'x@nobody.example' });
    await stage.poll();
    const before = calls();
    await stage.poll();
    stage.sandbox.control.invalidateSyncStates();
    await stage.poll();
    await stage.poll();
    expect(calls()).toBe(before);
    expect((await stage.mailbox(mailboxId)).filteredOut.total).toBe(25);
    const rows = await stage.dataSource.query(`SELECT day::text, items FROM filtered_counts WHERE mailbox_id = $1`, [
      mailboxId,
    ]);
    expect(rows).toEqual([{ day: '2026-03-01', items: 25 }]);

    succeeded(await stage.client().patch(`/v1/mailboxes/${mailboxId}`, { filter: 'all' }));
    await deliver('all@example.com', { subject: 'late', from: 'x@nobody.example' });
    stage.sandbox.control.invalidateSyncStates();
    await stage.poll();
    expect(await subjects(mailboxId)).toEqual(['late']);
    expect(await stage.mailbox(mailboxId)).toMatchObject({ filter: 'all', filteredOut: { total: 25 } });
  });
});

it('stores of a message over the limit its headers and a note, and never fetches the rest', async () => {
  const profileId = await stage.makeProfile({ maxMessageBytes: 20_000 });
  const mailboxId = await stage.makeMailbox('sized@example.com', { profileId });
  const attachments = [{ name: 'large.bin', content: Buffer.alloc(100_000, 7) }];
  await deliver('sized@example.com', { subject: 'large', messageId: '<large@x.example>', text: 'hidden', attachments });
  await deliver('sized@example.com', { subject: 'small', inReplyTo: '<large@x.example>' });
  await stage.poll();
  expect(await subjects(mailboxId)).toEqual(['large', 'small']);
  const [large, small] = (await stage.messagesOf(mailboxId)).sort((a, b) => (a.subject < b.subject ? -1 : 1));
  expect(large.threadId).toBe(small.threadId);
  const { body } = await stage.client().get(`/v1/messages/${large.id}`);
  expect(body).toMatchObject({
    internetMessageId: '<large@x.example>',
    text: null,
    html: null,
    attachments: [],
    hasMime: false,
    omitted: { reason: 'message-size', limitBytes: 20_000, note: expect.stringContaining('Only its headers') },
  });
  expect(body.sizeBytes).toBeGreaterThan(100_000);
  expect(body.headers.map(({ name }: { name: string }) => name.toLowerCase())).toContain('message-id');
  expect((await stage.client().get(`/v1/messages/${small.id}`)).body).toMatchObject({ omitted: null, hasMime: true });
});

it('stores a message without its blocked attachments, and the rest byte for byte', async () => {
  const profileId = await stage.makeProfile({ blockedAttachmentExtensions: ['exe'], maxAttachmentBytes: 5_000 });
  const mailboxId = await stage.makeMailbox('blocked@example.com', { profileId });
  const good = Buffer.from(Array.from({ length: 3_000 }, (_, index) => index % 256));
  await deliver('blocked@example.com', {
    subject: 'mixed',
    text: 'body',
    attachments: [
      { name: 'setup.EXE', content: Buffer.from('MZ-the-program') },
      { name: 'good.bin', content: good },
      { name: 'big.bin', content: Buffer.alloc(6_000, 1) },
    ],
  });
  await stage.poll();
  const [{ id }] = await stage.messagesOf(mailboxId);
  const { body } = await stage.client().get(`/v1/messages/${id}`);
  expect(body).toMatchObject({
    hasMime: true,
    attachments: [
      {
        filename: 'setup.EXE',
        sizeBytes: 14,
        blocked: { reason: 'extension', note: expect.stringContaining('setup.EXE') },
      },
      { filename: 'good.bin', sizeBytes: 3_000, blocked: null },
      { filename: 'big.bin', sizeBytes: 6_000, blocked: { reason: 'attachment-size' } },
    ],
  });
  expect(body.text).toContain('body');
  const download = (path: string) =>
    fetch(`${stage.process.url}/v1/messages/${id}${path}`, {
      headers: { authorization: `Bearer ${stage.adminToken}` },
    });
  expect(Buffer.from(await (await download('/attachments/1')).arrayBuffer())).toEqual(good);
  expect(await (await download('/attachments/0')).json()).toMatchObject({ status: 404, code: 'attachment-blocked' });
  const mime = await (await download('/mime')).text();
  expect(mime).toContain('X-Postroom-Blocked: extension');
  expect(mime).not.toContain(Buffer.from('MZ-the-program').toString('base64'));
  const [held] = await stage.dataSource.query(
    `SELECT count(*)::int AS count FROM message_attachments a JOIN messages m ON m.content_id = a.content_id WHERE m.id = $1 AND a.bytes IS NOT NULL`,
    [id],
  );
  expect(held.count).toBe(0);
});

describe('items set aside', () => {
  const path = (mailboxId: string) => `/v1/mailboxes/${mailboxId}/item-failures`;

  it('are due at once when somebody asks, one or all', async () => {
    const mailboxId = await stage.makeMailbox('bad@example.com');
    const ids = await deliver('bad@example.com', { count: 2, subject: 'bad' });
    for (const itemId of ids) stage.sandbox.control.corruptItem('bad@example.com', itemId, 'ErrorCorruptData');
    await stage.poll();
    await stage.dataSource.query(`UPDATE item_failures SET attempts = 5, retry_at = NULL WHERE mailbox_id = $1`, [
      mailboxId,
    ]);
    await stage.poll();
    const listed = async () => (await stage.client().get(path(mailboxId))).body.items;
    expect(await listed()).toMatchObject([
      { attempts: 5, retryAt: null },
      { attempts: 5, retryAt: null },
    ]);

    const one = await stage.client().post(`${path(mailboxId)}/retry`, { itemId: ids[0] });
    expect([one.status, one.body]).toEqual([202, { retried: 1 }]);
    while ((await stage.round()) > 0);
    expect((await listed()).map(({ attempts }: { attempts: number }) => attempts).sort()).toEqual([1, 5]);

    for (const itemId of ids) stage.sandbox.control.corruptItem('bad@example.com', itemId, null);
    expect((await stage.client().post(`${path(mailboxId)}/retry`)).body).toEqual({ retried: 2 });
    while ((await stage.round()) > 0);
    expect(await listed()).toEqual([]);
    expect(await subjects(mailboxId)).toEqual(['bad 1', 'bad 2']);
    expect((await stage.client().post(`${path(mailboxId)}/retry`)).body).toEqual({ retried: 0 });
    expect((await stage.client().post(`${path(mailboxId)}/retry`, { itemId: 'none' })).status).toBe(404);
    for (const body of [{ itemId: 7 }, { itemId: '' }, { item: 'x' }, []])
      expect((await stage.client().post(`${path(mailboxId)}/retry`, body)).status).toBe(400);
    succeeded(await stage.client().post(`/v1/mailboxes/${mailboxId}/pause`));
    expect((await stage.client().post(`${path(mailboxId)}/retry`)).body.code).toBe('mailbox-paused');
  });
});
