import { randomBytes } from 'node:crypto';
import { leaseMs } from '../../src/features/scheduling/work.js';
import type { DataSource } from 'typeorm';
import { OutgoingStore } from '../../src/features/mail/outgoing/outgoing.store.js';
import { OutgoingStage, serviceAccount } from './outgoing-stage.js';

const sender = 'ada@example.com';
const minute = 60_000;

describe('sending mail', () => {
  let stage: OutgoingStage;
  let mailboxId: string;

  beforeEach(async () => {
    stage = await OutgoingStage.open([
      sender,
      'bob@example.com',
      'carol@example.com',
      'dora@example.com',
      'eve@example.com',
    ]);
    mailboxId = await stage.makeMailbox(sender, { displayName: 'Ada' });
    await stage.teach();
    // A new mailbox has nothing to send, and so nothing to do.
    await expect(stage.round()).resolves.toBe(0);
    stage.sandbox.control.resetCounts();
  });
  afterEach(() => stage.close());

  const deliveriesOf = (message: { internetMessageId: string }) =>
    stage.sandbox.control.deliveriesOf(message.internetMessageId);
  const operations = () => stage.sandbox.control.counts().calls.byOperation;
  const drafts = () => stage.sandbox.control.listItems(sender, 'drafts');

  it('sends a message once, with two calls, and says so', async () => {
    const accepted = await stage.accept(mailboxId, { to: ['Bob <bob@example.com>', 'someone@elsewhere.example'] });
    expect(accepted).toMatchObject({
      state: 'pending',
      mailboxId,
      to: [
        { name: 'Bob', address: 'bob@example.com' },
        { name: null, address: 'someone@elsewhere.example' },
      ],
      sentAt: null,
      failure: null,
      mayHaveBeenSent: false,
    });
    expect(accepted.internetMessageId).toBe(`<${accepted.id}@example.com>`);
    await expect(stage.round()).resolves.toBe(1);

    expect(await stage.message(accepted.id)).toMatchObject({
      state: 'sent',
      sentAt: stage.clock.now().toISOString(),
      attempts: 0,
    });
    expect(deliveriesOf(accepted)).toHaveLength(2);
    expect(operations()).toEqual({ CreateItem: 1, SendItem: 1 });
    expect(drafts()).toEqual([]);
    expect((await stage.mailIn(sender, 'sentitems')).map((mail) => mail.messageId)).toEqual([
      accepted.internetMessageId,
    ]);
    expect((await stage.events()).filter((event) => event.type.startsWith('outgoing'))).toEqual([
      { type: 'outgoing.sent', subject_id: accepted.id, data: { internetMessageId: accepted.internetMessageId } },
    ]);
    stage.clock.advance(60 * minute);
    await expect(stage.round()).resolves.toBe(0);
  });

  it('keeps Bcc hidden and everything else intact', async () => {
    const image = randomBytes(3_000);
    const table = randomBytes(5_000);
    const accepted = await stage.accept(mailboxId, {
      to: [{ name: 'Bøb Ünïcode 🦊', address: 'bob@example.com' }],
      cc: ['"Carol, C." <carol@example.com>'],
      bcc: ['dora@example.com'],
      replyTo: ['Sales <eve@example.com>'],
      subject: 'Übergrößenträger — 日本語の件名 🎉',
      text: 'not used beside the HTML',
      html: '<p>Grüße <b>日本</b> <img src="cid:logo@postroom"></p>',
      attachments: [
        {
          name: 'logo.png',
          contentType: 'image/png',
          contentId: 'logo@postroom',
          isInline: true,
          content: image.toString('base64'),
        },
        {
          name: 'Übersicht – 売上 ’25.xlsx',
          contentType: 'application/vnd.ms-excel',
          content: table.toString('base64'),
        },
        { name: 'empty.txt', contentType: 'text/plain', content: '' },
      ],
    });
    await stage.round();
    for (const [address, seesBcc] of [
      ['bob@example.com', false],
      ['carol@example.com', false],
      ['dora@example.com', false],
    ] as const) {
      const [mail, ...more] = await stage.mailIn(address);
      expect(more).toEqual([]);
      expect(mail?.subject).toBe('Übergrößenträger — 日本語の件名 🎉');
      expect(mail?.messageId).toBe(accepted.internetMessageId);
      expect(mail?.from?.value).toMatchObject([{ address: sender }]);
      expect(mail?.to).toMatchObject({ value: [{ address: 'bob@example.com', name: 'Bøb Ünïcode 🦊' }] });
      expect(mail?.cc).toMatchObject({ value: [{ address: 'carol@example.com', name: 'Carol, C.' }] });
      expect(mail?.replyTo?.value).toMatchObject([{ address: 'eve@example.com', name: 'Sales' }]);
      expect(mail?.html).toContain('Grüße <b>日本</b>');
      expect(mail?.headers.has('bcc')).toBe(seesBcc);
      expect(mail?.headerLines.map((line) => line.line).join('\n')).not.toContain('dora@');
      const files = new Map(mail?.attachments.map((file) => [file.filename, file]));
      expect([...files.keys()].sort()).toEqual(['empty.txt', 'logo.png', 'Übersicht – 売上 ’25.xlsx'].sort());
      expect(files.get('logo.png')?.content.equals(image)).toBe(true);
      expect(files.get('logo.png')?.cid).toBe('logo@postroom');
      expect(files.get('Übersicht – 売上 ’25.xlsx')?.content.equals(table)).toBe(true);
    }
    const shown = await stage.message(accepted.id);
    expect(shown.bcc).toEqual([{ name: null, address: 'dora@example.com' }]);
    expect(
      shown.attachments.map((file: { filename: string; sizeBytes: number }) => [file.filename, file.sizeBytes]),
    ).toEqual([
      ['logo.png', 3_000],
      ['Übersicht – 売上 ’25.xlsx', 5_000],
      ['empty.txt', 0],
    ]);
  });

  it('sends large attachments, in several requests where one would be too large', async () => {
    const small = randomBytes(10 * 1024 * 1024);
    const more = randomBytes(6 * 1024 * 1024);
    const file = (name: string, content: Buffer) => ({ name, content: content.toString('base64') });
    const one = await stage.accept(mailboxId, { attachments: [file('ten.bin', small)] });
    const two = await stage.accept(mailboxId, { attachments: [file('ten.bin', small), file('six.bin', more)] });
    await stage.round();
    expect(deliveriesOf(one)).toHaveLength(1);
    expect(deliveriesOf(two)).toHaveLength(1);
    const [first, second] = await stage.mailIn('bob@example.com');
    expect(first?.attachments.map((attachment) => attachment.content.equals(small))).toEqual([true]);
    expect(second?.attachments.map((attachment) => attachment.content.length)).toEqual([small.length, more.length]);
    expect(second?.attachments[1]?.content.equals(more)).toBe(true);
  });

  it.each([
    ['CreateItem', { dropBefore: true }, 0],
    ['CreateItem', { dropAfterCommit: true }, 0],
    ['CreateItem', { truncate: true }, 0],
    ['SendItem', { dropBefore: true }, 0],
    ['SendItem', { dropAfterCommit: true }, 0],
    ['SendItem', { truncate: true }, 0],
    ['SendItem', { http: 500, body: 'oops' }, 0],
    ['CreateItem', { itemError: 'ErrorInternalServerError' }, 0],
    ['SendItem', { itemError: 'ErrorInternalServerError' }, 0],
    ['CreateItem', { html: true }, 0],
  ] as const)('sends once after %s %j', async (operation, fault, left) => {
    stage.sandbox.control.injectFault({ operation, times: 1, fault });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    expect(await stage.message(accepted.id)).toMatchObject({
      state: operation === 'SendItem' ? 'sending' : 'pending',
      mayHaveBeenSent: operation === 'SendItem',
      attempts: 1,
      failure: { operation },
    });
    expect(await stage.until(accepted.id, 'sent')).toMatchObject({ failure: null, nextAttemptAt: null });
    expect(deliveriesOf(accepted)).toHaveLength(1);
    expect(drafts()).toHaveLength(left);
    expect(await stage.mailIn(sender, 'sentitems')).toHaveLength(1);
  });

  it('does not upload a draft again that was saved although the answer was lost', async () => {
    stage.sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { dropAfterCommit: true } });
    const accepted = await stage.accept(mailboxId);
    await stage.until(accepted.id, 'sent');
    expect(operations()).toEqual({ CreateItem: 1, GetFolder: 1, FindItem: 2, SendItem: 1 });
  });

  it('sends once whenever the worker dies', async () => {
    for (let point = 0; ; point += 1) {
      const accepted = await stage.accept(mailboxId, { subject: `dying at ${point}` });
      const [claim] = await stage.claim();
      const died = await stage.workDyingAt(claim!, point);
      if (died) {
        // Nobody else may take it up while the lease holds.
        expect(await stage.claim()).toEqual([]);
        stage.clock.advance(leaseMs + 1);
      }
      const sent = await stage.until(accepted.id, 'sent');
      expect({ point, deliveries: deliveriesOf(sent).length, drafts: drafts().length }).toEqual({
        point,
        deliveries: 1,
        drafts: 0,
      });
      if (!died) {
        // Four transactions and two calls, before and after each.
        expect(point).toBe(12);
        return;
      }
    }
  });

  it('does not let a worker without its lease send', async () => {
    const accepted = await stage.accept(mailboxId);
    const [lost] = await stage.claim();
    // Dies right before it would announce the submission; meanwhile another one does all the work.
    await stage.workDyingAt(lost!, 6);
    expect(drafts()).toHaveLength(1);
    stage.clock.advance(leaseMs + 1);
    const [taken] = await stage.claim();
    await Promise.all([stage.work(lost!), stage.work(taken!)]);
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'sent' });
    expect(deliveriesOf(accepted)).toHaveLength(1);
  });

  it('shares the work of many mailboxes between workers side by side', async () => {
    const others = await Promise.all(['bob', 'carol', 'dora'].map((name) => stage.makeMailbox(`${name}@example.com`)));
    const accepted = await Promise.all(
      [mailboxId, ...others].flatMap((id) =>
        [1, 2, 3].map((number) => stage.accept(id, { to: ['eve@example.com'], subject: `${number}` })),
      ),
    );
    const worker = async () => {
      while ((await stage.round()) > 0);
    };
    await Promise.all([worker(), worker(), worker()]);
    for (let rest = 0; rest < 20 && (await stage.round()) > 0; rest += 1);
    expect(accepted.map((message) => deliveriesOf(message).length)).toEqual(accepted.map(() => 1));
  });

  it('sends in the order of acceptance, twenty a run', async () => {
    const accepted = [];
    for (let number = 0; number < 25; number += 1)
      accepted.push(await stage.accept(mailboxId, { subject: `number ${number}` }));
    await stage.round();
    expect(stage.sandbox.control.listItems('bob@example.com')).toHaveLength(20);
    await stage.round();
    const subjects = stage.sandbox.control.listItems('bob@example.com').map((item) => item.subject);
    expect(subjects).toEqual(accepted.map((message) => message.subject));
  });

  it('sends a draft that its owner edited meanwhile, as it is by then', async () => {
    stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropBefore: true } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    const [draft] = drafts();
    stage.sandbox.control.markRead(sender, draft!.id, false);
    stage.sandbox.control.markRead(sender, draft!.id, true);
    await stage.until(accepted.id, 'sent');
    expect(deliveriesOf(accepted)).toHaveLength(1);
  });

  it.each(['ErrorStaleObject', 'ErrorChangeKeyRequired'])(
    'reads the change key anew on %s, at once',
    async (itemError) => {
      stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { itemError } });
      const accepted = await stage.accept(mailboxId);
      await stage.round();
      expect(await stage.message(accepted.id)).toMatchObject({ state: 'sent' });
      expect(deliveriesOf(accepted)).toHaveLength(1);
      expect(operations()).toEqual({ CreateItem: 1, SendItem: 2, FindItem: 1 });
    },
  );

  it('saves a draft anew that its owner deleted, after looking for it three times', async () => {
    stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { itemError: 'ErrorSendAsDenied' } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    const lookedFrom = stage.clock.now().getTime();
    stage.sandbox.control.deleteItem(sender, drafts()[0]!.id);
    const sent = await stage.until(accepted.id, 'sent', 5_000);
    expect(deliveriesOf(accepted)).toHaveLength(1);
    expect(new Date(sent.sentAt).getTime() - lookedFrom).toBeGreaterThan(2 * minute);
    expect(operations()).toMatchObject({ FindItem: 3, CreateItem: 2 });
  });

  it('does not send again what may have been delivered and is nowhere to be found', async () => {
    stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropBefore: true } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    stage.sandbox.control.deleteItem(sender, drafts()[0]!.id);
    const failed = await stage.until(accepted.id, 'failed', 5_000);
    expect(failed).toMatchObject({ mayHaveBeenSent: true, failure: { code: 'MayHaveBeenDelivered' } });
    expect(operations()).toMatchObject({ FindItem: 3, CreateItem: 1, SendItem: 1 });
  });

  it('fails a message that the server refuses, and only that one', async () => {
    const good = await stage.accept(mailboxId, { subject: 'good' });
    const bad = await stage.accept(mailboxId, { subject: 'bad' });
    const [claim] = await stage.claim();
    // The first message's calls pass, then one is refused, then the third goes through.
    const after = await stage.accept(mailboxId, { subject: 'after' });
    stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { delayMs: 1 } });
    stage.sandbox.control.injectFault({
      operation: 'SendItem',
      times: 1,
      fault: { itemError: 'ErrorInvalidRecipients' },
    });
    await stage.work(claim!);
    expect(await stage.message(good.id)).toMatchObject({ state: 'sent' });
    expect(await stage.message(after.id)).toMatchObject({ state: 'sent' });
    const failed = await stage.message(bad.id);
    expect(failed).toMatchObject({
      state: 'failed',
      mayHaveBeenSent: false,
      failure: { code: 'ErrorInvalidRecipients', operation: 'SendItem', title: 'The server refuses a recipient' },
    });
    expect(deliveriesOf(bad)).toEqual([]);
    expect(drafts()).toEqual([]);
    expect((await stage.http.get(`/v1/mailboxes/${mailboxId}`)).body).toMatchObject({ state: 'active' });
    expect(await stage.events()).toContainEqual({
      type: 'outgoing.failed',
      subject_id: bad.id,
      data: { internetMessageId: bad.internetMessageId, code: 'ErrorInvalidRecipients', mayHaveBeenSent: false },
    });

    const retried = await stage.http.post(`/v1/outgoing-messages/${bad.id}/retry`);
    expect(retried).toMatchObject({ status: 200, body: { state: 'pending', attempts: 0, failure: null } });
    await stage.until(bad.id, 'sent');
    expect(deliveriesOf(bad)).toHaveLength(1);
  });

  it('does not let a message that always breaks hold up the others', async () => {
    const poison = await stage.accept(mailboxId, { subject: 'poison' });
    stage.sandbox.control.injectFault({
      operation: 'CreateItem',
      times: 1,
      fault: { itemError: 'ErrorInternalServerError' },
    });
    await stage.round();
    const good = await stage.accept(mailboxId, { subject: 'good' });
    stage.clock.advance(1);
    await stage.round();
    expect(await stage.message(good.id)).toMatchObject({ state: 'sent' });
    expect(await stage.message(poison.id)).toMatchObject({ state: 'pending', attempts: 1 });
    await stage.until(poison.id, 'sent');
  });

  it('gives a message up after thirty failures of its own, and none in an outage', async () => {
    const hopeless = await stage.accept(mailboxId, { subject: 'hopeless' });
    const breakNext = () =>
      stage.sandbox.control.injectFault({
        operation: 'CreateItem',
        times: 1,
        fault: { itemError: 'ErrorInternalServerError' },
      });
    const tryOnce = async () => {
      const before = (await stage.message(hopeless.id)).failure?.at;
      breakNext();
      for (let step = 0; step < 40; step += 1) {
        await stage.round();
        if ((await stage.message(hopeless.id)).failure?.at !== before) return;
        stage.clock.advance(minute);
      }
    };
    for (let outage = 0; outage < 40; outage += 1) await tryOnce();
    expect(await stage.message(hopeless.id)).toMatchObject({ state: 'pending', attempts: 10 });
    for (let own = 0; own < 20; own += 1) {
      // Another message goes out, so it is not the server.
      const other = await stage.accept(mailboxId, { subject: 'fine' });
      stage.clock.advance(1);
      await stage.until(other.id, 'sent', 1);
      stage.clock.advance(1);
      await tryOnce();
    }
    stage.sandbox.control.clearFaults();
    expect(await stage.message(hopeless.id)).toMatchObject({
      state: 'failed',
      attempts: 30,
      failure: { code: 'ErrorInternalServerError' },
    });
  });

  it('puts messages back when impersonation is denied, and sends them when it is granted', async () => {
    stage.sandbox.control.revoke(serviceAccount, [sender]);
    const first = await stage.accept(mailboxId, { subject: 'first' });
    const second = await stage.accept(mailboxId, { subject: 'second' });
    await stage.round();
    expect(await stage.message(first.id)).toMatchObject({
      state: 'pending',
      attempts: 0,
      failure: { code: 'ErrorImpersonateUserDenied', remedy: expect.stringContaining('New-ManagementRoleAssignment') },
    });
    expect(await stage.message(second.id)).toMatchObject({ state: 'pending', failure: null });
    const mailbox = async () => (await stage.http.get(`/v1/mailboxes/${mailboxId}`)).body;
    expect(await mailbox()).toMatchObject({ state: 'verifying', failure: { during: 'outgoing' } });
    stage.clock.advance(90_000);
    await stage.round();
    expect(await mailbox()).toMatchObject({ state: 'failed', failure: { during: 'outgoing' } });
    // Accepted too while it is failed, and no reason to call the server earlier.
    const third = await stage.accept(mailboxId, { subject: 'third' });
    await expect(stage.round()).resolves.toBe(0);

    stage.sandbox.control.grant(serviceAccount, [sender]);
    await stage.until(third.id, 'sent');
    expect(await mailbox()).toMatchObject({ state: 'active', failure: null });
    for (const message of [first, second, third]) expect(deliveriesOf(message)).toHaveLength(1);
  });

  it('keeps the draft when sending is denied, and submits it later', async () => {
    stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { itemError: 'ErrorSendAsDenied' } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'pending', mayHaveBeenSent: false });
    expect(drafts()).toHaveLength(1);
    await stage.until(accepted.id, 'sent', minute);
    expect(operations()).toEqual({ CreateItem: 1, SendItem: 2 });
    expect(deliveriesOf(accepted)).toHaveLength(1);
  });

  it('proves a failed mailbox well when nothing is left to send', async () => {
    stage.sandbox.control.revoke(serviceAccount, [sender]);
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    await stage.http.post(`/v1/outgoing-messages/${accepted.id}/cancel`);
    const state = async () => (await stage.http.get(`/v1/mailboxes/${mailboxId}`)).body.state;
    stage.clock.advance(2 * minute);
    await expect(stage.round()).resolves.toBe(1);
    expect(await state()).toBe('failed');
    stage.sandbox.control.grant(serviceAccount, [sender]);
    stage.clock.advance(20 * minute);
    await stage.round();
    expect(await state()).toBe('active');
    expect(deliveriesOf(accepted)).toEqual([]);
  });

  it('waits with the profile when the server is busy', async () => {
    stage.sandbox.control.injectFault({ times: 1, fault: { code: 'ErrorServerBusy', backOffMs: 90_000 } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'pending', attempts: 0 });
    stage.clock.advance(80_000);
    await expect(stage.round()).resolves.toBe(0);
    await stage.until(accepted.id, 'sent');
    expect(deliveriesOf(accepted)).toHaveLength(1);
  });

  it('takes messages of a paused mailbox and sends them when it is resumed', async () => {
    await stage.http.post(`/v1/mailboxes/${mailboxId}/pause`);
    const accepted = await stage.accept(mailboxId);
    await expect(stage.round()).resolves.toBe(0);
    await stage.http.post(`/v1/mailboxes/${mailboxId}/resume`);
    await stage.until(accepted.id, 'sent');
    expect(deliveriesOf(accepted)).toHaveLength(1);
  });

  it('takes the draft of a cancelled message off the server', async () => {
    stage.sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { dropAfterCommit: true } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    expect(drafts()).toHaveLength(1);
    const cancelled = await stage.http.post(`/v1/outgoing-messages/${accepted.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    await expect(stage.round()).resolves.toBe(1);
    expect(drafts()).toEqual([]);
    expect(deliveriesOf(accepted)).toEqual([]);
    stage.clock.advance(60 * minute);
    await expect(stage.round()).resolves.toBe(0);
    expect(await stage.message(accepted.id)).toMatchObject({ state: 'cancelled' });
  });

  it('lets no draft that cannot be deleted hold up mail', async () => {
    const { control } = stage.sandbox;
    control.injectFault({ operation: 'CreateItem', times: 1, fault: { dropAfterCommit: true } });
    const cancelled = await stage.accept(mailboxId);
    await stage.round();
    await stage.http.post(`/v1/outgoing-messages/${cancelled.id}/cancel`);
    control.injectFault({ operation: 'DeleteItem', times: 1, fault: { itemError: 'ErrorCannotDeleteObject' } });
    const good = await stage.accept(mailboxId);
    await stage.round();
    expect(await stage.message(good.id)).toMatchObject({ state: 'sent' });
    expect(drafts()).toHaveLength(1);
    stage.clock.advance(minute);
    await stage.round();
    expect(drafts()).toEqual([]);
    expect(deliveriesOf(cancelled)).toEqual([]);
  });

  it('finds its work by the index of waiting messages', async () => {
    const asked: [string, unknown[]][] = [];
    const recording = { query: async (text: string, values: unknown[]) => (asked.push([text, values]), []) };
    const store = new OutgoingStore(recording as unknown as DataSource);
    await store.nextWaiting(mailboxId, stage.clock.now(), []);
    await store.nextDue(mailboxId, stage.clock.now());
    for (const [text, values] of asked) {
      const plan = await stage.database.dataSource.transaction(async (manager) => {
        await manager.query('SET LOCAL enable_seqscan = off');
        return manager.query(`EXPLAIN ${text}`, values);
      });
      expect(JSON.stringify(plan)).toContain('outgoing_messages_waiting');
    }
    expect(asked).toHaveLength(2);
  });

  it('does not cancel what may have gone out', async () => {
    stage.sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropAfterCommit: true } });
    const accepted = await stage.accept(mailboxId);
    await stage.round();
    const refused = await stage.http.post(`/v1/outgoing-messages/${accepted.id}/cancel`);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'not-cancellable', detail: 'The message is sending. It may have been delivered.' },
    });
  });

  it('gives the work back unharmed when the process stops in the middle', async () => {
    const accepted = await stage.accept(mailboxId);
    stage.sandbox.control.slowDown(200);
    const [claim] = await stage.claim();
    const shutdown = new AbortController();
    const working = stage.work(claim!, shutdown.signal);
    await stage.http.get('/v1/outgoing-messages');
    shutdown.abort(new Error('stopping'));
    await working;
    stage.sandbox.control.slowDown(0);
    await stage.until(accepted.id, 'sent', 1);
    expect(deliveriesOf(accepted)).toHaveLength(1);
  });
});
