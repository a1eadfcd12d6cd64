import { itKeepsToTheSchema, SendingStage } from './support/sending-stage.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';
const info = 'info@example.com';
const minute = 60_000;

describe('what a message can ask for', () => {
  let stage: SendingStage;
  let sender: string;
  let receiver: string;

  beforeAll(async () => {
    stage = await SendingStage.open([ada, bob, info, 'carol@example.com']);
    sender = await stage.makeMailbox(ada);
    receiver = await stage.makeMailbox(bob);
    await stage.settle();
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    // Tests of their own minute, so that none uses up the rate of another.
    stage.clock.advance(2 * minute);
    await stage.settle();
  });

  const deliveriesOf = ({ internetMessageId }: { internetMessageId: string }) =>
    stage.control.deliveriesOf(internetMessageId);

  /** Sends from Ada to Bob and takes it in there. */
  const exchange = async (message: object) => {
    const sent = await stage.until((await stage.accept(sender, message)).id, 'sent');
    await stage.receive();
    return { sent, ...(await stage.newestIn(receiver)) };
  };

  it('threads an answer to an answer, across both mailboxes', async () => {
    const first = await exchange({ subject: 'Offer' });
    const answered = await stage.post(receiver, { to: [ada], subject: undefined, inReplyToMessageId: first.id });
    expect(answered).toMatchObject({
      status: 201,
      body: {
        subject: 'Re: Offer',
        inReplyToMessageId: first.id,
        forwardOfMessageId: null,
        inReplyTo: first.sent.internetMessageId,
        references: [first.sent.internetMessageId],
      },
    });
    await stage.until(answered.body.id, 'sent');
    await stage.receive();
    const second = await stage.newestIn(sender);
    expect(second.mail.inReplyTo).toBe(first.sent.internetMessageId);

    const third = await exchange({ subject: undefined, inReplyToMessageId: second.id });
    expect(third.mail.subject).toBe('Re: Offer');
    expect(third.mail.inReplyTo).toBe(answered.body.internetMessageId);
    expect(third.mail.references).toEqual([first.sent.internetMessageId, answered.body.internetMessageId]);
    const fourth = await exchange({ subject: 'Something else', inReplyToMessageId: second.id });
    expect(fourth.mail.subject).toBe('Something else');
  });

  it('forwards with the original as a message', async () => {
    const mime = Buffer.from(
      'From: carol@elsewhere.example\r\nTo: ada@example.com\r\nMessage-ID: <plan@elsewhere.example>\r\nReferences: <root@elsewhere.example>\r\n' +
        'Subject: =?utf-8?Q?Pl=C3=A4ne=2F2027?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHier sind sie.\r\n',
    );
    await stage.control.deliverMime(ada, mime);
    await stage.receive();
    const original = await stage.newestIn(sender);
    const { sent, mail } = await exchange({
      subject: undefined,
      forwardOfMessageId: original.id,
      attachOriginal: true,
      attachments: [{ name: 'a.txt', content: 'aGVsbG8=', contentType: 'text/plain' }],
    });
    expect(sent).toMatchObject({
      subject: 'Fw: Pläne/2027',
      inReplyTo: '<plan@elsewhere.example>',
      references: ['<root@elsewhere.example>', '<plan@elsewhere.example>'],
    });
    expect(sent.attachments).toContainEqual({
      filename: 'Pläne 2027',
      contentType: 'message/rfc822',
      contentId: null,
      isInline: false,
      sizeBytes: mime.length,
    });
    expect(mail.references).toEqual(sent.references);
    const attached = mail.attachments.find((attachment) => attachment.contentType === 'message/rfc822');
    expect(attached?.content.toString()).toContain('Message-ID: <plan@elsewhere.example>');
    expect(mail.attachments.map((attachment) => attachment.filename)).toContain('a.txt');
  });

  it('keeps the ids of a caller who threads by itself', async () => {
    const { sent, mail } = await exchange({ inReplyTo: '<b@crm.example>', references: ['<a@crm.example>'] });
    expect(sent).toMatchObject({ inReplyTo: '<b@crm.example>', references: ['<a@crm.example>', '<b@crm.example>'] });
    expect(mail.inReplyTo).toBe('<b@crm.example>');
    expect(mail.references).toEqual(['<a@crm.example>', '<b@crm.example>']);
  });

  it.each([
    ['high', /^Importance: high\r$/m, 'high'],
    ['low', /^Importance: low\r$/m, 'low'],
  ])('says that a message is of %s importance', async (importance, header, shown) => {
    const { sent, mime, id } = await exchange({ importance });
    expect(sent.importance).toBe(importance);
    expect(mime).toMatch(header);
    expect((await stage.http.get(`/v1/messages/${id}`)).body.importance).toBe(shown);
  });

  it('asks for receipts, and for none by itself', async () => {
    const asking = await exchange({ readReceipt: true, deliveryReceipt: true });
    expect(asking.sent).toMatchObject({ readReceipt: true, deliveryReceipt: true });
    expect(asking.mime).toMatch(/^Disposition-Notification-To: .*ada@example\.com/m);
    expect(asking.mime).toMatch(/^Return-Receipt-To: .*ada@example\.com/m);
    const silent = await exchange({});
    expect(silent.mime).not.toMatch(
      /^(Disposition-Notification-To|Return-Receipt-To|Importance|In-Reply-To|References):/m,
    );
  });

  it('writes headers of the caller’s own', async () => {
    const headers = [
      { name: 'X-Order', value: '4711; priority=2' },
      { name: 'List-Unsubscribe', value: '<https://crm.example/u/1?a=b&c=d>, <mailto:u@crm.example>' },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ];
    const { sent, mime, mail } = await exchange({ headers });
    expect(sent.headers).toEqual(headers);
    const unfolded = mime.replace(/\r\n[ \t]+/g, ' ');
    for (const { name, value } of headers) expect(unfolded).toContain(`\r\n${name}: ${value}\r\n`);
    expect(mail.headers.has('bcc')).toBe(false);
  });

  it('relates inline images to the text that shows them', async () => {
    const { mail, mime } = await exchange({
      text: null,
      html: '<p>Logo: <img src="cid:logo@crm"></p>',
      attachments: [
        { name: 'logo.png', contentType: 'image/png', contentId: 'logo@crm', isInline: true, content: 'iVBORw0KGgo=' },
        { name: 'terms.pdf', contentType: 'application/pdf', content: 'JVBERi0=' },
      ],
    });
    expect(mime).toMatch(/Content-Type: multipart\/related/i);
    const [logo, terms] = ['logo.png', 'terms.pdf'].map((name) =>
      mail.attachments.find(({ filename }) => filename === name),
    );
    expect(logo).toMatchObject({ related: true, cid: 'logo@crm', contentDisposition: 'inline' });
    expect(terms?.related).not.toBe(true);
  });

  describe('in the name of another mailbox', () => {
    it('goes out with that name alone', async () => {
      stage.control.setSendAs(ada, info);
      const { sent, mail, mime } = await exchange({ from: `Info desk <${info}>` });
      expect(sent).toMatchObject({ from: { name: 'Info desk', address: info } });
      expect(mail.from?.value).toMatchObject([{ address: info }]);
      expect(mime).not.toMatch(/ada@example\.com/);
      expect(stage.control.listItems(ada, 'sentitems').at(-1)?.internetMessageId).toBe(sent.internetMessageId);
      stage.control.setSendAs(ada, info, false);
    });

    it('fails alone where the right is missing, says what to do, and goes out once it is there', async () => {
      const refused = await stage.accept(sender, { from: info });
      const other = await stage.accept(sender, { subject: 'not concerned' });
      await stage.settle();
      const failed = await stage.message(refused.id);
      expect(failed).toMatchObject({
        state: 'failed',
        mayHaveBeenSent: false,
        failure: {
          code: 'ErrorSendAsDenied',
          remedy: expect.stringContaining(
            `Add-ADPermission -Identity '${info}' -User '${ada}' -ExtendedRights 'Send As'`,
          ),
        },
      });
      expect(failed.failure.cause).toContain(info);
      expect(await stage.message(other.id)).toMatchObject({ state: 'sent' });
      expect(await stage.whole.mailbox(sender)).toMatchObject({ state: 'active' });
      expect(deliveriesOf(refused)).toEqual([]);
      expect(stage.control.listItems(ada, 'drafts')).toEqual([]);

      stage.control.setSendAs(ada, info);
      await stage.http.post(`/v1/outgoing-messages/${refused.id}/retry`);
      await stage.until(refused.id, 'sent');
      expect(deliveriesOf(refused)).toHaveLength(1);
      stage.control.setSendAs(ada, info, false);
    });

    it('takes its own address for its own name', async () => {
      const accepted = await stage.accept(sender, { from: 'ADA@example.com' });
      expect(accepted.from).toBeNull();
      await stage.until(accepted.id, 'sent');
    });
  });

  describe('at a later time', () => {
    const inMinutes = (minutes: number) => new Date(stage.clock.now().getTime() + minutes * minute).toISOString();

    it('waits for it, with the mail after it going first, and goes out then', async () => {
      const sendAt = inMinutes(90);
      const later = await stage.accept(sender, { sendAt });
      expect(later).toMatchObject({ state: 'pending', sendAt, nextAttemptAt: sendAt, waitingFor: 'send-time' });
      const now = await stage.accept(sender);
      await stage.settle();
      expect(await stage.message(now.id)).toMatchObject({ state: 'sent' });
      stage.clock.advance(90 * minute - 1);
      await stage.settle();
      expect(await stage.message(later.id)).toMatchObject({ state: 'pending' });
      stage.clock.advance(1);
      await stage.settle();
      expect(await stage.message(later.id)).toMatchObject({ state: 'sent', sentAt: sendAt, waitingFor: null });
      expect(deliveriesOf(later)).toHaveLength(1);
    });

    it('wakes at the earliest of several, whatever order they were accepted in', async () => {
      const accepted: { id: string }[] = [];
      for (const minutes of [30, 10, 20]) accepted.push(await stage.accept(sender, { sendAt: inMinutes(minutes) }));
      const states = async () => Promise.all(accepted.map(async ({ id }) => (await stage.message(id)).state));
      for (const expected of [
        ['pending', 'sent', 'pending'],
        ['pending', 'sent', 'sent'],
        ['sent', 'sent', 'sent'],
      ]) {
        stage.clock.advance(10 * minute);
        await stage.settle();
        expect(await states()).toEqual(expected);
      }
    });

    it('can be cancelled until then, and waits out a pause of its mailbox', async () => {
      const cancelled = await stage.accept(sender, { sendAt: inMinutes(10) });
      const paused = await stage.accept(sender, { sendAt: inMinutes(20) });
      expect(await stage.http.post(`/v1/outgoing-messages/${cancelled.id}/cancel`)).toMatchObject({ status: 200 });
      await stage.http.post(`/v1/mailboxes/${sender}/pause`);
      stage.clock.advance(60 * minute);
      await stage.settle();
      await stage.http.post(`/v1/mailboxes/${sender}/resume`);
      await stage.settle();
      expect(await stage.message(paused.id)).toMatchObject({ state: 'sent' });
      expect(deliveriesOf(cancelled)).toEqual([]);
    });

    it('is sent once where the request is repeated after that time', async () => {
      const body = { mailboxId: sender, to: [bob], subject: 's', text: 't', sendAt: inMinutes(5) };
      const key = { 'idempotency-key': 'later-1' };
      const first = await stage.http.post('/v1/outgoing-messages', body, key);
      stage.clock.advance(10 * minute);
      await stage.settle();
      const again = await stage.http.post('/v1/outgoing-messages', body, key);
      expect(again).toMatchObject({ status: 201, body: { id: first.body.id, state: 'sent' } });
      expect(deliveriesOf(first.body)).toHaveLength(1);
    });
  });

  describe('and what it cannot', () => {
    const unknown = '0199d2f0-0000-7000-8000-000000000000';
    it.each<[string, object, string]>([
      ['neither a subject nor an original', { subject: undefined }, 'subject'],
      ['a reply and a forward', { inReplyToMessageId: unknown, forwardOfMessageId: unknown }, 'forwardOfMessageId'],
      ['an original and ids of its own', { inReplyToMessageId: unknown, inReplyTo: '<a@x>' }, 'inReplyTo'],
      ['an original and references of its own', { forwardOfMessageId: unknown, references: ['<a@x>'] }, 'references'],
      ['an attached original without a forward', { attachOriginal: true }, 'attachOriginal'],
      ['an original that is no id', { inReplyToMessageId: 'x' }, 'inReplyToMessageId'],
      ['an id without brackets', { inReplyTo: 'a@x' }, 'inReplyTo'],
      ['an id that breaks the header', { inReplyTo: '<a@x>\r\nBcc: eve@example.com' }, 'inReplyTo'],
      ['a reference with a space', { references: ['<a@x> <b@x>'] }, 'references.0'],
      ['too many references', { references: Array.from({ length: 51 }, (_, index) => `<${index}@x>`) }, 'references'],
      ['an unknown importance', { importance: 'urgent' }, 'importance'],
      ['a time without zone', { sendAt: '2026-05-01T08:00:00' }, 'sendAt'],
      ['a time that is past', { sendAt: '2026-01-01T00:00:00Z' }, 'sendAt'],
      ['a time in two years', { sendAt: '2028-05-01T08:00:00Z' }, 'sendAt'],
      ['a sender with a line break', { from: { name: 'I\r\nBcc: eve@example.com', address: info } }, 'from.name'],
      ['two senders', { from: `${info}, ${ada}` }, 'from'],
      ['a forbidden header', { headers: [{ name: 'Bcc', value: 'eve@example.com' }] }, 'headers.0.name'],
      [
        'a header of Exchange’s own',
        { headers: [{ name: 'X-MS-Exchange-Organization-SCL', value: '-1' }] },
        'headers.0.name',
      ],
      ['a header that goes on', { headers: [{ name: 'X-A', value: 'x\r\nBcc: eve@example.com' }] }, 'headers.0.value'],
      [
        'a header twice',
        {
          headers: [
            { name: 'X-A', value: '1' },
            { name: 'x-a', value: '2' },
          ],
        },
        'headers',
      ],
      ['a word for a flag', { readReceipt: 'yes' }, 'readReceipt'],
    ])('refuses %s', async (_, change, field) => {
      const answer = await stage.post(sender, { subject: 's', ...change });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
      expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
    });

    it('answers 404 for an original that is not there or out of the key’s reach', async () => {
      const { id } = await stage.newestIn(receiver);
      const other = await stage.whole.makeProfile();
      const away = await stage.makeMailbox('carol@example.com', { profileId: other, incoming: false });
      const limited = stage.whole.client(await stage.whole.makeKey(['write'], [other]));
      const body = { mailboxId: away, to: [bob], text: 't' };
      for (const answer of [
        await stage.post(sender, { inReplyToMessageId: unknown }),
        await limited.post('/v1/outgoing-messages', { ...body, inReplyToMessageId: id }),
        await limited.post('/v1/outgoing-messages', { ...body, forwardOfMessageId: id, attachOriginal: true }),
      ])
        expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    });

    it('says so when the original has no MIME to attach', async () => {
      const { id } = await stage.newestIn(receiver);
      await stage.whole.dataSource.query(
        'UPDATE message_contents SET mime = NULL WHERE id = (SELECT content_id FROM messages WHERE id = $1)',
        [id],
      );
      expect(await stage.post(sender, { forwardOfMessageId: id, attachOriginal: true })).toMatchObject({
        status: 409,
        body: { code: 'original-not-attachable' },
      });
    });

    it('says so when the content of the original was removed; what needs no content goes on', async () => {
      const { id } = await stage.newestIn(receiver);
      await stage.whole.dataSource.query(
        'UPDATE messages SET content_id = NULL, content_removed_at = now() WHERE id = $1',
        [id],
      );
      const refused = await stage.post(sender, { forwardOfMessageId: id, attachOriginal: true });
      expect(refused).toMatchObject({ status: 409, body: { code: 'original-content-removed', retryable: false } });
      for (const original of [{ inReplyToMessageId: id }, { forwardOfMessageId: id }]) {
        const answer = await stage.post(sender, original);
        expect(answer.status).toBe(201);
        await stage.until(answer.body.id, 'sent');
      }
    });
  });

  itKeepsToTheSchema();
});
