import { ANNA, BEN, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { call, createMessage, distinguished, getItem, itemIds, rawCall } from './support/ews-client.js';

const findItem = (
  shape: string,
  rest = '',
  view = '<m:IndexedPageItemView MaxEntriesReturned="100" Offset="0" BasePoint="Beginning"/>',
): string =>
  `<m:FindItem Traversal="Shallow"><m:ItemShape>${shape}</m:ItemShape>${view}${rest}<m:ParentFolderIds>${distinguished('inbox')}</m:ParentFolderIds></m:FindItem>`;
const byDate = (order: string): string =>
  `<m:SortOrder><t:FieldOrder Order="${order}"><t:FieldURI FieldURI="item:DateTimeReceived"/></t:FieldOrder></m:SortOrder>`;
const ID_ONLY = '<t:BaseShape>IdOnly</t:BaseShape>';
const sync = (state: string, max = 100, ignore = ''): string =>
  `<m:SyncFolderItems><m:ItemShape>${ID_ONLY}</m:ItemShape><m:SyncFolderId>${distinguished('inbox')}</m:SyncFolderId>${state ? `<m:SyncState>${state}</m:SyncState>` : ''}${ignore}<m:MaxChangesReturned>${String(max)}</m:MaxChangesReturned></m:SyncFolderItems>`;

describe('incoming mail', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const as = { as: ANNA };

  it('finds messages by date, in pages, in order', async () => {
    await sandbox.control.deliver(BEN, { count: 25, subject: 'Paged', receivedAt: '2026-01-01T10:00:00Z' });
    const restriction =
      '<m:Restriction><t:IsGreaterThanOrEqualTo><t:FieldURI FieldURI="item:DateTimeReceived"/><t:FieldURIOrConstant><t:Constant Value="2026-01-01T10:00:05Z"/></t:FieldURIOrConstant></t:IsGreaterThanOrEqualTo></m:Restriction>';
    const subject = `${ID_ONLY}<t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/></t:AdditionalProperties>`;
    const page = (offset: number) =>
      call(
        sandbox.ewsUrl,
        findItem(
          subject,
          restriction + byDate('Ascending'),
          `<m:IndexedPageItemView MaxEntriesReturned="12" Offset="${String(offset)}" BasePoint="Beginning"/>`,
        ),
        { as: BEN },
      );
    const first = await page(0);
    expect(first.first('RootFolder').attribute('TotalItemsInView')).toBe('20');
    expect(first.first('RootFolder').attribute('IncludesLastItemInRange')).toBe('false');
    expect(first.first('RootFolder').attribute('IndexedPagingOffset')).toBe('12');
    expect(first.all('Subject')[0]?.text).toBe('Paged 6');
    const second = await page(12);
    expect(second.all('Subject').map((element) => element.text)).toEqual(
      [18, 19, 20, 21, 22, 23, 24, 25].map((n) => `Paged ${String(n)}`),
    );
    expect(second.first('RootFolder').attribute('IncludesLastItemInRange')).toBe('true');
    const end = await call(
      sandbox.ewsUrl,
      findItem(
        subject,
        byDate('Ascending'),
        '<m:IndexedPageItemView MaxEntriesReturned="3" Offset="0" BasePoint="End"/>',
      ),
      { as: BEN },
    );
    expect(end.all('Subject').map((element) => element.text)).toEqual(['Paged 23', 'Paged 24', 'Paged 25']);
  });

  it('gives neither bodies nor recipients in FindItem, and all of it in GetItem', async () => {
    const [id = ''] = await sandbox.control.deliver(ANNA, {
      from: 'Jörg Weiß <joerg@extern.example>',
      cc: 'Team <team@extern.example>',
      subject: 'Grüße & <Küsse> 田',
      html: '<p>Hallo <b>Anna</b></p><img src="cid:logo@x">',
      text: 'Hallo Anna',
      messageId: '<m1@extern.example>',
      references: '<root@extern.example> <mid@extern.example>',
      inReplyTo: '<mid@extern.example>',
      attachments: [
        { name: 'Zahlen – Übersicht.txt', contentType: 'text/plain', content: 'eins\r\nzwei' },
        {
          name: 'logo.png',
          contentType: 'image/png',
          content: Buffer.from([1, 2, 3]),
          contentId: 'logo@x',
          inline: true,
        },
      ],
    });
    const found = await call(sandbox.ewsUrl, findItem('<t:BaseShape>AllProperties</t:BaseShape>'), as);
    expect(found.all('Body')).toEqual([]);
    expect(found.all('ToRecipients')).toEqual([]);
    expect(found.text('DisplayTo')).toBe('Anna Lind');
    const answer = await call(
      sandbox.ewsUrl,
      getItem(
        [{ Id: id }],
        '<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent><t:AdditionalProperties><t:FieldURI FieldURI="item:TextBody"/><t:ExtendedFieldURI PropertyTag="0x300B" PropertyType="Binary"/><t:ExtendedFieldURI DistinguishedPropertySetId="InternetHeaders" PropertyName="message-id" PropertyType="String"/></t:AdditionalProperties>',
      ),
      as,
    );
    expect(answer.text('Subject')).toBe('Grüße & <Küsse> 田');
    expect(answer.first('Body').attribute('BodyType')).toBe('HTML');
    expect(answer.text('TextBody')).toContain('Hallo Anna');
    expect(answer.first('EmailAddress', answer.first('From')).text).toBe('joerg@extern.example');
    expect(answer.text('References')).toBe('<root@extern.example> <mid@extern.example>');
    expect(answer.all('Value')[0]?.text).toHaveLength(24);
    expect(answer.all('Value')[1]?.text).toBe('<m1@extern.example>');
    expect(Buffer.from(answer.text('MimeContent'), 'base64').toString()).toContain('Message-ID: <m1@extern.example>');
    const names = answer
      .all('FileAttachment')
      .map((file) => [file.childText('Name'), file.childText('IsInline'), file.childText('ContentId')]);
    expect(names).toEqual([
      ['logo.png', 'true', 'logo@x'],
      ['Zahlen – Übersicht.txt', 'false', undefined],
    ]);
    const attachmentIds = answer
      .all('AttachmentId')
      .map((element) => `<t:AttachmentId Id="${element.attribute('Id') ?? ''}"/>`);
    const files = await call(
      sandbox.ewsUrl,
      `<m:GetAttachment><m:AttachmentIds>${attachmentIds.join('')}</m:AttachmentIds></m:GetAttachment>`,
      as,
    );
    expect(files.all('Content').map((content) => Buffer.from(content.text, 'base64').toString('latin1'))).toEqual([
      '\x01\x02\x03',
      'eins\r\nzwei',
    ]);
  });

  it('tells changes since a sync state, coalesced', async () => {
    const mailbox = 'dora.sync@postroom.example';
    const own = { as: mailbox };
    sandbox.control.addMailbox({ address: mailbox });
    await sandbox.control.deliver(mailbox, { count: 7 });
    const first = await call(sandbox.ewsUrl, sync('', 5), own);
    expect(first.all('Create')).toHaveLength(5);
    expect(first.text('IncludesLastItemInRange')).toBe('false');
    const [read = '', gone = ''] = first.ids.map((id) => id.Id);
    await sandbox.control.deliver(mailbox, { subject: 'meanwhile' });
    const second = await call(sandbox.ewsUrl, sync(first.text('SyncState'), 5), own);
    expect(second.all('Create')).toHaveLength(2);
    expect(second.text('IncludesLastItemInRange')).toBe('false');
    const third = await call(sandbox.ewsUrl, sync(second.text('SyncState'), 5), own);
    expect(third.all('Create')).toHaveLength(1);
    expect(third.text('IncludesLastItemInRange')).toBe('true');

    sandbox.control.markRead(mailbox, read);
    const moved = sandbox.control.moveItem(mailbox, gone, 'deleteditems');
    const [brief = ''] = await sandbox.control.deliver(mailbox, { subject: 'brief' });
    sandbox.control.deleteItem(mailbox, brief);
    const fourth = await call(sandbox.ewsUrl, sync(third.text('SyncState')), own);
    expect(fourth.all('ReadFlagChange').map((change) => change.child('ItemId')?.attribute('Id'))).toEqual([read]);
    expect(fourth.all('Delete').map((change) => change.child('ItemId')?.attribute('Id'))).toEqual([gone]);
    expect(fourth.all('Create')).toEqual([]);
    expect(moved).not.toBe(gone);
    const fifth = await call(sandbox.ewsUrl, sync(fourth.text('SyncState')), own);
    expect(fifth.ids).toEqual([]);

    for (const broken of [
      'nonsense',
      Buffer.from('{"folder":1}').toString('base64'),
      fifth.text('SyncState').replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    ]) {
      expect((await call(sandbox.ewsUrl, sync(broken), own)).codes).toEqual(['ErrorInvalidSyncStateData']);
    }
    sandbox.control.invalidateSyncStates(mailbox);
    expect((await call(sandbox.ewsUrl, sync(fifth.text('SyncState')), own)).codes).toEqual([
      'ErrorInvalidSyncStateData',
    ]);
    expect((await call(sandbox.ewsUrl, sync('', 513), own)).codes).toEqual(['ErrorSchemaValidation']);
    expect((await call(sandbox.ewsUrl, sync('', 0), own)).status).toBe(500);
  });

  it('answers item errors inside a 200', async () => {
    const [good = '', bad = ''] = await sandbox.control.deliver(BEN, { count: 2 });
    sandbox.control.corruptItem(BEN, bad, 'ErrorContentConversionFailed');
    const answer = await call(
      sandbox.ewsUrl,
      getItem([{ Id: good }, { Id: bad }, { Id: 'x' }, { Id: good.replace(/.{4}$/, 'AAA=') }]),
      { as: BEN },
    );
    expect(answer.status).toBe(200);
    expect(answer.codes).toEqual([
      'NoError',
      'ErrorContentConversionFailed',
      'ErrorInvalidIdMalformed',
      'ErrorItemNotFound',
    ]);
  });

  it('keeps the search key and changes the id when an item moves', async () => {
    const key =
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x300B" PropertyType="Binary"/></t:AdditionalProperties>';
    const [id = ''] = await sandbox.control.deliver(ANNA, {});
    const before = await call(sandbox.ewsUrl, getItem([{ Id: id }], key), as);
    const moved = await call(
      sandbox.ewsUrl,
      `<m:MoveItem><m:ToFolderId>${distinguished('deleteditems')}</m:ToFolderId>${itemIds({ Id: id })}</m:MoveItem>`,
      as,
    );
    expect(moved.ids[0]?.Id).not.toBe(id);
    expect((await call(sandbox.ewsUrl, getItem([{ Id: id }]), as)).codes).toEqual(['ErrorItemNotFound']);
    const after = await call(sandbox.ewsUrl, getItem(moved.ids, key), as);
    expect(after.text('Value')).toBe(before.text('Value'));
  });

  it('writes forbidden characters as references only when told to', async () => {
    const [id = ''] = await sandbox.control.deliver(ANNA, { text: 'a\u0001b\ufffec' });
    const body =
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties>';
    expect((await call(sandbox.ewsUrl, getItem([{ Id: id }], body), as)).text('Body').trim()).toBe('abc');
    const { exchanges } = sandbox;
    const length = exchanges.length;
    sandbox.control.setIllegalCharacters('references');
    const raw = await rawCall(sandbox.ewsUrl, getItem([{ Id: id }], body), as);
    sandbox.control.setIllegalCharacters('strip');
    expect(raw.body).toContain('a&#x1;b&#xFFFE;c');
    exchanges.length = length;
  });

  it('refuses requests that the schema refuses', async () => {
    const wrongOrder = createMessage('<t:Body BodyType="Text">x</t:Body><t:Subject>late</t:Subject>');
    const answers = await Promise.all(
      [
        wrongOrder,
        `<m:GetItem>${itemIds({ Id: 'x' })}<m:ItemShape>${ID_ONLY}</m:ItemShape></m:GetItem>`,
        '<m:Frobnicate/>',
        '<m:GetItem/>',
        '<t:GetItem/>',
      ].map((body) => call(sandbox.ewsUrl, body, as)),
    );
    expect(answers.map((answer) => [answer.status, answer.codes[0]])).toEqual([
      [500, 'ErrorSchemaValidation'],
      [500, 'ErrorSchemaValidation'],
      [500, 'ErrorInvalidRequest'],
      [500, 'ErrorSchemaValidation'],
      [500, 'ErrorSchemaValidation'],
    ]);
  });

  itAnswersBySchema(() => sandbox);
});
