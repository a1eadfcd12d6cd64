import { ANNA, BEN, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { type Answer, call, createMessage, distinguished, getItem, itemIds } from './support/ews-client.js';

const uri = (name: string): string => `<t:FieldURI FieldURI="${name}"/>`;
const named = (type: string, name = 'Marker'): string =>
  `<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="${name}" PropertyType="${type}"/>`;
const tag = (number: string, type: string): string =>
  `<t:ExtendedFieldURI PropertyTag="${number}" PropertyType="${type}"/>`;
const property = (field: string, value: string): string =>
  `<t:ExtendedProperty>${field}<t:Value>${value}</t:Value></t:ExtendedProperty>`;
const withProperties = (...paths: string[]): string =>
  `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${paths.join('')}</t:AdditionalProperties>`;
const constant = (value: string): string =>
  `<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant>`;

describe('properties of items', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const ews = (body: string): Promise<Answer> => call(sandbox.ewsUrl, body, { as: ANNA });
  const save = async (message: string, folder = ''): Promise<{ Id: string; ChangeKey: string }> => {
    const answer = await ews(createMessage(message, 'SaveOnly', folder));
    expect(answer.codes).toEqual(['NoError']);
    return answer.ids[0] ?? { Id: '', ChangeKey: '' };
  };
  const values = async (id: { Id: string }, ...paths: string[]): Promise<string[]> =>
    (await ews(getItem([id], withProperties(...paths)))).all('Value').map(({ text }) => text);
  const update = (id: { Id: string; ChangeKey?: string }, resolution: string, updates: string): Promise<Answer> =>
    ews(
      `<m:UpdateItem ConflictResolution="${resolution}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id.Id}"${id.ChangeKey === undefined ? '' : ` ChangeKey="${id.ChangeKey}"`}/><t:Updates>${updates}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const set = (path: string, content: string): string =>
    `<t:SetItemField>${path}<t:Message>${content}</t:Message></t:SetItemField>`;
  const find = async (restriction: string, folder: string): Promise<string[]> => {
    const answer = await ews(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:Restriction>${restriction}</m:Restriction><m:SortOrder><t:FieldOrder Order="Ascending">${uri('item:Subject')}</t:FieldOrder></m:SortOrder><m:ParentFolderIds>${distinguished(folder)}</m:ParentFolderIds></m:FindItem>`,
    );
    return answer.codes[0] === 'NoError' ? answer.all('Subject').map(({ text }) => text) : answer.codes;
  };

  it('are told to a client that attaches: the ids of what it has attached', async () => {
    const files = ['one', 'two'].map(
      (name) => `<t:FileAttachment><t:Name>${name}</t:Name><t:Content>${btoa(name)}</t:Content></t:FileAttachment>`,
    );
    const answer = await ews(createMessage(`<t:Subject>x</t:Subject><t:Attachments>${files.join('')}</t:Attachments>`));
    const ids = answer.all('AttachmentId').map((id) => id.attribute('Id') ?? '');
    expect(ids).toHaveLength(2);
    const contents = await ews(
      `<m:GetAttachment><m:AttachmentIds>${ids.map((id) => `<t:AttachmentId Id="${id}"/>`).join('')}</m:AttachmentIds></m:GetAttachment>`,
    );
    expect(contents.all('Content').map(({ text }) => atob(text))).toEqual(['one', 'two']);
    expect((await ews(createMessage('<t:Subject>x</t:Subject>'))).all('Attachments')).toEqual([]);
  });

  it('are kept in the form of their type', async () => {
    const cases: readonly [type: string, written: string, read: string][] = [
      ['SystemTime', '2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00Z'],
      ['SystemTime', '2026-03-01T12:00:00.987Z', '2026-03-01T12:00:00Z'],
      ['Boolean', '1', 'true'],
      ['Boolean', 'False', 'false'],
      ['Integer', '0042', '42'],
      ['Integer', '+7', '7'],
      ['Long', '9223372036854775807', '9223372036854775807'],
      ['Double', '1.50', '1.5'],
      ['CLSID', '6ED8DA90-450B-101B-98DA-00AA003F1305', '6ed8da90-450b-101b-98da-00aa003f1305'],
      ['Binary', 'QUJD', 'QUJD'],
      ['String', ' as it is ', ' as it is '],
    ];
    for (const [type, written, read] of cases) {
      const id = await save(property(named(type, type), written));
      expect([type, await values(id, named(type, type))]).toEqual([type, [read]]);
    }
  });

  it('are refused where a value is none of the type', async () => {
    const cases: readonly [type: string, value: string][] = [
      ['Integer', '2147483648'],
      ['Short', '40000'],
      ['Integer', '1.5'],
      ['Boolean', 'yes'],
      ['SystemTime', 'yesterday'],
      ['Binary', 'A'],
      ['CLSID', 'x'],
      ['StringArray', 'not in Values'],
    ];
    for (const [type, value] of cases) {
      const answer = await ews(createMessage(property(named(type), value)));
      expect([type, value, answer.codes]).toEqual([type, value, ['ErrorInvalidExtendedPropertyValue']]);
    }
    const both = '<t:ExtendedFieldURI PropertyTag="0x1234" PropertyName="x" PropertyType="String"/>';
    const fields: readonly [field: string, code: string][] = [
      [both, 'ErrorInvalidExtendedProperty'],
      ['<t:ExtendedFieldURI PropertyType="String"/>', 'ErrorInvalidExtendedProperty'],
      [tag('0x8001', 'String'), 'ErrorNoPropertyTagForCustomProperties'],
      [named('Object'), 'ErrorUnsupportedMapiPropertyType'],
    ];
    for (const [field, code] of fields) {
      expect((await ews(createMessage(property(field, 'x')))).codes).toEqual([code]);
      const fault = await ews(getItem([{ Id: 'x' }], withProperties(field)));
      expect([fault.status, fault.codes]).toEqual([500, [code]]);
    }
  });

  it('are another property under another type', async () => {
    const id = await save(property(named('Integer'), '7'));
    expect(await values(id, named('Integer'))).toEqual(['7']);
    expect(await values(id, named('String'))).toEqual([]);
  });

  it('number the items of a folder, by which IMAP servers know them', async () => {
    const [first = '', second = ''] = await sandbox.control.deliver(ANNA, { count: 2 });
    const number = async (Id: string): Promise<number> => Number((await values({ Id }, tag('0x0E23', 'Integer')))[0]);
    const numbers = [await number(first), await number(second)];
    expect(numbers[1]).toBeGreaterThan(numbers[0] ?? NaN);
    sandbox.control.markRead(ANNA, first);
    expect(await number(first)).toBe(numbers[0]);
    const moved = await ews(
      `<m:MoveItem><m:ToFolderId>${distinguished('junkemail')}</m:ToFolderId>${itemIds({ Id: first })}</m:MoveItem>`,
    );
    expect(await number(moved.ids[0]?.Id ?? '')).toBeGreaterThan(numbers[1] ?? NaN);
  });

  it('keep reminders, and 255 characters of a subject', async () => {
    const id = await save(
      `<t:Subject>${'s'.repeat(300)}</t:Subject><t:ReminderDueBy>2026-05-01T08:00:00Z</t:ReminderDueBy><t:ReminderIsSet>1</t:ReminderIsSet><t:ReminderMinutesBeforeStart>30</t:ReminderMinutesBeforeStart>`,
    );
    const read = (): Promise<Answer> => ews(getItem([id]));
    const item = await read();
    expect(item.text('Subject')).toBe('s'.repeat(255));
    expect([item.text('ReminderDueBy'), item.text('ReminderIsSet'), item.text('ReminderMinutesBeforeStart')]).toEqual([
      '2026-05-01T08:00:00Z',
      'true',
      '30',
    ]);
    await update(id, 'AlwaysOverwrite', set(uri('item:ReminderIsSet'), '<t:ReminderIsSet>0</t:ReminderIsSet>'));
    const changed = await read();
    expect([changed.text('ReminderIsSet'), changed.text('ReminderMinutesBeforeStart')]).toEqual(['false', '30']);
  });

  it('take booleans in both of their forms', async () => {
    const flags = (value: string): string =>
      `<t:IsReadReceiptRequested>${value}</t:IsReadReceiptRequested><t:IsDeliveryReceiptRequested>${value}</t:IsDeliveryReceiptRequested><t:IsRead>${value}</t:IsRead>`;
    for (const [written, read] of [
      ['1', 'true'],
      ['0', 'false'],
      ['true', 'true'],
    ] as const) {
      const item = await ews(getItem([await save(flags(written))]));
      const names = ['IsReadReceiptRequested', 'IsDeliveryReceiptRequested', 'IsRead'];
      expect(names.map((name) => item.text(name))).toEqual([read, read, read]);
    }
  });

  it('are found by categories, sensitivity, flags and bits', async () => {
    const place = distinguished('notes');
    const message = (subject: string, sensitivity: string, categories: string[], flag: string, extra = ''): string =>
      `<t:Subject>${subject}</t:Subject><t:Sensitivity>${sensitivity}</t:Sensitivity>${categories.length > 0 ? `<t:Categories>${categories.map((name) => `<t:String>${name}</t:String>`).join('')}</t:Categories>` : ''}${extra}<t:Flag><t:FlagStatus>${flag}</t:FlagStatus></t:Flag>`;
    await save(message('a', 'Normal', ['Red', 'Blue'], 'NotFlagged', property(named('Integer', 'Bits'), '5')), place);
    await save(message('b', 'Private', ['Green'], 'Flagged', property(named('Integer', 'Bits'), '2')), place);
    await save(message('c', 'Confidential', [], 'Complete'), place);
    const equal = (path: string, value: string, name = 'IsEqualTo'): string =>
      `<t:${name}>${path}${constant(value)}</t:${name}>`;
    expect(await find(equal(uri('item:Categories'), 'blue'), 'notes')).toEqual(['a']);
    expect(await find(equal(uri('item:Categories'), 'Red', 'IsNotEqualTo'), 'notes')).toEqual(['b', 'c']);
    const contains = `<t:Contains ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase">${uri('item:Categories')}<t:Constant Value="gr"/></t:Contains>`;
    expect(await find(contains, 'notes')).toEqual(['b']);
    expect(await find(`<t:Exists>${uri('item:Categories')}</t:Exists>`, 'notes')).toEqual(['a', 'b']);
    expect(await find(equal(uri('item:Sensitivity'), 'Private'), 'notes')).toEqual(['b']);
    expect(await find(equal(uri('item:Sensitivity'), 'Personal', 'IsGreaterThan'), 'notes')).toEqual(['b', 'c']);
    // Normal is another number for sensitivity than for importance.
    expect(await find(equal(uri('item:Sensitivity'), 'Normal'), 'notes')).toEqual(['a']);
    expect(await find(equal(uri('item:Importance'), 'Normal'), 'notes')).toEqual(['a', 'b', 'c']);
    expect(await find(equal(tag('0x1090', 'Integer'), '2'), 'notes')).toEqual(['b']);
    expect(await find(`<t:Exists>${tag('4240', 'Integer')}</t:Exists>`, 'notes')).toEqual(['b', 'c']);
    const excludes = (mask: string): string =>
      `<t:Excludes>${named('Integer', 'Bits')}<t:Bitmask Value="${mask}"/></t:Excludes>`;
    expect(await find(excludes('0x4'), 'notes')).toEqual(['b', 'c']);
    expect(await find(excludes('2'), 'notes')).toEqual(['a', 'c']);
    expect(await find(equal(uri('item:DateTimeReceived'), 'soon'), 'notes')).toEqual(['ErrorInvalidValueForProperty']);
    expect(await find(`<t:Exists>${uri('item:MimeContent')}</t:Exists>`, 'notes')).toEqual([
      'ErrorUnsupportedPathForQuery',
    ]);
  });

  it('are compared by what they are, as Exchange insists on it', async () => {
    const contains = (path: string): string =>
      `<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">${path}<t:Constant Value="1"/></t:Contains>`;
    const excludes = (path: string, mask: string): string =>
      `<t:Excludes>${path}<t:Bitmask Value="${mask}"/></t:Excludes>`;
    const equals = (path: string, value: string): string => `<t:IsEqualTo>${path}${constant(value)}</t:IsEqualTo>`;
    const refused: readonly [restriction: string, code: string][] = [
      [contains(uri('item:Size')), 'ErrorContainsFilterWrongType'],
      [contains(uri('message:IsRead')), 'ErrorContainsFilterWrongType'],
      [contains(tag('0x0E06', 'SystemTime')), 'ErrorContainsFilterWrongType'],
      // Masks without a digit, or of more than 32 bits, are right by the schema.
      [excludes(tag('0x0E07', 'Integer'), '0x'), 'ErrorInvalidExcludesRestriction'],
      [excludes(tag('0x0E07', 'Integer'), '0x100000000'), 'ErrorInvalidExcludesRestriction'],
      [`<t:Exists>${uri('item:IsDraft')}</t:Exists>`, 'ErrorInvalidPropertyForExists'],
      [equals(uri('message:IsRead'), 'yes'), 'ErrorInvalidValueForProperty'],
      [equals(uri('item:DateTimeReceived'), '5 March'), 'ErrorInvalidValueForProperty'],
      [equals(uri('item:Size'), '0x10'), 'ErrorInvalidValueForProperty'],
    ];
    for (const [restriction, code] of refused)
      expect([restriction, await find(restriction, 'outbox')]).toEqual([restriction, [code]]);
  });

  it('have times in UTC where none says otherwise, on whatever machine', async () => {
    const due = async (written: string): Promise<string> => {
      const answer = await ews(getItem([await save(`<t:ReminderDueBy>${written}</t:ReminderDueBy>`)]));
      return answer.codes[0] === 'NoError' ? answer.text('ReminderDueBy') : (answer.codes[0] ?? '');
    };
    expect(await due('2026-05-01T08:00:00')).toBe('2026-05-01T08:00:00Z');
    expect(await due(' 2026-05-01T08:00:00-02:00\n')).toBe('2026-05-01T10:00:00Z');
    // Right by the schema, and no time that a store can hold.
    const answer = await ews(createMessage('<t:ReminderDueBy>12026-05-01T08:00:00Z</t:ReminderDueBy>'));
    expect(answer.codes).toEqual(['ErrorInvalidValueForProperty']);
  });

  it('that the server computes have one type', async () => {
    const id = await save('<t:Subject>Typed</t:Subject>');
    expect(await values(id, tag('0x0037', 'String'), tag('0x0E07', 'Integer'))).toEqual(['Typed', '9']);
    expect(await values(id, tag('0x0037', 'Integer'), tag('0x0E06', 'String'), tag('0x0E07', 'Boolean'))).toEqual([]);
    const subject = `<t:IsEqualTo>${tag('0x0037', 'Integer')}${constant('1')}</t:IsEqualTo>`;
    expect(await find(subject, 'drafts')).toEqual([]);
  });

  it('are appended to where that can be, and nothing is lost', async () => {
    const append = (path: string, content: string): string =>
      `<t:AppendToItemField>${path}<t:Message>${content}</t:Message></t:AppendToItemField>`;
    const person = (name: string): string =>
      `<t:Mailbox><t:EmailAddress>${name}@postroom.example</t:EmailAddress></t:Mailbox>`;
    const id = await save(
      `<t:Body BodyType="HTML">&lt;p&gt;One&lt;/p&gt;</t:Body><t:ReplyTo>${person('x')}</t:ReplyTo>`,
    );
    const body = append(uri('item:Body'), '<t:Body BodyType="Text">Two &lt;b&gt;</t:Body>');
    const replyTo = append(uri('message:ReplyTo'), `<t:ReplyTo>${person('y')}</t:ReplyTo>`);
    expect((await update(id, 'AlwaysOverwrite', body + replyTo)).codes).toEqual(['NoError']);
    const read = await ews(getItem([id], '<t:BaseShape>AllProperties</t:BaseShape><t:BodyType>Text</t:BodyType>'));
    expect(read.text('Body')).toMatch(/One\s+Two <b>/);
    expect(read.all('EmailAddress', read.first('ReplyTo')).map(({ text }) => text)).toEqual([
      'x@postroom.example',
      'y@postroom.example',
    ]);
    const plain = await save('<t:Body BodyType="Text">One</t:Body>');
    const html = append(uri('item:Body'), '<t:Body BodyType="HTML">&lt;p&gt;Two&lt;/p&gt;</t:Body>');
    await update(plain, 'AlwaysOverwrite', html);
    expect((await ews(getItem([plain]))).text('Body')).toMatch(/One[^]*<p>Two/);
    const subject = append(uri('item:Subject'), '<t:Subject>x</t:Subject>');
    expect((await update(plain, 'AlwaysOverwrite', subject)).codes).toEqual(['ErrorInvalidPropertyAppend']);
  });

  it('are replaced by new MIME, until the message is sent', async () => {
    const mime = (subject: string): string =>
      set(
        uri('item:MimeContent'),
        `<t:MimeContent>${btoa(`Subject: ${subject}\r\nTo: new@postroom.example\r\n\r\nNew words`)}</t:MimeContent>`,
      );
    const id = await save('<t:Subject>Old</t:Subject><t:Body BodyType="Text">Old words</t:Body>');
    expect((await update(id, 'AlwaysOverwrite', mime('New'))).codes).toEqual(['NoError']);
    const read = await ews(getItem([id]));
    expect([read.text('Subject'), read.text('Body').trim()]).toEqual(['New', 'New words']);
    expect(read.all('EmailAddress', read.first('ToRecipients')).map(({ text }) => text)).toEqual([
      'new@postroom.example',
    ]);
    const [received = ''] = await sandbox.control.deliver(ANNA, { subject: 'As it came' });
    const refused = await update({ Id: received }, 'AlwaysOverwrite', mime('Other'));
    expect(refused.codes).toEqual(['ErrorInvalidPropertyUpdateSentMessage']);
    expect((await ews(getItem([{ Id: received }]))).text('Subject')).toBe('As it came');
  });

  it('that are headers stand in the message once, and go when they are deleted', async () => {
    const field =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="InternetHeaders" PropertyName="X-Case" PropertyType="String"/>';
    const id = await save(property(field, 'one'));
    await update(id, 'AlwaysOverwrite', set(field, property(field, 'two')));
    const headers = async (): Promise<string[]> =>
      (await ews(getItem([id])))
        .all('InternetMessageHeader')
        .filter((header) => header.attribute('HeaderName') === 'X-Case')
        .map(({ text }) => text);
    expect([await values(id, field), await headers()]).toEqual([['two'], ['two']]);
    await update(id, 'AlwaysOverwrite', `<t:DeleteItemField>${field}</t:DeleteItemField>`);
    expect([await values(id, field), await headers()]).toEqual([[], []]);
  });

  it('come in pages of one at least', async () => {
    for (const size of ['0', '-1']) {
      const view = `<m:IndexedPageItemView MaxEntriesReturned="${size}" Offset="0" BasePoint="Beginning"/>`;
      const answer = await ews(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>${view}<m:ParentFolderIds>${distinguished('inbox')}</m:ParentFolderIds></m:FindItem>`,
      );
      expect(answer.codes).toEqual(['ErrorInvalidPagingMaxRows']);
    }
  });

  it('are not changed by a key that is none', async () => {
    const id = await save('<t:Subject>x</t:Subject>');
    for (const ChangeKey of ['garbage', 'AAAA', `${id.ChangeKey}AAAA`]) {
      for (const resolution of ['AutoResolve', 'AlwaysOverwrite', 'NeverOverwrite']) {
        const answer = await update(
          { ...id, ChangeKey },
          resolution,
          set(uri('item:Subject'), '<t:Subject>y</t:Subject>'),
        );
        expect(answer.codes).toEqual(['ErrorInvalidChangeKey']);
      }
      expect(
        (
          await ews(
            `<m:GetItem><m:ItemShape>${withProperties(uri('item:Subject'))}</m:ItemShape>${itemIds({ ...id, ChangeKey })}</m:GetItem>`,
          )
        ).codes,
      ).toEqual(['ErrorInvalidChangeKey']);
    }
    expect((await ews(getItem([id]))).text('Subject')).toBe('x');
  });

  it('merge where others were changed meanwhile', async () => {
    const subject = (text: string): string => set(uri('item:Subject'), `<t:Subject>${text}</t:Subject>`);
    const importance = set(uri('item:Importance'), '<t:Importance>High</t:Importance>');
    const stale = await save('<t:Subject>first</t:Subject>');
    expect((await update(stale, 'AutoResolve', subject('second'))).codes).toEqual(['NoError']);
    expect((await update(stale, 'AutoResolve', importance)).codes).toEqual(['NoError']);
    expect((await update(stale, 'AutoResolve', subject('third'))).codes).toEqual(['ErrorIrresolvableConflict']);
    expect((await update(stale, 'NeverOverwrite', importance)).codes).toEqual(['ErrorIrresolvableConflict']);
    const item = await ews(getItem([stale]));
    expect([item.text('Subject'), item.text('Importance')]).toEqual(['second', 'High']);
    expect((await update(stale, 'AlwaysOverwrite', subject('third'))).codes).toEqual(['NoError']);
  });

  it('are set one at a time, and only those that a client can set', async () => {
    const id = await save('<t:Subject>x</t:Subject>');
    const one = async (updates: string): Promise<string[]> => (await update(id, 'AlwaysOverwrite', updates)).codes;
    expect(await one(set(uri('item:Size'), '<t:Size>1</t:Size>'))).toEqual(['ErrorInvalidPropertySet']);
    expect(await one(set(uri('item:Importance'), '<t:Subject>y</t:Subject>'))).toEqual(['ErrorUpdatePropertyMismatch']);
    const two = '<t:Subject>y</t:Subject><t:Importance>Low</t:Importance>';
    expect(await one(set(uri('item:Subject'), two))).toEqual(['ErrorIncorrectUpdatePropertyCount']);
    expect((await ews(getItem([id]))).text('Subject')).toBe('x');
  });

  it('that the server computes cannot be given to a new item', async () => {
    const fields = [
      '<t:Size>5</t:Size>',
      '<t:IsDraft>false</t:IsDraft>',
      '<t:DateTimeReceived>2026-01-01T00:00:00Z</t:DateTimeReceived>',
    ];
    for (const field of fields) expect((await ews(createMessage(field))).codes).toEqual(['ErrorInvalidPropertySet']);
  });

  it('are of no item for ids that are none', async () => {
    const folder = sandbox.control.addFolder(ANNA, { name: 'Of its own' });
    const [item = ''] = await sandbox.control.deliver(ANNA);
    const code = async (Id: string): Promise<string[]> => (await ews(getItem([{ Id }]))).codes;
    expect(await code('')).toEqual(['ErrorInvalidIdEmpty']);
    expect(await code('not base64')).toEqual(['ErrorInvalidIdMalformed']);
    expect(await code(item.slice(0, -4))).toEqual(['ErrorInvalidIdMalformed']);
    expect(await code(item.toLowerCase())).toEqual(['ErrorInvalidIdMalformed']);
    expect(await code(folder)).toEqual(['ErrorCannotUseFolderIdForItemId']);
    const getFolder = async (Id: string): Promise<string[]> =>
      (
        await ews(
          `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:FolderId Id="${Id}"/></m:FolderIds></m:GetFolder>`,
        )
      ).codes;
    expect(await getFolder(item)).toEqual(['ErrorCannotUseItemIdForFolderId']);
    expect(await getFolder('not base64')).toEqual(['ErrorInvalidIdMalformed']);
    const attachment = await ews(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${item}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    expect(attachment.codes).toEqual(['ErrorInvalidAttachmentId']);
  });

  it('answer, answer to all and pass on', async () => {
    const mime = [
      `From: Ben Okafor <${BEN}>`,
      `To: ${ANNA}`,
      'Cc: carol@extern.example',
      'Subject: RE: Offer',
      'Message-ID: <offer@extern.example>',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'Shall we?',
      '--b',
      'Content-Type: text/plain; name=offer.txt',
      'Content-Disposition: attachment; filename=offer.txt',
      '',
      'cheap',
      '--b--',
      '',
    ];
    const original = await sandbox.control.deliverMime(ANNA, Buffer.from(mime.join('\r\n')));
    const answerWith = (kind: string, extra = '', disposition = 'SendAndSaveCopy'): Promise<Answer> =>
      ews(
        `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:${kind}>${extra}<t:ReferenceItemId Id="${original}"/><t:NewBodyContent BodyType="Text">Yes &lt;please&gt;</t:NewBodyContent></t:${kind}></m:Items></m:CreateItem>`,
      );
    expect((await answerWith('ReplyToItem')).codes).toEqual(['NoError']);
    const [sent] = sandbox.control.listItems(ANNA, 'sentitems');
    const reply = await ews(getItem([{ Id: sent?.id ?? '' }]));
    expect(reply.text('Subject')).toBe('RE: Offer');
    expect(reply.text('Body')).toMatch(/^Yes <please>[^]*Shall we\?/);
    expect(reply.text('InReplyTo')).toBe('<offer@extern.example>');
    expect(reply.all('ToRecipients').flatMap((to) => reply.all('EmailAddress', to).map(({ text }) => text))).toEqual([
      BEN,
    ]);
    expect(sandbox.control.listItems(BEN).map(({ subject, attachments }) => [subject, attachments])).toEqual([
      ['RE: Offer', []],
    ]);
    expect(await values({ Id: original }, tag('0x1081', 'Integer'))).toEqual(['102']);

    const draft = await answerWith('ReplyAllToItem', '', 'SaveOnly');
    const all = await ews(getItem(draft.ids));
    expect(all.all('CcRecipients').flatMap((cc) => all.all('EmailAddress', cc).map(({ text }) => text))).toEqual([
      'carol@extern.example',
    ]);
    const to = `<t:ToRecipients><t:Mailbox><t:EmailAddress>${BEN}</t:EmailAddress></t:Mailbox></t:ToRecipients>`;
    expect((await answerWith('ForwardItem', to, 'SendOnly')).codes).toEqual(['NoError']);
    const [forwarded] = sandbox.control.listItems(BEN).filter(({ subject }) => subject === 'FW: Offer');
    expect(forwarded?.attachments).toEqual(['offer.txt']);
  });

  it('tell who somebody is', async () => {
    const resolve = (attributes: string): Promise<Answer> =>
      ews(`<m:ResolveNames ${attributes}><m:UnresolvedEntry>anna</m:UnresolvedEntry></m:ResolveNames>`);
    const full = await resolve('ReturnFullContactData="1"');
    expect(['GivenName', 'Surname', 'DisplayName', 'Alias', 'ContactSource'].map((name) => full.text(name))).toEqual([
      'Anna',
      'Lind',
      'Anna Lind',
      'anna.lind',
      'ActiveDirectory',
    ]);
    expect(full.all('Entry').map(({ text }) => text)).toEqual([`SMTP:${ANNA}`, 'smtp:anna@postroom.example']);
    expect((await resolve('ReturnFullContactData="0"')).all('Contact')).toEqual([]);
    expect((await resolve('ReturnFullContactData="0" SearchScope="Contacts"')).codes).toEqual([
      'ErrorNameResolutionNoResults',
    ]);
  });

  itAnswersBySchema(() => sandbox);
});
