import { addressProblem } from '../../src/features/mail/outgoing/recipient.js';
import { internetMessageId } from '../../src/features/mail/outgoing/internet-message-id.js';
import type { ApiClient } from '../support/api.js';
import { makeProfile } from '../support/profiles.js';
import { OutgoingStage } from './outgoing-stage.js';

const path = '/v1/outgoing-messages';

describe('addresses', () => {
  it.each([
    'bob@example.com',
    'b.o.b+tag@sub.example.co.uk',
    'jürgen.müller@exämple.de',
    '用户@例子.广告',
    'docomo..user.@docomo.ne.jp',
    "o'brien@example.com",
    'user@localhost',
  ])('takes %s', (address) => expect(addressProblem(address)).toBeNull());

  it.each([
    'bob',
    '@example.com',
    'bob@',
    'bob@@example.com',
    'bob@example.com@evil.example',
    'bob@example.com,eve@example.com',
    'bob@example.com;eve@example.com',
    'bob @example.com',
    'bob@exam ple.com',
    'bob@example.com\r\nBcc: eve@example.com',
    'bob\u0000@example.com',
    'bob\u200b@example.com',
    'bob\u00a0x@example.com',
    '<bob@example.com>',
    '"bob"@example.com',
    'bob@.example.com',
    'bob@example..com',
    `${'b'.repeat(65)}@example.com`,
    `bob@${'x.'.repeat(150)}com`,
  ])('refuses %j', (address) => expect(addressProblem(address)).toEqual(expect.any(String)));
});

it('makes a Message-ID that any mail system can carry', () => {
  expect(internetMessageId('1', 'ada@Example.COM')).toBe('<1@example.com>');
  expect(internetMessageId('1', 'ada@exämple.de')).toBe('<1@xn--exmple-cua.de>');
  expect(internetMessageId('1', 'ada@[127.0.0.1')).toBe('<1@postroom.invalid>');
});

