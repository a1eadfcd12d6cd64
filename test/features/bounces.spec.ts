import { feedSettled } from '../support/feed.js';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { itKeepsToTheSchema, SendingStage } from './support/sending-stage.js';
import { statementsOf } from './support/sql-log.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';
const corpus = join(__dirname, '../../../shared/mail-corpus/mail/multipart_report_emails');

describe('what comes back about sent mail', () => {
  let stage: SendingStage;
  let sender: string;

  beforeAll(async () => {
    stage = await SendingStage.open([ada, bob, 'carol@example.com']);
    sender = await stage.makeMailbox(ada);
    await stage.settle();
  });
  afterAll(() => stage?.close());

  const send = async (message: object = {}) => {
    stage.clock.advance(60_000);
    const { id } = await stage.accept(sender, { to: ['out@elsewhere.example'], ...message });
    return stage.until(id, 'sent');
  };
  const eventsOf = async (type: string, id: string) =>
    (await stage.events(type)).filter((event) => event.subject_id === id);

  const report = (type: string, parts: [string, string][], headers: string[] = []) =>
    Buffer.from(
      [
        'From: postmaster@elsewhere.example',
        `To: ${ada}`,
        `Message-ID: <${Math.random()}@elsewhere.example>`,
        'Subject: report',
        'Date: Sun, 01 Mar 2026 08:00:00 +0000',
        'MIME-Version: 1.0',
        ...headers,
        `Content-Type: multipart/report; report-type=${type}; boundary="b"`,
        '',
        ...parts.flatMap(([contentType, body]) => ['--b', `Content-Type: ${contentType}`, '', body]),
        '--b--',
        '',
      ].join('\r\n'),
    );
  const deliver = async (mime: Buffer, address = ada) => {
    await stage.control.deliverMime(address, mime);
    await stage.receive();
  };
  const deliveryStatus = (action: string, status: string): [string, string] => [
    'message/delivery-status',
    `Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; out@elsewhere.example\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; 550 ${status} no\r\n`,
  ];
  const original = (id: string): [string, string] => ['text/rfc822-headers', `Subject: Hello\r\nMessage-ID: ${id}\r\n`];

  it('ties Exchange’s own report to the message, and tells it once', async () => {
    const sent = await send({ to: ['nobody@example.com', bob], subject: 'Grüße' });
    await stage.receive();
    const [ndr] = await stage.messagesOf(sender);
    expect(ndr.subject).toBe('Undeliverable: Grüße');
    const message = await stage.message(sent.id);
    expect(message).toMatchObject({ state: 'sent', failure: null });
    expect(message.deliveryReports).toEqual([
      {
        kind: 'delivery',
        action: 'failed',
        recipient: 'nobody@example.com',
        status: '5.1.10',
        diagnostic: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
        messageId: ndr.id,
        at: ndr.receivedAt,
      },
    ]);
    const told = [
      {
        subject_id: sent.id,
        mailbox_id: sender,
        data: {
          internetMessageId: sent.internetMessageId,
          messageId: ndr.id,
          recipients: [{ recipient: 'nobody@example.com', status: '5.1.10' }],
        },
      },
    ];
    expect(await eventsOf('outgoing.bounced', sent.id)).toEqual(told);
    // Everything is read again after a lost sync state, and moved items come back under new ids.
    stage.control.invalidateSyncStates(ada);
    const { id } = stage.control.listItems(ada).at(-1)!;
    stage.control.moveItem(ada, stage.control.moveItem(ada, id, 'deleteditems'), 'inbox');
    await stage.receive();
    await stage.receive();
    expect((await stage.message(sent.id)).deliveryReports).toHaveLength(1);
    expect(await eventsOf('outgoing.bounced', sent.id)).toEqual(told);
    await feedSettled(stage.whole.dataSource);
    const feed = await stage.http.get('/v1/events?types=outgoing.bounced');
    expect(feed.body.items.map((event: { subjectId: string }) => event.subjectId)).toContain(sent.id);
  });

  it.each([
    ['failed', '5.2.2', 1],
    ['delayed', '4.4.7', 0],
    ['delivered', '2.0.0', 0],
    ['relayed', '2.1.5', 0],
  ])('records that a message was %s', async (action, status, bounces) => {
    const sent = await send();
    await deliver(
      report('delivery-status', [
        ['text/plain', 'words'],
        deliveryStatus(action, status),
        original(sent.internetMessageId),
      ]),
    );
    expect((await stage.message(sent.id)).deliveryReports).toMatchObject([
      { kind: 'delivery', action, status, recipient: 'out@elsewhere.example', diagnostic: `550 ${status} no` },
    ]);
    expect(await eventsOf('outgoing.bounced', sent.id)).toHaveLength(bounces);
    expect(await stage.message(sent.id)).toMatchObject({ state: 'sent' });
  });

  it.each([
    ['displayed', 1],
    ['deleted', 0],
  ])('records that a message was %s', async (action, receipts) => {
    const sent = await send({ readReceipt: true });
    const body = `Final-Recipient: rfc822;out@elsewhere.example\r\nOriginal-Message-ID: ${sent.internetMessageId}\r\nDisposition: manual-action/MDN-sent-manually; ${action}\r\n`;
    await deliver(
      report('disposition-notification', [
        ['text/plain', 'read'],
        ['message/disposition-notification', body],
      ]),
    );
    const [notice] = await stage.messagesOf(sender);
    expect((await stage.message(sent.id)).deliveryReports).toMatchObject([
      { kind: 'disposition', action, recipient: 'out@elsewhere.example', status: null, messageId: notice.id },
    ]);
    expect(await eventsOf('outgoing.read-receipt', sent.id)).toHaveLength(receipts);
    expect(await eventsOf('outgoing.bounced', sent.id)).toEqual([]);
  });

  it('ties by In-Reply-To and References where nothing of the original came back', async () => {
    const [one, two] = [await send(), await send()];
    const status = deliveryStatus('failed', '5.1.1');
    await deliver(report('delivery-status', [status], [`In-Reply-To: ${one.internetMessageId}`]));
    await deliver(report('delivery-status', [status], [`References: <x@y> ${two.internetMessageId}`]));
    for (const { id } of [one, two]) expect((await stage.message(id)).deliveryReports).toHaveLength(1);
  });

  (existsSync(corpus) ? it : it.skip)('ties the report of a real server (needs ../shared/mail-corpus)', async () => {
    const sent = await send();
    const mime = readFileSync(join(corpus, 'multi_address_bounce1.eml'), 'latin1');
    await deliver(
      Buffer.from(
        mime.replace('<118707422.15521266992174819.JavaMail.root@lvmail01>', sent.internetMessageId),
        'latin1',
      ),
    );
    const { deliveryReports } = await stage.message(sent.id);
    expect(deliveryReports).toHaveLength(5);
    expect(deliveryReports[0]).toMatchObject({
      action: 'failed',
      recipient: 'bbbbvhvbbvkjbhfbvbvjhb@gmail.com',
      status: '5.1.1',
    });
    expect(await eventsOf('outgoing.bounced', sent.id)).toHaveLength(1);
  });

  it('counts a report once that two mailboxes received', async () => {
    const sent = await send();
    const mime = report('delivery-status', [deliveryStatus('failed', '5.1.1'), original(sent.internetMessageId)]);
    await stage.makeMailbox(bob, { outgoing: false });
    await stage.receive();
    await deliver(mime);
    await deliver(mime, bob);
    expect((await stage.message(sent.id)).deliveryReports).toHaveLength(1);
    expect(await eventsOf('outgoing.bounced', sent.id)).toHaveLength(1);
  });

  it('believes Exchange that a report without details is one', async () => {
    const sent = await send();
    await deliver(report('delivery-status', [['text/plain', 'nothing more'], original(sent.internetMessageId)]));
    expect((await stage.message(sent.id)).deliveryReports).toMatchObject([
      { kind: 'delivery', action: 'failed', recipient: null, status: null, diagnostic: null },
    ]);
  });

  it('leaves alone what is about other mail, of another profile, or no report', async () => {
    const sent = await send();
    const before = await stage.events('outgoing.bounced');
    const other = await stage.makeMailbox('carol@example.com', {
      profileId: await stage.whole.makeProfile(),
      outgoing: false,
    });
    const status = deliveryStatus('failed', '5.1.1');
    await deliver(report('delivery-status', [status, original(sent.internetMessageId)]), 'carol@example.com');
    expect(await stage.messagesOf(other)).toHaveLength(1);
    const forged = sent.internetMessageId.replace('@example.com', '@evil.example');
    for (const id of [forged, '<unknown@x>', `<${sender}@example.com>`])
      await deliver(report('delivery-status', [status, original(id)]));
    await deliver(
      Buffer.from(
        `From: a@b.example\r\nSubject: Undeliverable\r\nIn-Reply-To: ${sent.internetMessageId}\r\n\r\nno report\r\n`,
      ),
    );
    expect((await stage.message(sent.id)).deliveryReports).toEqual([]);
    expect(await stage.events('outgoing.bounced')).toEqual(before);
  });

  it('asks nothing of the database for mail that reports nothing, and one question for many reports', async () => {
    const touching = async () => {
      const statements = await statementsOf(stage.whole.dataSource, () => stage.receive());
      return statements.filter(({ sql }) => /delivery_reports|FROM outgoing_messages\s+WHERE id = ANY/.test(sql));
    };
    await stage.control.deliver(ada, { count: 9, subject: 'plain' });
    expect(await touching()).toEqual([]);
    const sent = [await send(), await send(), await send()];
    for (const { internetMessageId } of sent)
      await stage.control.deliverMime(
        ada,
        report('delivery-status', [deliveryStatus('failed', '5.1.1'), original(internetMessageId)]),
      );
    const statements = await touching();
    expect(statements).toHaveLength(2);
    const plan = await stage.whole.dataSource.transaction(async (manager) => {
      // On a table of three rows any of its indexes would do.
      await manager.query(
        `INSERT INTO outgoing_messages SELECT (json_populate_record(o, json_build_object('id', gen_random_uuid()))).*
         FROM outgoing_messages o, generate_series(1, 2000)`,
      );
      await manager.query('ANALYZE outgoing_messages');
      return manager.query(`EXPLAIN ${statements[0]?.sql}`, statements[0]?.parameters);
    });
    expect(JSON.stringify(plan)).toMatch(
      /Index Scan using outgoing_messages_(pkey|of_profile) .*Index Cond: [^}]*id = ANY/,
    );
    for (const { id } of sent) expect((await stage.message(id)).deliveryReports).toHaveLength(1);
  });

  it('survives a report that no parser can take apart', async () => {
    const deep = Array.from(
      { length: 400 },
      (_, index) => `Content-Type: multipart/report; boundary="b${index}"\r\n\r\n--b${index}\r\n`,
    ).join('');
    await deliver(Buffer.from(`From: a@b.example\r\nSubject: deep\r\nMIME-Version: 1.0\r\n${deep}`));
    expect((await stage.messagesOf(sender)).map(({ subject }) => subject)).toContain('deep');
  });

  itKeepsToTheSchema();
});
