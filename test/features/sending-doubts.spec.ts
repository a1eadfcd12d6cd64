import { ewsError, ewsSuccess } from '../support/ews-answers.js';
import type { ProxiedCall } from '../support/spoiling-proxy.js';
import { OutgoingStage } from './outgoing-stage.js';

const sender = 'ada@example.com';

/** Servers that treat what is sent over them otherwise than Exchange, and calls that someone in between refuses. */
describe('sending over any server', () => {
  let stage: OutgoingStage;
  let mailboxId: string;
  /** Item ids of drafts that the foreign server has delivered, without moving them. */
  let delivered: string[];

  beforeEach(async () => {
    stage = await OutgoingStage.open([sender, 'bob@example.com', 'carol@example.com'], { proxied: true });
    mailboxId = await stage.makeMailbox(sender);
    delivered = [];
  });
  afterEach(() => stage.close());

  const drafts = () => stage.sandbox.control.listItems(sender, 'drafts');
  const deliveriesOf = (message: { internetMessageId: string }) =>
    stage.sandbox.control.deliveriesOf(message.internetMessageId).length;
  const eventsOf = async (id: string) =>
    (await stage.events()).filter(({ subject_id }) => subject_id === id).map(({ type, data }) => ({ type, data }));
  const act = (id: string, verb: string, body?: object) => stage.http.post(`/v1/outgoing-messages/${id}/${verb}`, body);
  /** Delivers without moving the draft. */
  const deliver = ({ body }: ProxiedCall) => delivered.push(/<t:ItemId [^>]*Id="([^"]+)"/.exec(body)?.[1] ?? '');

  it('sends once over a server that leaves the draft and names the wrapper otherwise', async () => {
    stage.spoil((call) => {
      if (call.operation !== 'SendItem') return undefined;
      deliver(call);
      return ewsSuccess('SendItem', 'Responses');
    });
    const messages = [];
    for (let number = 0; number < 3; number += 1) messages.push(await stage.accept(mailboxId));
    await stage.round();
    for (const { id } of messages) expect(await stage.message(id)).toMatchObject({ state: 'sent', failure: null });
    stage.clock.advance(10 * 60_000);
    await stage.round();
    expect(delivered).toHaveLength(3);
    const [seen] = await stage.database.dataSource.query('SELECT * FROM sending_traits');
    expect(seen).toMatchObject({ draft_moved_at: null, draft_left_at: expect.any(Date) });
  });

  it.each([
    ['an answer that is cut off', () => 'cut' as const],
    ['an answer that is no EWS', () => ({ status: 200, headers: {}, body: '<html>Delivered</html>' })],
    ['an error of a gateway', () => ({ status: 502, headers: {}, body: 'Bad gateway' })],
    ['a scanner that forbids the answer', () => ({ status: 403, headers: {}, body: 'Forbidden' })],
    [
      'a redirect to an error page',
      () => ({ status: 302, headers: { location: '/ews/genericerrorpage.htm' }, body: '' }),
    ],
    ['a code that may come after delivery', () => ewsError('SendItem', 'ErrorQuotaExceeded')],
    ['a code that nobody knows', () => ewsError('SendItem', 'ErrorOfTheVendor')],
    ['a draft that it calls gone', () => ewsError('SendItem', 'ErrorItemNotFound')],
  ])('does not send a second time after %s where drafts are left', async (_, answer) => {
    let spoiled = 0;
    stage.spoil((call) => {
      if (call.operation !== 'SendItem') return undefined;
      deliver(call);
      return spoiled++ === 0 ? answer() : ewsSuccess('SendItem');
    });
    const doubtful = await stage.accept(mailboxId, { subject: 'in doubt' });
    const others = [await stage.accept(mailboxId), await stage.accept(mailboxId)];
    await stage.round();
    // Doubt about one message does not slow the others down.
    for (const { id } of others) expect(await stage.message(id)).toMatchObject({ state: 'sent' });
    expect(await stage.message(doubtful.id)).toMatchObject({ state: 'sending', mayHaveBeenSent: true });
    expect((await act(doubtful.id, 'cancel')).body).toMatchObject({
      code: 'not-cancellable',
      detail: 'The message is sending. It may have been delivered.',
    });

    const failed = await stage.until(doubtful.id, 'failed');
    expect(failed).toMatchObject({
      mayHaveBeenSent: true,
      nextAttemptAt: null,
      failure: { code: 'MayHaveBeenDelivered', title: 'The message may have been delivered' },
    });
    stage.clock.advance(24 * 60 * 60_000);
    await stage.round();
    expect(delivered).toHaveLength(3);
    expect((await eventsOf(doubtful.id)).at(-1)).toMatchObject({
      type: 'outgoing.failed',
      data: { code: 'MayHaveBeenDelivered', mayHaveBeenSent: true },
    });
    expect((await stage.http.get(`/v1/mailboxes/${mailboxId}`)).body).toMatchObject({ state: 'active' });
  });

  it('leaves it to a person what becomes of a message that may have been delivered', async () => {
    let answer: 'cut' | 'success' = 'cut';
    stage.spoil((call) => {
      if (call.operation !== 'SendItem') return undefined;
      deliver(call);
      return answer === 'cut' ? 'cut' : ewsSuccess('SendItem');
    });
    const known = await stage.accept(mailboxId, { subject: 'known to have arrived' });
    const again = await stage.accept(mailboxId, { subject: 'not arrived' });
    for (const { id } of [known, again]) await stage.until(id, 'failed', 30_000);
    answer = 'success';
    expect(delivered).toHaveLength(2);

    // A retry as such looks for it, and sends nothing.
    expect(await act(again.id, 'retry')).toMatchObject({ status: 200, headers: {}, body: { state: 'sending' } });
    await stage.until(again.id, 'failed', 30_000);
    expect(delivered).toHaveLength(2);

    expect(await act(again.id, 'retry', { mayDeliverTwice: true })).toMatchObject({
      status: 200,
      body: { state: 'sending', mayHaveBeenSent: true },
    });
    expect(await act(again.id, 'cancel')).toMatchObject({ status: 409, body: { code: 'not-cancellable' } });
    expect(await stage.until(again.id, 'sent', 1)).toMatchObject({ mayHaveBeenSent: false });
    expect(delivered).toHaveLength(3);

    expect(await act(known.id, 'mark-sent')).toMatchObject({
      status: 200,
      body: { state: 'sent', mayHaveBeenSent: false, failure: null, sentAt: stage.clock.now().toISOString() },
    });
    expect((await eventsOf(known.id)).at(-1)).toMatchObject({ type: 'outgoing.sent', data: { markedByPerson: true } });
    expect(await act(known.id, 'mark-sent')).toMatchObject({ status: 409, body: { code: 'nothing-in-doubt' } });
    expect(delivered).toHaveLength(3);
  });

  it('tries once more where submitted drafts move, and then leaves it to a person', async () => {
    await stage.teach();
    let submissions = 0;
    stage.spoil(({ operation }) => {
      if (operation !== 'SendItem') return undefined;
      submissions += 1;
      return 'cut';
    });
    const accepted = await stage.accept(mailboxId);
    await stage.until(accepted.id, 'failed');
    expect(await stage.message(accepted.id)).toMatchObject({
      mayHaveBeenSent: true,
      failure: { code: 'MayHaveBeenDelivered' },
    });
    expect(submissions).toBe(2);
  });

  it('learns from one message how the server treats drafts, and looks at no further one', async () => {
    const messages = [];
    for (let number = 0; number < 3; number += 1) messages.push(await stage.accept(mailboxId));
    await stage.round();
    // One look before and one after the first submission.
    expect(stage.sandbox.control.counts().calls.byOperation).toEqual({ CreateItem: 3, GetItem: 2, SendItem: 3 });
    const [seen] = await stage.database.dataSource.query('SELECT * FROM sending_traits');
    expect(seen).toMatchObject({ draft_moved_at: expect.any(Date), marker_kept_at: expect.any(Date) });
  });

  it('is held by the database to two submissions in doubt', async () => {
    const { id } = await stage.accept(mailboxId);
    const doubt = (count: number) =>
      stage.database.dataSource.query('UPDATE outgoing_messages SET doubtful_submissions = $2 WHERE id = $1', [
        id,
        count,
      ]);
    await doubt(2);
    await expect(doubt(3)).rejects.toThrow('outgoing_at_most_two_in_doubt');
    // Whatever the code believes, the transaction that announces a third one fails.
    await stage.round();
    expect(await stage.message(id)).toMatchObject({ state: 'failed', failure: { code: 'MayHaveBeenDelivered' } });
    expect(stage.sandbox.control.counts().calls.byOperation).not.toHaveProperty('SendItem');
  });

  it('counts the submission of a process of an earlier version that dies while it is replaced', async () => {
    stage.spoil((call) => {
      if (call.operation !== 'SendItem') return undefined;
      deliver(call);
      return ewsSuccess('SendItem');
    });
    const taught = await stage.accept(mailboxId);
    await stage.until(taught.id, 'sent', 1);
    const { id } = await stage.accept(mailboxId);
    const draft = await stage.saveDraft(sender, id);
    // It knows nothing of doubts, delivers, and writes no more.
    for (const [step, itemId] of [
      ['saved', draft],
      ['submitting', draft],
    ])
      await stage.database.dataSource.query(
        `UPDATE outgoing_messages SET state = 'sending', step = $2, item_id = $3 WHERE id = $1`,
        [id, step, itemId],
      );
    expect(await stage.until(id, 'failed')).toMatchObject({
      mayHaveBeenSent: true,
      failure: { code: 'MayHaveBeenDelivered' },
    });
    expect(delivered).toHaveLength(1);
  });

  it('sends what a search cannot look for, and never takes that for a proof', async () => {
    let lost = 0;
    stage.spoil(async ({ operation, forward }) => {
      if (operation === 'FindItem') return ewsError('FindItem', 'ErrorInvalidRestriction');
      if (operation === 'CreateItem' && lost++ === 0) {
        await forward();
        return 'cut';
      }
      return undefined;
    });
    const saved = await stage.accept(mailboxId);
    await stage.until(saved.id, 'sent');
    expect(deliveriesOf(saved)).toBe(1);

    let submissions = 0;
    stage.spoil(async ({ operation, forward }) => {
      if (operation === 'FindItem') return ewsError('FindItem', 'ErrorUnsupportedPathForQuery');
      if (operation !== 'SendItem') return undefined;
      submissions += 1;
      await forward();
      return 'cut';
    });
    const doubtful = await stage.accept(mailboxId);
    const failed = await stage.until(doubtful.id, 'failed');
    expect(failed).toMatchObject({ failure: { code: 'MayHaveBeenDelivered' } });
    expect({ submissions, deliveries: deliveriesOf(doubtful) }).toEqual({ submissions: 1, deliveries: 1 });
  });

  it('sends over a server that drops the marker', async () => {
    let cut = 0;
    stage.spoil(async ({ operation, body, forward }) => {
      if (operation === 'CreateItem')
        return forward(body.replaceAll(/<t:ExtendedProperty>.*?PostroomMessageId.*?<\/t:ExtendedProperty>/gs, ''));
      if (operation === 'SendItem' && cut++ === 1) {
        await forward();
        return 'cut';
      }
      return undefined;
    });
    const first = await stage.accept(mailboxId);
    await stage.until(first.id, 'sent', 1);
    const [seen] = await stage.database.dataSource.query('SELECT * FROM sending_traits');
    expect(seen).toMatchObject({ marker_dropped_at: expect.any(Date) });
    const doubtful = await stage.accept(mailboxId);
    await stage.until(doubtful.id, 'failed');
    expect({ deliveries: deliveriesOf(doubtful), submissions: cut }).toEqual({ deliveries: 1, submissions: 2 });
  });

  it.each([
    ['an error of the server', () => ewsError('CreateItem', 'ErrorInternalServerError')],
    ['a scanner that forbids it', () => ({ status: 403, headers: {}, body: 'Forbidden' })],
    ['a code of no table', () => ewsError('CreateItem', 'ErrorOfTheVendor')],
    ['a cut connection', () => 'cut' as const],
  ])('goes on to the good message behind four that meet %s', async (_, answer) => {
    stage.spoil(({ operation, body }) =>
      operation === 'CreateItem' && body.includes('<t:Subject>bad') ? answer() : undefined,
    );
    const bad = [];
    for (let number = 0; number < 4; number += 1) bad.push(await stage.accept(mailboxId, { subject: `bad ${number}` }));
    const good = await stage.accept(mailboxId, { subject: 'good' });
    await stage.round();
    expect(await stage.message(good.id)).toMatchObject({ state: 'sent' });
    for (const { id } of bad) {
      const shown = await stage.message(id);
      expect(shown).toMatchObject({ state: 'pending', nextAttemptAt: expect.any(String), waitingFor: 'retry' });
      expect(await eventsOf(id)).toEqual([
        { type: 'outgoing.delayed', data: expect.objectContaining({ code: shown.failure.code }) },
      ]);
    }
    expect((await stage.http.get(`/v1/mailboxes/${mailboxId}`)).body).toMatchObject({ state: 'active', failure: null });

    // It is told once, however often it is met.
    stage.clock.advance(60_000);
    await stage.round();
    expect(await eventsOf(bad[0].id)).toHaveLength(1);
    stage.spoil(() => undefined);
    for (const { id } of bad) await stage.until(id, 'sent', 60_000);
  });

  it('lets the mailbox wait when its folders do not open either', async () => {
    stage.spoil(({ operation }) =>
      ['CreateItem', 'GetFolder'].includes(operation) ? ewsError(operation, 'ErrorInternalServerError') : undefined,
    );
    const messages = [await stage.accept(mailboxId), await stage.accept(mailboxId)];
    await stage.round();
    expect(await stage.message(messages[0].id)).toMatchObject({ state: 'pending', attempts: 1 });
    expect(await stage.message(messages[1].id)).toMatchObject({ state: 'pending', attempts: 0, failure: null });
    expect(await eventsOf(messages[0].id)).toEqual([]);
  });

  describe('attachments', () => {
    const file = (name: string, size = 2_000) => ({ name, content: Buffer.alloc(size, name).toString('base64') });
    const attachments = [file('contract.pdf'), file('plan.png')];
    const without = (body: string) => body.replace(/<t:Attachments>.*<\/t:Attachments>/s, '');

    it('adds those that the server dropped', async () => {
      stage.spoil(({ operation, body, forward }) => (operation === 'CreateItem' ? forward(without(body)) : undefined));
      const accepted = await stage.accept(mailboxId, { attachments });
      await stage.round();
      expect(await stage.message(accepted.id)).toMatchObject({ state: 'sent' });
      const [mail] = await stage.mailIn('bob@example.com');
      expect(mail?.attachments.map(({ filename, size }) => ({ filename, size }))).toEqual([
        { filename: 'contract.pdf', size: 2_000 },
        { filename: 'plan.png', size: 2_000 },
      ]);
    });

    it.each([
      ['answers nothing of it', () => ({ status: 200, headers: {}, body: emptyAnswer })],
      ['refuses it', () => ewsError('CreateAttachment', 'ErrorAttachmentSizeLimitExceeded')],
    ])('does not send without one that the server still lacks, and %s', async (_, answer) => {
      stage.spoil(({ operation, body, forward }) => {
        if (operation === 'CreateItem') return forward(without(body));
        return operation === 'CreateAttachment' ? answer() : undefined;
      });
      const accepted = await stage.accept(mailboxId, { attachments });
      const other = await stage.accept(mailboxId, { subject: 'without' });
      await stage.round();
      const failed = await stage.message(accepted.id);
      expect(failed).toMatchObject({
        state: 'failed',
        mayHaveBeenSent: false,
        failure: { code: 'AttachmentNotTaken', message: expect.stringContaining('“contract.pdf”, “plan.png”') },
      });
      expect(await stage.message(other.id)).toMatchObject({ state: 'sent' });
      expect(deliveriesOf(accepted)).toBe(0);
      expect(drafts()).toEqual([]);
    });

    const emptyAnswer =
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:CreateAttachmentResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages/></m:CreateAttachmentResponse></s:Body></s:Envelope>';
  });
});
