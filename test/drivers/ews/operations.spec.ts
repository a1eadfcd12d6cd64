import type { MailboxSession, MailServer } from '../../../src/drivers/port/mail-server.js';
import type { CallReport } from '../../../src/drivers/ews/exchange-options.js';
import type { OutgoingAttachment } from '../../../src/drivers/port/mail-item.js';
import { envelope, failure, fault, itemWithMime, message, responses, success } from './support/answers.js';
import { eventually } from '../../support/eventually.js';
import { DRAFT, friendly } from './support/canned.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { inTurn, startEwsStub, xml, type EwsStub } from './support/ews-stub.js';

const inbox = { distinguished: 'inbox' } as const;
const page = { offset: 0, limit: 2 };
const since = new Date('2026-09-01T00:00:00Z');

describe('operations', () => {
  let stub: EwsStub;
  let server: MailServer;
  let mailbox: MailboxSession;

  beforeEach(async () => {
    stub = await startEwsStub(friendly);
    server = serverFor(stub.url);
    mailbox = server.openMailbox(IMPERSONATED);
  });
  afterEach(async () => {
    await server.close();
    await stub.close();
  });

  it('reports each call with its outcome', async () => {
    await server.close();
    const reports: CallReport[] = [];
    server = serverFor(stub.url, { onCall: (report) => reports.push(report) });
    const reported = server.openMailbox(IMPERSONATED);
    await reported.openFolder(inbox);
    const item = message('GetItem', itemWithMime('A', Buffer.from('x')));
    stub.answer(
      inTurn(
        xml(responses('SendItem', failure('SendItem', 'ErrorStaleObject'))),
        xml(responses('GetItem', item, failure('GetItem', 'ErrorItemNotFound', 'x', '<m:Items/>'))),
        xml('', 403),
        (request) => request.socket.destroy(),
      ),
    );
    await errorOf(reported.sendDraft({ id: 'D', changeKey: null }));
    await reported.fetchItems(['A', 'B']);
    await errorOf(reported.openFolder(inbox));
    await errorOf(reported.deleteItem('A'));
    await expect(reported.openFolder(inbox, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(reports.map(({ operation, outcome, httpStatus }) => [operation, outcome, httpStatus])).toEqual([
      ['GetFolder', 'NoError', 200],
      ['SendItem', 'ErrorStaleObject', 200],
      ['GetItem', 'NoError', 200],
      ['GetFolder', 'Http403', 403],
      ['DeleteItem', 'SocketClosed', null],
    ]);
    expect(reports.every(({ durationMs }) => durationMs > 0)).toBe(true);
  });

  const operations = () => stub.seen.map(({ body }) => /<m:(\w+)/.exec(body)?.[1]);

  describe('openFolder', () => {
    it('reads a folder of any kind, and does without the optional elements', async () => {
      await expect(mailbox.openFolder(inbox)).resolves.toEqual({ id: 'F1', displayName: 'Inbox', totalCount: 7 });
      stub.answer(
        xml(success('GetFolder', '<m:Folders><t:CalendarFolder><t:FolderId Id="F"/></t:CalendarFolder></m:Folders>')),
      );
      await expect(mailbox.openFolder(inbox)).resolves.toEqual({ id: 'F', displayName: 'inbox', totalCount: null });
    });

    it('wants a folder', async () => {
      stub.answer(xml(success('GetFolder', '<m:Folders/>')));
      expect((await errorOf(mailbox.openFolder(inbox))).code).toBe('UnexpectedAnswer');
    });
  });

  describe('resolveAddress', () => {
    const name = '/O=CORP/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=JDOE';
    const resolution = (address: string) =>
      `<t:Resolution><t:Mailbox><t:Name>Doe, Jane</t:Name><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Resolution>`;
    const found = (...addresses: string[]) =>
      xml(success('ResolveNames', `<m:ResolutionSet>${addresses.map(resolution).join('')}</m:ResolutionSet>`));

    it('asks the directory for an X.500 name, as the schema has it', async () => {
      stub.answer(found('jane@contoso.test'));
      await expect(mailbox.resolveAddress(`EX:${name}`)).resolves.toBe('jane@contoso.test');
      const [asked] = stub.seen;
      expect(asked?.body).toContain(
        `<m:ResolveNames ReturnFullContactData="false" SearchScope="ActiveDirectory"><m:UnresolvedEntry>${name}</m:UnresolvedEntry></m:ResolveNames>`,
      );
    });

    it.each([
      ['nobody', xml(responses('ResolveNames', failure('ResolveNames', 'ErrorNameResolutionNoResults')))],
      ['nobody, in an empty set', found()],
      ['more than one', found('a@contoso.test', 'b@contoso.test')],
      ['somebody without an SMTP address', found('/O=CORP/CN=JDOE')],
    ])('finds none where the directory has %s', async (_what, answer) => {
      stub.answer(answer);
      await expect(mailbox.resolveAddress(name)).resolves.toBeNull();
    });

    it('tells other errors', async () => {
      stub.answer(xml(responses('ResolveNames', failure('ResolveNames', 'ErrorAccessDenied'))));
      expect((await errorOf(mailbox.resolveAddress(name))).code).toBe('ErrorAccessDenied');
    });
  });

  describe('findReceivedSince', () => {
    const root = (attributes: string, items: string) =>
      xml(success('FindItem', `<m:RootFolder ${attributes}>${items}</m:RootFolder>`));
    const row = (id: string) => `<t:Message><t:ItemId Id="${id}"/></t:Message>`;

    it('reads rows of any kind', async () => {
      stub.answer(
        root(
          'IndexedPagingOffset="3" TotalItemsInView="9" IncludesLastItemInRange="false"',
          '<t:Items><t:Message><t:InternetMessageId>&lt;a@b&gt;</t:InternetMessageId><t:ItemId ChangeKey="K" Id="I1"/>' +
            '<t:DateTimeReceived>2026-09-02T10:00:00+02:00</t:DateTimeReceived></t:Message>' +
            '<t:MeetingRequest><t:ItemId Id="i1"/><t:DateTimeReceived>yesterday</t:DateTimeReceived></t:MeetingRequest></t:Items>',
        ),
      );
      await expect(mailbox.findReceivedSince(inbox, since, page)).resolves.toEqual({
        items: [
          { id: 'I1', changeKey: 'K', receivedAt: new Date('2026-09-02T08:00:00Z'), internetMessageId: '<a@b>' },
          { id: 'i1', changeKey: null, receivedAt: null, internetMessageId: null },
        ],
        last: false,
        nextOffset: 3,
        unreadable: 0,
        limitation: null,
      });
    });

    it.each([
      [
        'an offset that does not move on',
        'IndexedPagingOffset="0" IncludesLastItemInRange="false"',
        2,
        { last: false, nextOffset: 2 },
      ],
      ['no paging attributes on a full page', '', 2, { last: false, nextOffset: 2 }],
      ['no paging attributes on a short page', '', 1, { last: true }],
      ['a total only', 'TotalItemsInView="2"', 2, { last: true }],
      ['a total only, on a page the server has capped', 'TotalItemsInView="5"', 1, { last: false, nextOffset: 1 }],
      ['nothing', '', 0, { last: true, items: [] }],
    ])('copes with %s', async (_name, attributes, rows, expected) => {
      stub.answer(root(attributes, `<t:Items>${'ab'.slice(0, rows).split('').map(row).join('')}</t:Items>`));
      await expect(mailbox.findReceivedSince(inbox, since, page)).resolves.toMatchObject(expected);
    });

    it('shows that a page promises more and lists none, for the caller to end it', async () => {
      stub.answer(root('IncludesLastItemInRange="false"', '<t:Items/>'));
      await expect(mailbox.findReceivedSince(inbox, since, page)).resolves.toMatchObject({
        items: [],
        last: false,
        nextOffset: 0,
      });
    });

    it('counts rows that name no item, and goes on behind them', async () => {
      stub.answer(root('IncludesLastItemInRange="false"', `<t:Items><t:Message/>${row('b')}<t:Message/></t:Items>`));
      await expect(mailbox.findReceivedSince(inbox, since, page)).resolves.toMatchObject({
        items: [{ id: 'b' }],
        unreadable: 2,
        nextOffset: 3,
      });
    });
  });

  describe('syncFolder', () => {
    const answer = (rest: string) => xml(success('SyncFolderItems', rest));

    it('reads every kind of change', async () => {
      stub.answer(
        answer(
          '<m:SyncState>S2</m:SyncState><m:IncludesLastItemInRange>false</m:IncludesLastItemInRange><m:Changes>' +
            '<t:Create><t:Message><t:ItemId Id="A" ChangeKey="1"/><t:IsRead>true</t:IsRead></t:Message></t:Create>' +
            '<t:Update><t:PostItem><t:ItemId Id="B"/></t:PostItem></t:Update>' +
            '<t:Delete><t:ItemId Id="C"/></t:Delete>' +
            '<t:ReadFlagChange><t:ItemId Id="D"/><t:IsRead>0</t:IsRead></t:ReadFlagChange>' +
            '<t:Novelty><t:ItemId Id="E"/></t:Novelty></m:Changes>',
        ),
      );
      const bare = { changeKey: null, receivedAt: null, internetMessageId: null };
      await expect(mailbox.syncFolder(inbox, 'S1', 512)).resolves.toEqual({
        syncState: 'S2',
        last: false,
        changes: [
          { kind: 'create', item: { ...bare, id: 'A', changeKey: '1', isRead: true } },
          { kind: 'update', item: { ...bare, id: 'B', isRead: null } },
          { kind: 'delete', itemId: 'C' },
          { kind: 'read-flag', itemId: 'D', isRead: false },
          { kind: 'update', item: { ...bare, id: 'E', isRead: null } },
        ],
        unreadable: 0,
      });
    });

    it('takes a missing IncludesLastItemInRange for the last page', async () => {
      stub.answer(answer('<m:SyncState>S2</m:SyncState>'));
      await expect(mailbox.syncFolder(inbox, null, 10)).resolves.toMatchObject({
        changes: [],
        syncState: 'S2',
        last: true,
      });
    });

    it.each([
      ['a creation without an item', '<t:Create/>'],
      ['an item without an id', '<t:Create><t:Item><t:ItemClass>IPM.Odd</t:ItemClass></t:Item></t:Create>'],
      ['an update with an empty id', '<t:Update><t:Message><t:ItemId Id=""/></t:Message></t:Update>'],
      ['a deletion of nothing', '<t:Delete/>'],
      ['a read flag of nothing', '<t:ReadFlagChange><t:IsRead>true</t:IsRead></t:ReadFlagChange>'],
      ['an unknown change of nothing', '<t:Novelty/>'],
    ])('counts %s, and tells the other changes', async (_name, odd) => {
      stub.answer(
        answer(
          `<m:SyncState>S2</m:SyncState><m:Changes>${odd}<t:Create><t:Message><t:ItemId Id="A"/></t:Message></t:Create></m:Changes>`,
        ),
      );
      await expect(mailbox.syncFolder(inbox, 'S1', 512)).resolves.toMatchObject({
        syncState: 'S2',
        changes: [{ kind: 'create', item: { id: 'A' } }],
        unreadable: 1,
      });
    });

    it('takes a read flag that says neither yes nor no for a change of its item', async () => {
      stub.answer(
        answer(
          '<m:SyncState>S2</m:SyncState><m:Changes><t:ReadFlagChange><t:ItemId Id="D"/><t:IsRead>maybe</t:IsRead></t:ReadFlagChange></m:Changes>',
        ),
      );
      await expect(mailbox.syncFolder(inbox, 'S1', 512)).resolves.toMatchObject({
        changes: [{ kind: 'update', item: { id: 'D', isRead: null } }],
        unreadable: 0,
      });
    });

    it('refuses an answer without a sync state', async () => {
      stub.answer(answer('<m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>'));
      expect((await errorOf(mailbox.syncFolder(inbox, null, 10))).code).toBe('UnexpectedAnswer');
    });

    it('tells an invalid sync state', async () => {
      stub.answer(
        xml(
          responses('SyncFolderItems', failure('SyncFolderItems', 'ErrorInvalidSyncStateData', 'x', '<m:SyncState/>')),
        ),
      );
      expect((await errorOf(mailbox.syncFolder(inbox, 'S1', 10))).code).toBe('ErrorInvalidSyncStateData');
    });
  });

  describe('fetchItems', () => {
    const item = (id: string, kind?: string) =>
      message('GetItem', itemWithMime(id, Buffer.from(`mime of ${id}`), kind));
    const ids = (results: Awaited<ReturnType<MailboxSession['fetchItems']>>) =>
      results.map((result) =>
        result.ok ? `${result.itemId}=${result.item.mime?.toString()}` : `${result.itemId}!${result.error.code}`,
      );

    it('reads MIME and properties', async () => {
      const mime = Buffer.from('Subject: x\r\n\r\n\u00e9', 'latin1');
      stub.answer(
        xml(
          success(
            'GetItem',
            `<m:Items><t:MeetingRequest><t:MimeContent>${mime.toString('base64')}</t:MimeContent><t:ItemId Id="I1" ChangeKey="K"/>` +
              '<t:ItemClass>IPM.Schedule.Meeting.Request</t:ItemClass><t:Subject>A &#x1A;</t:Subject><t:DateTimeReceived>2026-09-02T10:00:00Z</t:DateTimeReceived>' +
              '<t:Size>123</t:Size><t:Importance>High</t:Importance><t:InReplyTo>&lt;p@x&gt;</t:InReplyTo><t:DateTimeSent>0001-01-01T00:00:00Z</t:DateTimeSent>' +
              '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x300b" PropertyType="Binary"/><t:Value>AQIDBA==</t:Value></t:ExtendedProperty>' +
              '<t:ConversationId Id="C1"/><t:Sender><t:Mailbox><t:Name>S</t:Name><t:EmailAddress>/O=X/CN=s</t:EmailAddress><t:RoutingType>EX</t:RoutingType></t:Mailbox></t:Sender>' +
              '<t:ToRecipients><t:Mailbox><t:Name>B</t:Name><t:EmailAddress>SMTP:b@x.test</t:EmailAddress></t:Mailbox><t:Mailbox/></t:ToRecipients>' +
              '<t:From><t:Mailbox><t:EmailAddress>f@x.test</t:EmailAddress></t:Mailbox></t:From><t:InternetMessageId>&lt;i@x&gt;</t:InternetMessageId>' +
              '<t:IsRead>false</t:IsRead><t:References>&lt;a@x&gt; &lt;b@x&gt;</t:References></t:MeetingRequest></m:Items>',
          ),
        ),
      );
      const [result] = await mailbox.fetchItems(['I1']);
      if (result?.ok !== true) throw new Error('failed');
      expect(result.item.mime?.equals(mime)).toBe(true);
      expect(result.item).toMatchObject({
        id: 'I1',
        changeKey: 'K',
        properties: {
          itemClass: 'IPM.Schedule.Meeting.Request',
          internetMessageId: '<i@x>',
          searchKey: '01020304',
          conversationId: 'C1',
          receivedAt: new Date('2026-09-02T10:00:00Z'),
          sentAt: null,
          isRead: false,
          importance: 'high',
          size: 123,
          subject: 'A \ufffd',
          from: { name: null, address: 'f@x.test' },
          sender: { name: 'S', address: null, exchangeName: '/O=X/CN=s' },
          to: [{ name: 'B', address: 'b@x.test' }],
          cc: [],
          bcc: [],
          replyTo: [],
          inReplyTo: '<p@x>',
          references: '<a@x> <b@x>',
          textBody: null,
          htmlBody: null,
          headers: [],
          attachments: [],
        },
      });
    });

    it.each([
      'Message',
      'MeetingRequest',
      'MeetingCancellation',
      'MeetingResponse',
      'PostItem',
      'Item',
      'CalendarItem',
      'ReportItem',
    ])('reads a %s', async (kind) => {
      stub.answer(xml(responses('GetItem', item('I1', kind))));
      expect(ids(await mailbox.fetchItems(['I1']))).toEqual(['I1=mime of I1']);
    });

    it('calls nobody for nothing', async () => {
      await expect(mailbox.fetchItems([])).resolves.toEqual([]);
      expect(stub.seen).toHaveLength(0);
    });

    it('gives each item its own error', async () => {
      const missing = failure('GetItem', 'ErrorItemNotFound', 'x', '<m:Items/>');
      const stopped = failure('GetItem', 'ErrorBatchProcessingStopped', 'x', '<m:Items/>', 'Warning');
      stub.answer(xml(responses('GetItem', item('A'), missing, stopped)));
      expect(ids(await mailbox.fetchItems(['A', 'B', 'C']))).toEqual([
        'A=mime of A',
        'B!ErrorItemNotFound',
        'C!ErrorBatchProcessingStopped',
      ]);
    });

    it.each([
      ['another order', [item('C'), item('A'), item('B')], ['A=mime of A', 'B=mime of B', 'C=mime of C']],
      ['one left out at the end', [item('A'), item('B')], ['A=mime of A', 'B=mime of B', 'C!UnexpectedAnswer']],
      ['one left out in the middle', [item('A'), item('C')], ['A=mime of A', 'B!UnexpectedAnswer', 'C=mime of C']],
      ['ids written anew', [item('A2'), item('B'), item('C')], ['A=mime of A2', 'B=mime of B', 'C=mime of C']],
      ['a stranger among too few', [item('X'), item('B')], ['A!UnexpectedAnswer', 'B=mime of B', 'C!UnexpectedAnswer']],
      ['none at all', [], ['A!UnexpectedAnswer', 'B!UnexpectedAnswer', 'C!UnexpectedAnswer']],
    ])('matches answers to ids: %s', async (_name, messages, expected) => {
      stub.answer(xml(responses('GetItem', ...messages)));
      expect(ids(await mailbox.fetchItems(['A', 'B', 'C']))).toEqual(expected);
    });

    it('asks again without a message\u2019s fields for items that refuse them', async () => {
      const refused = failure('GetItem', 'ErrorInvalidPropertyRequest', 'x', '<m:Items/>');
      stub.answer(
        inTurn(
          xml(responses('GetItem', item('A'), refused, item('C'))),
          xml(responses('GetItem', item('B', 'PostItem'))),
        ),
      );
      expect(ids(await mailbox.fetchItems(['A', 'B', 'C']))).toEqual(['A=mime of A', 'B=mime of B', 'C=mime of C']);
      expect(stub.seen.map(({ body }) => [body.includes('message:From'), body.match(/ItemId Id=/g)?.length])).toEqual([
        [true, 3],
        [false, 1],
      ]);
    });

    it('tells MIME that is not base64', async () => {
      stub.answer(xml(responses('GetItem', item('A').replace(/(<t:MimeContent[^>]*>)/, '$1!!'))));
      expect(ids(await mailbox.fetchItems(['A']))).toEqual(['A!UnexpectedAnswer']);
    });

    it.each([
      ['ErrorTimeoutExpired', xml(fault('ErrorTimeoutExpired'), 500)],
      ['ErrorServerBusy', xml(fault('ErrorServerBusy'), 500)],
      ['InvalidXml', xml(envelope('<m:GetItemResponse>'))],
    ])('rejects a call that failed as a whole with %s, after one call', async (code, failing) => {
      stub.answer(failing);
      expect((await errorOf(mailbox.fetchItems(['A', 'B']))).code).toBe(code);
      expect(stub.seen).toHaveLength(1);
    });

    it.each(['ErrorInvalidPropertyRequest', 'ErrorInvalidPropertyForExists', 'ErrorUnsupportedPathForQuery'])(
      'asks for fewer and fewer properties of what refuses them with %s, in one message or as a whole',
      async (code) => {
        const knows = (body: string) => !body.includes('item:InReplyTo') && !body.includes('PropertyTag');
        stub.answer((request, response) => {
          const refused = failure('GetItem', code, 'x', '<m:Items/>');
          const answer = knows(request.body) ? friendly : xml(responses('GetItem', refused, refused));
          return answer(request, response);
        });
        expect((await mailbox.fetchItems(['A', 'B'])).map(({ ok }) => ok)).toEqual([true, true]);
        stub.answer((request, response) => (knows(request.body) ? friendly : xml(fault(code), 500))(request, response));
        expect((await mailbox.fetchItems(['A', 'B'])).map(({ ok }) => ok)).toEqual([true, true]);
        expect((await mailbox.fetchItemHeaders(['A', 'B'])).map(({ ok }) => ok)).toEqual([true, true]);
      },
    );

    it('leaves an item that refuses everything with its refusal', async () => {
      const refused = failure('GetItem', 'ErrorInvalidPropertyRequest', 'x', '<m:Items/>');
      stub.answer(xml(responses('GetItem', refused)));
      expect(ids(await mailbox.fetchItems(['A']))).toEqual(['A!ErrorInvalidPropertyRequest']);
      expect(stub.seen.at(-1)?.body).not.toContain('AdditionalProperties');
    });
  });

  describe('fetchItemProperties', () => {
    const full = success(
      'GetItem',
      '<m:Items><t:Message><t:ItemId Id="I1"/><t:Body BodyType="HTML">&lt;p&gt;Hi</t:Body><t:Attachments>' +
        '<t:FileAttachment><t:AttachmentId Id="A1"/><t:Name>a.txt</t:Name><t:ContentType>text/plain</t:ContentType><t:ContentId>c1</t:ContentId><t:Size>5</t:Size><t:IsInline>true</t:IsInline></t:FileAttachment>' +
        '<t:ItemAttachment><t:AttachmentId Id="A2"/></t:ItemAttachment><t:ReferenceAttachment><t:AttachmentId Id="A3"/></t:ReferenceAttachment></t:Attachments>' +
        '<t:InternetMessageHeaders><t:InternetMessageHeader HeaderName="X-A">1</t:InternetMessageHeader></t:InternetMessageHeaders>' +
        '<t:TextBody BodyType="Text">Hi</t:TextBody></t:Message></m:Items>',
    );

    it('reads bodies, headers and attachments', async () => {
      stub.answer(xml(full));
      const fetched = await mailbox.fetchItemProperties('I1');
      expect(fetched.mime).toBeNull();
      expect(fetched.properties).toMatchObject({
        textBody: 'Hi',
        htmlBody: '<p>Hi',
        headers: [{ name: 'X-A', value: '1' }],
        attachments: [
          {
            id: 'A1',
            kind: 'file',
            name: 'a.txt',
            contentType: 'text/plain',
            contentId: 'c1',
            isInline: true,
            size: 5,
          },
          { id: 'A2', kind: 'item', name: null, contentType: null, contentId: null, isInline: false, size: null },
        ],
      });
    });

    it('does without TextBody where the server does not know it', async () => {
      const refused = xml(responses('GetItem', failure('GetItem', 'ErrorInvalidPropertyRequest', 'x', '<m:Items/>')));
      stub.answer(
        inTurn(
          refused,
          xml(full.replace('BodyType="HTML"', 'BodyType="Text"').replace(/<t:TextBody.*<\/t:TextBody>/, '')),
        ),
      );
      const fetched = await mailbox.fetchItemProperties('I1');
      expect(fetched.properties).toMatchObject({ textBody: '<p>Hi', htmlBody: null });
      expect(stub.seen.map(({ body }) => body.includes('item:TextBody'))).toEqual([true, false]);
    });
  });

  describe('fetchAttachment', () => {
    const attachment = (content: string) => xml(success('GetAttachment', `<m:Attachments>${content}</m:Attachments>`));

    it('reads a file, an empty file and an attached item', async () => {
      stub.answer(
        inTurn(
          attachment(
            '<t:FileAttachment><t:Name>a</t:Name><t:ContentType>text/plain</t:ContentType><t:Content>QUJD</t:Content></t:FileAttachment>',
          ),
          attachment('<t:FileAttachment><t:Name>b</t:Name></t:FileAttachment>'),
          attachment(
            '<t:ItemAttachment><t:Name>c</t:Name><t:Message><t:MimeContent>QUJD</t:MimeContent></t:Message></t:ItemAttachment>',
          ),
        ),
      );
      await expect(mailbox.fetchAttachment('1')).resolves.toEqual({
        name: 'a',
        contentType: 'text/plain',
        content: Buffer.from('ABC'),
      });
      await expect(mailbox.fetchAttachment('2')).resolves.toEqual({
        name: 'b',
        contentType: null,
        content: Buffer.alloc(0),
      });
      await expect(mailbox.fetchAttachment('3')).resolves.toEqual({
        name: 'c',
        contentType: 'message/rfc822',
        content: Buffer.from('ABC'),
      });
    });

    it('puts the properties of an attached item without MIME into words', async () => {
      stub.answer(
        attachment(
          '<t:ItemAttachment><t:AttachmentId Id="1"/><t:Name>Jo</t:Name><t:Contact><t:ItemClass>IPM.Contact</t:ItemClass><t:Subject>Jo Doe</t:Subject>' +
            '<t:EmailAddresses><t:Entry Key="EmailAddress1">jo@x.test</t:Entry></t:EmailAddresses></t:Contact></t:ItemAttachment>',
        ),
      );
      const { name, contentType, content } = await mailbox.fetchAttachment('1');
      expect([name, contentType]).toEqual(['Jo.txt', 'text/plain; charset=utf-8']);
      expect(content.toString()).toMatch(/IPM\.Contact[^]*Subject: Jo Doe\nEmail: jo@x\.test/);
      stub.answer(
        attachment(
          '<t:ItemAttachment><t:Contact><t:ItemClass>IPM.Contact</t:ItemClass></t:Contact></t:ItemAttachment>',
        ),
      );
      expect((await errorOf(mailbox.fetchAttachment('1'))).code).toBe('UnexpectedAnswer');
    });

    it('refuses one without content', async () => {
      stub.answer(attachment('<t:ReferenceAttachment/>'));
      expect((await errorOf(mailbox.fetchAttachment('1'))).code).toBe('UnexpectedAnswer');
    });
  });

  describe('saveDraft', () => {
    const attachments = (...sizes: number[]): OutgoingAttachment[] =>
      sizes.map((size, index) => ({
        name: `${index}.bin`,
        contentType: 'application/octet-stream',
        contentId: null,
        isInline: false,
        content: Buffer.alloc(size),
      }));

    it('takes one request, with marker and attachments', async () => {
      await expect(mailbox.saveDraft(DRAFT)).resolves.toEqual({ id: 'D1', changeKey: 'K2' });
      expect(operations()).toEqual(['CreateItem']);
      const [{ body } = { body: '' }] = stub.seen;
      expect(body).toContain('<t:Value>m-0198a1</t:Value>');
      expect(body).toContain('<t:Content>AAEC/w==</t:Content>');
      expect(body).toContain('&lt;b&gt;日本語&lt;/b&gt; 😀');
      expect(body).toContain('bye&#xD;');
    });

    it('builds a large one up in several requests, its marker last', async () => {
      await server.close();
      server = serverFor(stub.url, { limits: { maxRequestBytes: 10_000 } });
      const draft = { ...DRAFT, attachments: attachments(3000, 3000, 9000, 10) };
      await expect(server.openMailbox(IMPERSONATED).saveDraft(draft)).resolves.toEqual({ id: 'D1', changeKey: 'K2' });
      expect(operations()).toEqual([
        'CreateItem',
        'CreateAttachment',
        'CreateAttachment',
        'CreateAttachment',
        'CreateAttachment',
        'UpdateItem',
      ]);
      expect(stub.seen.map(({ body }) => body.includes(DRAFT.marker))).toEqual([
        false,
        false,
        false,
        false,
        false,
        true,
      ]);
      expect(stub.seen.at(-1)?.body).toContain('ChangeKey="K-A0"');
    });

    it('stops at once when aborted in between, and still removes the draft', async () => {
      await server.close();
      server = serverFor(stub.url, { limits: { maxRequestBytes: 1000 } });
      const reason = new Error('lease lost');
      const controller = new AbortController();
      stub.answer((request, response) => {
        if (request.body.includes('<m:CreateAttachment')) controller.abort(reason);
        else friendly(request, response);
      });
      const saved = server.openMailbox(IMPERSONATED).saveDraft(DRAFT, { signal: controller.signal });
      await expect(saved).rejects.toBe(reason);
      await eventually(() => operations().at(-1) === 'DeleteItem');
    });

    it('removes a draft that it could not complete', async () => {
      await server.close();
      server = serverFor(stub.url, { limits: { maxRequestBytes: 1000 } });
      stub.answer((request, response) =>
        (request.body.includes('<m:CreateAttachment') ? xml(fault('ErrorAttachmentSizeLimitExceeded'), 500) : friendly)(
          request,
          response,
        ),
      );
      const error = await errorOf(
        server.openMailbox(IMPERSONATED).saveDraft({ ...DRAFT, attachments: attachments(5000) }),
      );
      expect(error.code).toBe('ErrorAttachmentSizeLimitExceeded');
      expect(operations()).toEqual(['CreateItem', 'CreateAttachment', 'DeleteItem']);
    });

    it('adds attachments separately to a server before 2013, also when it learns so by this very call', async () => {
      stub.answer((request, response) =>
        (request.body.includes('Exchange2013') ? xml(fault('ErrorInvalidServerVersion'), 500) : friendly)(
          request,
          response,
        ),
      );
      await mailbox.saveDraft(DRAFT);
      await mailbox.saveDraft(DRAFT);
      expect(operations().slice(2)).toEqual([
        'CreateItem',
        'CreateAttachment',
        'UpdateItem',
        'CreateItem',
        'CreateAttachment',
        'UpdateItem',
      ]);
    });

    it.each([
      ['ErrorQuotaExceeded', false],
      ['ErrorAccessDenied', false],
      ['ErrorImpersonateUserDenied', false],
      ['ErrorServerBusy', false],
      ['ErrorInternalServerError', true],
      ['ErrorTimeoutExpired', true],
      ['ErrorMailboxStoreUnavailable', true],
      ['ErrorNobodyHasHeardOf', true],
    ])('says after %s whether an effect is possible: %s', async (code, effectPossible) => {
      stub.answer(xml(responses('CreateItem', failure('CreateItem', code, 'x', '<m:Items/>'))));
      expect((await errorOf(mailbox.saveDraft(DRAFT))).details).toMatchObject({ code, effectPossible });
    });

    it.each([
      [401, false],
      [413, false],
      [500, true],
      [502, true],
      [503, true],
    ])('says after HTTP %d whether an effect is possible: %s', async (status, effectPossible) => {
      stub.answer(xml('x', status));
      expect((await errorOf(mailbox.saveDraft(DRAFT))).details).toMatchObject({ effectPossible });
    });
  });

  describe('sendDraft and deleteItem', () => {
    it('send, and tell a stale change key', async () => {
      await mailbox.sendDraft({ id: 'D1', changeKey: 'K1' });
      expect(stub.seen[0]?.body).toContain('<t:ItemId Id="D1" ChangeKey="K1"/>');
      stub.answer(xml(responses('SendItem', failure('SendItem', 'ErrorStaleObject'))));
      expect((await errorOf(mailbox.sendDraft({ id: 'D1', changeKey: 'K0' }))).details).toMatchObject({
        code: 'ErrorStaleObject',
        effectPossible: false,
      });
    });

    it('delete, and take an item that is gone for deleted', async () => {
      await mailbox.deleteItem('I1');
      stub.answer(xml(responses('DeleteItem', failure('DeleteItem', 'ErrorItemNotFound'))));
      await mailbox.deleteItem('I1');
      stub.answer(xml(responses('DeleteItem', failure('DeleteItem', 'ErrorAccessDenied'))));
      expect((await errorOf(mailbox.deleteItem('I1'))).code).toBe('ErrorAccessDenied');
    });
  });
});