describe('the API of outgoing messages', () => {
  let stage: OutgoingStage;
  let mailboxId: string;
  const minimal = () => ({ mailboxId, to: ['bob@example.com'], subject: 'Hello', text: '' });

  beforeAll(async () => {
    stage = await OutgoingStage.open(['ada@example.com', 'bob@example.com', 'frank@example.com']);
    mailboxId = await stage.makeMailbox('ada@example.com');
  });
  afterAll(() => stage.close());

  /** A key with these scopes, limited to these profiles. */
  const clientWith = async (scopes: string[], profileIds: string[] | null = null): Promise<ApiClient> => {
    const { body } = await stage.http.post('/v1/api-keys', { name: 'a key', scopes, profileIds });
    return stage.api.client(body.token);
  };

  const attachment = { filename: 'a.txt', content: 'aGVsbG8=' };
  const bad: [string, object, string][] = [
    ['no recipient', { to: [] }, 'to'],
    ['no mailbox', { mailboxId: undefined }, 'mailboxId'],
    ['a mailbox that is no id', { mailboxId: 'ada' }, 'mailboxId'],
    ['no subject', { subject: undefined }, 'subject'],
    ['a subject of two lines', { subject: 'Hello\r\nBcc: eve@example.com' }, 'subject'],
    ['a subject without end', { subject: 'x'.repeat(999) }, 'subject'],
    ['neither text nor html', { text: undefined }, 'text'],
    ['text with a NUL', { text: 'a\u0000b' }, 'text'],
    ['half a character', { text: '\ud800' }, 'text'],
    ['an unknown field', { form: 'x' }, 'form'],
    ['a sender that is no address', { from: 'eve' }, 'from'],
    ['a recipient that is no address', { to: ['bob'] }, 'to.0'],
    ['two addresses in one', { cc: ['bob@example.com, eve@example.com'] }, 'cc.0'],
    ['a recipient with a line break', { bcc: ['bob@example.com\r\nX: y'] }, 'bcc.0'],
    ['a name with a line break', { to: [{ name: 'Bob\r\nX: y', address: 'bob@example.com' }] }, 'to.0.name'],
    ['a name hidden in text', { to: ['Bob\nX: y <bob@example.com>'] }, 'to.0'],
    ['a recipient without address', { to: [{ name: 'Bob' }] }, 'to.0'],
    ['a recipient of unknown shape', { to: [{ address: 'bob@example.com', mail: 1 }] }, 'to.0.mail'],
    ['a number for a recipient', { to: [7] }, 'to.0'],
    ['text for a list', { to: 'bob@example.com' }, 'to'],
    ['a bad replyTo', { replyTo: ['@'] }, 'replyTo.0'],
    ['too many recipients', { to: Array(501).fill('bob@example.com') }, 'to'],
    ['too many together', { to: Array(300).fill('bob@example.com'), cc: Array(201).fill('c@example.com') }, 'to'],
    ['a file with a path', { attachments: [{ ...attachment, name: '../etc/passwd' }] }, 'attachments.0.name'],
    ['a file with a Windows path', { attachments: [{ ...attachment, name: 'C:\\x' }] }, 'attachments.0.name'],
    ['a file called ..', { attachments: [{ ...attachment, name: '..' }] }, 'attachments.0.name'],
    ['a file without a name', { attachments: [{ ...attachment, name: '' }] }, 'attachments.0.name'],
    ['a control character', { attachments: [{ ...attachment, filename: 'a\u0007.txt' }] }, 'attachments.0.filename'],
    ['a file without content', { attachments: [{ name: 'a' }] }, 'attachments.0.content'],
    ['no base64', { attachments: [{ ...attachment, content: 'hello!!!' }] }, 'attachments.0.content'],
    ['cut base64', { attachments: [{ ...attachment, content: 'aGVsbG8' }] }, 'attachments.0.content'],
    ['base64 of URLs', { attachments: [{ ...attachment, content: '_-8=' }] }, 'attachments.0.content'],
    ['base64 in lines', { attachments: [{ ...attachment, content: 'aGVs\r\nbG8=' }] }, 'attachments.0.content'],
    ['no media type', { attachments: [{ ...attachment, contentType: 'text' }] }, 'attachments.0.contentType'],
    ['a bad content id', { attachments: [{ ...attachment, contentId: 'a b' }] }, 'attachments.0.contentId'],
    ['an inline file without id', { attachments: [{ ...attachment, isInline: true }] }, 'attachments.0.contentId'],
    ['too many files', { attachments: Array(101).fill(attachment) }, 'attachments'],
    ['an odd idempotencyKey', { idempotencyKey: 'a\nb' }, 'idempotencyKey'],
  ];
  it.each(bad)('refuses %s', async (_, change, field) => {
    const answer = await stage.http.post(path, { ...minimal(), ...change });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  it('says what is wrong with a recipient', async () => {
    const { body } = await stage.http.post(path, { ...minimal(), to: ['bob@example.com', 'carol.example.com'] });
    expect(body.errors).toEqual([{ field: 'to.1', message: 'must be one address with one @' }]);
  });

  it('refuses attachments above 45 MB with the limit in its words, and takes none of them', async () => {
    const content = Buffer.alloc(23 * 1024 * 1024).toString('base64');
    const attachments = [1, 2].map((number) => ({ name: `${number}.bin`, content }));
    const answer = await stage.http.post(path, { ...minimal(), attachments });
    expect(answer).toMatchObject({
      status: 413,
      body: { code: 'attachments-too-large', detail: 'The attachments have 46.0 MB together; at most 45 MB are sent.' },
    });
  });

  it('answers 404 for a mailbox that is not there or out of the key’s reach', async () => {
    const other = await makeProfile(stage.database.dataSource);
    const limited = await clientWith(['write'], [other]);
    for (const answer of [
      await limited.post(path, minimal()),
      await stage.http.post(path, { ...minimal(), mailboxId: other }),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
  });

  it('needs the right scope', async () => {
    const reader = await clientWith(['read']);
    expect(await reader.post(path, minimal())).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    expect(await stage.api.client(null).get(path)).toMatchObject({ status: 401 });
    expect(await reader.get(path)).toMatchObject({ status: 200 });
  });

  it('refuses a mailbox that does not send', async () => {
    const deaf = await stage.makeMailbox('bob@example.com', { incoming: true, outgoing: false });
    const answer = await stage.http.post(path, { ...minimal(), mailboxId: deaf });
    expect(answer).toMatchObject({ status: 409, body: { code: 'mailbox-does-not-send' } });
  });

  it('takes a message once per idempotency key, from header or body', async () => {
    const key = { 'idempotency-key': 'order-4711' };
    const first = await stage.http.post(path, minimal(), key);
    expect(first.status).toBe(201);
    for (const repeated of [
      await stage.http.post(path, minimal(), key),
      await stage.http.post(path, { ...minimal(), idempotencyKey: 'order-4711' }),
      await stage.http.post(path, { ...minimal(), idempotencyKey: 'order-4711' }, key),
    ]) {
      expect(repeated).toMatchObject({ status: 201, body: { id: first.body.id } });
    }
    expect(await stage.http.post(path, { ...minimal(), subject: 'Another' }, key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await stage.http.post(path, { ...minimal(), idempotencyKey: 'order-4712' }, key)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'idempotencyKey' }] },
    });
  });

  it('takes a message once when its repetitions arrive together', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => stage.http.post(path, { ...minimal(), idempotencyKey: 'burst' })),
    );
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  });

  it('shows a message without the content of its files, and only within the key’s profiles', async () => {
    const sent = await stage.accept(mailboxId, { html: '<p>Hi</p>', attachments: [attachment] });
    const { body } = await stage.http.get(`${path}/${sent.id}`);
    expect(body).toMatchObject({
      html: '<p>Hi</p>',
      text: 'Hello Bob',
      attachments: [
        { filename: 'a.txt', contentType: 'application/octet-stream', contentId: null, isInline: false, sizeBytes: 5 },
      ],
    });
    const limited = await clientWith(['write'], [await makeProfile(stage.database.dataSource)]);
    for (const answer of [
      await limited.get(`${path}/${sent.id}`),
      await limited.post(`${path}/${sent.id}/cancel`),
      await limited.post(`${path}/${sent.id}/retry`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
    expect((await limited.get(path)).body).toEqual({ items: [], nextCursor: null });
    expect((await stage.http.get(`${path}/${sent.id}`)).body.state).toBe('pending');
  });

  it('lists newest first, page by page and filtered', async () => {
    const other = await stage.makeMailbox('carol@example.com');
    const accepted = [];
    for (let number = 0; number < 5; number += 1) accepted.push(await stage.accept(other, { subject: `${number}` }));
    await stage.http.post(`${path}/${accepted[1].id}/cancel`);
    const listed = await stage.http.all(`${path}?mailboxId=${other}&limit=2`);
    expect(listed.map((message) => message.subject)).toEqual(['4', '3', '2', '1', '0']);
    expect(listed[0]).toMatchObject({ mailboxId: other, mailboxAddress: 'carol@example.com' });
    expect(listed[0]).not.toHaveProperty('text');
    const cancelled = await stage.http.all(`${path}?mailboxId=${other}&state=cancelled`);
    expect(cancelled.map((message) => message.id)).toEqual([accepted[1].id]);
    expect(await stage.http.all(`${path}?profileId=${mailboxId}`)).toEqual([]);
    expect((await stage.http.all(`${path}?profileId=${stage.profileId}`)).length).toBeGreaterThan(5);
    for (const query of ['state=lost', 'mailboxId=x', 'cursor=x', 'limit=0', 'colour=red'])
      expect(await stage.http.get(`${path}?${query}`)).toMatchObject({ status: 400 });
  });

  it('cancels while pending, and once', async () => {
    const message = await stage.accept(mailboxId);
    const cancelled = await stage.http.post(`${path}/${message.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', nextAttemptAt: null } });
    expect(await stage.http.post(`${path}/${message.id}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'not-cancellable', detail: 'The message is cancelled.' },
    });
    await stage.round();
    expect(stage.sandbox.control.deliveriesOf(message.internetMessageId)).toEqual([]);
  });

  it('retries only what failed', async () => {
    const message = await stage.accept(mailboxId);
    expect(await stage.http.post(`${path}/${message.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'not-retryable', detail: 'The message is pending.' },
    });
    expect(await stage.http.post(`${path}/${mailboxId}/retry`)).toMatchObject({ status: 404 });
    expect(await stage.http.post(`${path}/nothing/cancel`)).toMatchObject({ status: 400 });
  });

  it('looks first when a message that may have gone out is retried', async () => {
    const message = await stage.accept(await stage.makeMailbox('frank@example.com'));
    stage.sandbox.control.injectFault({
      operation: 'SendItem',
      address: 'frank@example.com',
      times: 1,
      fault: { dropAfterCommit: true },
    });
    await stage.round();
    await stage.database.dataSource.query(
      `UPDATE outgoing_messages SET state = 'failed', attempts = 30 WHERE id = $1`,
      [message.id],
    );
    expect(await stage.message(message.id)).toMatchObject({ state: 'failed', mayHaveBeenSent: true });
    expect(await stage.http.post(`${path}/${message.id}/retry`)).toMatchObject({
      status: 200,
      body: { state: 'sending' },
    });
    await stage.until(message.id, 'sent');
    expect(stage.sandbox.control.deliveriesOf(message.internetMessageId)).toHaveLength(1);
  });

  it('hides the messages of a removed mailbox at once', async () => {
    const gone = await stage.makeMailbox('dora@example.com');
    const message = await stage.accept(gone);
    expect((await stage.http.delete(`/v1/mailboxes/${gone}`)).status).toBe(204);
    expect(await stage.http.get(`${path}/${message.id}`)).toMatchObject({ status: 404 });
    expect(await stage.http.post(`${path}/${message.id}/cancel`)).toMatchObject({ status: 404 });
    expect(await stage.http.all(`${path}?mailboxId=${gone}`)).toEqual([]);
    await expect(stage.accept(gone)).rejects.toThrow('not-found');
  });

  it('counts what it does', async () => {
    const metrics = await stage.metrics();
    expect(metrics).toMatch(/postroom_outgoing_messages_total\{outcome="sent"\} \d/);
  });
});
