import { simpleParser } from 'mailparser';
import {
  ANNA,
  BEN,
  CLARA,
  type RecordedSandbox,
  itAnswersBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { SERVICE, call, createMessage, distinguished, getItem, itemIds } from './support/ews-client.js';

const people = (name: string, ...addresses: string[]): string =>
  `<t:${name}>${addresses.map((address) => `<t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox>`).join('')}</t:${name}>`;
const marker = (value: string): string =>
  `<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="PostroomId" PropertyType="String"/><t:Value>${value}</t:Value></t:ExtendedProperty>`;
const send = (id: { Id: string; ChangeKey?: string }, folder = ''): string =>
  `<m:SendItem SaveItemToFolder="true">${itemIds(id)}${folder ? `<m:SavedItemFolderId>${folder}</m:SavedItemFolderId>` : ''}</m:SendItem>`;
const update = (
  id: { Id: string; ChangeKey?: string },
  resolution: string,
  field = 'item:Subject',
  xml = '<t:Subject>changed</t:Subject>',
): string =>
  `<m:UpdateItem ConflictResolution="${resolution}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id.Id}"${id.ChangeKey ? ` ChangeKey="${id.ChangeKey}"` : ''}/><t:Updates><t:SetItemField><t:FieldURI FieldURI="${field}"/><t:Message>${xml}</t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`;

describe('outgoing mail', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const as = { as: ANNA };
  const ews = (body: string, options: object = as) => call(sandbox.ewsUrl, body, options);

  it('sends a draft exactly once, finds it by its marker, keeps Bcc with the sender alone', async () => {
    const saved = await ews(
      createMessage(
        '<t:Subject>Grüße 田</t:Subject><t:Body BodyType="HTML">&lt;p&gt;Größe&lt;/p&gt;</t:Body>' +
          '<t:Attachments><t:FileAttachment><t:Name>süß – 1.txt</t:Name><t:ContentType>text/plain</t:ContentType><t:Content>c8O8w58=</t:Content></t:FileAttachment></t:Attachments>' +
          `<t:Importance>High</t:Importance><t:InReplyTo>&lt;q@extern.example&gt;</t:InReplyTo>${marker('job-1')}` +
          people('ToRecipients', BEN, 'BEN.OKAFOR@postroom.example', 'x@extern.example') +
          people('BccRecipients', CLARA) +
          '<t:InternetMessageId>&lt;ours-1@postroom&gt;</t:InternetMessageId><t:References>&lt;q@extern.example&gt;</t:References>' +
          people('ReplyTo', 'reply@extern.example'),
      ),
    );
    expect(saved.codes).toEqual(['NoError']);
    const [draft = { Id: '', ChangeKey: '' }] = saved.ids;
    expect((await ews(send({ Id: draft.Id }))).codes).toEqual(['ErrorChangeKeyRequired']);
    expect((await ews(send({ Id: draft.Id, ChangeKey: 'CQAAAA==' }))).codes).toEqual(['ErrorStaleObject']);
    const both = await Promise.all([
      ews(send(draft, distinguished('sentitems'))),
      ews(send(draft, distinguished('sentitems'))),
    ]);
    expect(both.flatMap((answer) => answer.codes).sort()).toEqual(['ErrorItemNotFound', 'NoError']);

    expect(
      sandbox.control
        .deliveriesOf('<ours-1@postroom>')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([BEN, CLARA, 'x@extern.example']);
    expect(sandbox.control.counts()).toMatchObject({ deliveries: 2, relayed: 1 });
    const search = (folder: string): string =>
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:IsEqualTo><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="PostroomId" PropertyType="String"/><t:FieldURIOrConstant><t:Constant Value="job-1"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds>${distinguished('sentitems')}${distinguished(folder)}</m:ParentFolderIds></m:FindItem>`;
    const found = await ews(search('drafts'));
    expect(found.ids).toHaveLength(1);
    expect(found.ids[0]?.Id).not.toBe(draft.Id);
    const sent = await ews(getItem(found.ids));
    expect(sent.first('EmailAddress', sent.first('BccRecipients')).text).toBe(CLARA);
    expect(sent.text('IsDraft')).toBe('false');

    const [copy] = sandbox.control.listItems(BEN);
    const received = await ews(
      getItem(
        [{ Id: copy?.id ?? '' }],
        '<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>',
      ),
      { as: BEN },
    );
    expect(received.all('BccRecipients')).toEqual([]);
    const mail = await simpleParser(Buffer.from(received.text('MimeContent'), 'base64'));
    expect(mail.subject).toBe('Grüße 田');
    expect(mail.from?.value[0]).toEqual({ name: 'Anna Lind', address: ANNA });
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.headers.has('sender')).toBe(false);
    expect(mail.text?.trim()).toBe('Größe');
    expect(mail.attachments.map((file) => [file.filename, file.content.toString()])).toEqual([['süß – 1.txt', 'süß']]);
    expect(mail.messageId).toBe('<ours-1@postroom>');
    expect(mail.inReplyTo).toBe('<q@extern.example>');
    expect(mail.replyTo?.value[0]?.address).toBe('reply@extern.example');
  });

  it('sends MIME as it is given, but for Bcc', async () => {
    const mime = `From: Anna <${ANNA}>\r\nTo: ${BEN}\r\nBcc: ${CLARA}\r\nSubject: Raw\r\nX-Own: kept\r\nMessage-ID: <raw@postroom>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhä?\r\n`;
    const answer = await ews(
      createMessage(`<t:MimeContent>${Buffer.from(mime).toString('base64')}</t:MimeContent>`, 'SendAndSaveCopy'),
    );
    expect(answer.codes).toEqual(['NoError']);
    expect(answer.ids).toEqual([]);
    expect(
      sandbox.control
        .deliveriesOf('<raw@postroom>')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([BEN, CLARA]);
    const copy = sandbox.control.listItems(CLARA).find(({ subject }) => subject === 'Raw');
    const received = await ews(
      getItem(
        [{ Id: copy?.id ?? '' }],
        '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>',
      ),
      { as: CLARA },
    );
    const text = Buffer.from(received.text('MimeContent'), 'base64').toString();
    expect(text).toContain('X-Own: kept');
    expect(text).not.toContain('Bcc');
    expect(text.endsWith('\r\n\r\nhä?\r\n')).toBe(true);
  });

  it('reports unknown recipients to the sender', async () => {
    await ews(
      createMessage(`<t:Subject>Lost</t:Subject>${people('ToRecipients', 'nobody@postroom.example', BEN)}`, 'SendOnly'),
    );
    const report = sandbox.control.listItems(ANNA).find(({ subject }) => subject === 'Undeliverable: Lost');
    const item = await ews(getItem([{ Id: report?.id ?? '' }]));
    expect(item.text('ItemClass')).toBe('REPORT.IPM.Note.NDR');
    expect(item.text('Body')).toContain('nobody@postroom.example');
    expect((await ews(createMessage('<t:Subject>Nobody</t:Subject>', 'SendOnly'))).codes).toEqual([
      'ErrorMissingRecipients',
    ]);
    expect((await ews(createMessage(people('ToRecipients', 'no address'), 'SendOnly'))).codes).toEqual([
      'ErrorInvalidRecipients',
    ]);
    const other = `${people('ToRecipients', BEN)}<t:From><t:Mailbox><t:EmailAddress>${CLARA}</t:EmailAddress></t:Mailbox></t:From>`;
    expect((await ews(createMessage(other, 'SendOnly'))).codes).toEqual(['ErrorSendAsDenied']);
  });

  it('guards updates with change keys', async () => {
    const [first = { Id: '', ChangeKey: '' }] = (await ews(createMessage('<t:Subject>one</t:Subject>'))).ids;
    const [second = { Id: '', ChangeKey: '' }] = (await ews(update(first, 'NeverOverwrite'))).ids;
    expect(second.Id).toBe(first.Id);
    expect(second.ChangeKey).not.toBe(first.ChangeKey);
    expect((await ews(update(first, 'NeverOverwrite'))).codes).toEqual(['ErrorIrresolvableConflict']);
    expect((await ews(update(first, 'AutoResolve', 'item:Subject', '<t:Subject>clash</t:Subject>'))).codes).toEqual([
      'ErrorIrresolvableConflict',
    ]);
    expect((await ews(update(first, 'AutoResolve', 'message:IsRead', '<t:IsRead>false</t:IsRead>'))).codes).toEqual([
      'NoError',
    ]);
    expect((await ews(update(first, 'AlwaysOverwrite'))).codes).toEqual(['NoError']);
    expect((await ews(update({ Id: first.Id }, 'AutoResolve'))).codes).toEqual([
      'ErrorChangeKeyRequiredForWriteOperations',
    ]);
    const item = await ews(getItem([first]));
    expect(item.text('Subject')).toBe('changed');
    expect(item.text('IsRead')).toBe('false');
  });

  it('takes attachments one by one, file and message, and lets them go', async () => {
    const [draft = { Id: '', ChangeKey: '' }] = (
      await ews(createMessage(`<t:Subject>Files</t:Subject>${people('ToRecipients', BEN)}`))
    ).ids;
    const inner = Buffer.from(
      'Subject: Inner\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Disposition: attachment; filename=deep.txt\r\n\r\ndeep\r\n--b--\r\n',
    ).toString('base64');
    const attached = await ews(
      `<m:CreateAttachment><m:ParentItemId Id="${draft.Id}" ChangeKey="${draft.ChangeKey}"/><m:Attachments><t:FileAttachment><t:Name>a.bin</t:Name><t:Content>AAEC</t:Content></t:FileAttachment><t:ItemAttachment><t:Name>Inner</t:Name><t:Message><t:MimeContent>${inner}</t:MimeContent></t:Message></t:ItemAttachment></m:Attachments></m:CreateAttachment>`,
    );
    expect(attached.codes).toEqual(['NoError', 'NoError']);
    const [file, message] = attached.all('AttachmentId');
    expect(file?.attribute('RootItemId')).toBe(draft.Id);
    const ask = (id = '') =>
      ews(
        `<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:AttachmentShape><m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds></m:GetAttachment>`,
      );
    const whole = await ask(message?.attribute('Id'));
    expect(whole.text('Subject')).toBe('Inner');
    const deep = await ask(whole.all('AttachmentId')[1]?.attribute('Id'));
    expect(Buffer.from(deep.text('Content'), 'base64').toString().trim()).toBe('deep');
    const removed = await ews(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${file?.attribute('Id') ?? ''}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    const key = removed.first('RootItemId').attribute('RootItemChangeKey') ?? '';
    expect((await ews(send(draft))).codes).toEqual(['ErrorStaleObject']);
    expect((await ews(send({ Id: draft.Id, ChangeKey: key }))).codes).toEqual(['NoError']);
    const copy = sandbox.control.listItems(BEN).find(({ subject }) => subject === 'Files');
    const received = await ews(getItem([{ Id: copy?.id ?? '' }]), { as: BEN });
    expect(received.all('ItemAttachment').map((item) => item.childText('Name'))).toEqual(['Inner']);
    expect(received.all('FileAttachment')).toEqual([]);
    expect((await ask('AAMkxxxx')).codes).toEqual(['ErrorInvalidAttachmentId']);
  });

  it('shows owner and sender under delegation', async () => {
    sandbox.control.setDelegate(CLARA, SERVICE.username);
    const body = `<t:Subject>For Clara</t:Subject>${people('ToRecipients', BEN)}`;
    const [draft = { Id: '', ChangeKey: '' }] = (
      await ews(createMessage(body, 'SaveOnly', distinguished('drafts', CLARA)), {})
    ).ids;
    expect((await ews(send(draft, distinguished('sentitems', CLARA)), {})).codes).toEqual(['NoError']);
    const copy = sandbox.control.listItems(BEN).find(({ subject }) => subject === 'For Clara');
    const received = await ews(getItem([{ Id: copy?.id ?? '' }]), { as: BEN });
    expect(received.first('EmailAddress', received.first('From')).text).toBe(CLARA);
    expect(received.first('EmailAddress', received.first('Sender')).text).toBe('svc-postroom@postroom.example');
    expect(sandbox.control.listItems(CLARA, 'sentitems').map(({ subject }) => subject)).toEqual(['For Clara']);
  });

  it('commits before it drops the answer', async () => {
    sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropAfterCommit: true } });
    const [draft = { Id: '', ChangeKey: '' }] = (
      await ews(
        createMessage(
          `<t:Subject>Dropped</t:Subject>${people('ToRecipients', BEN)}<t:InternetMessageId>&lt;dropped@postroom&gt;</t:InternetMessageId>`,
        ),
      )
    ).ids;
    await expect(ews(send(draft))).rejects.toThrow();
    expect(sandbox.control.deliveriesOf('<dropped@postroom>')).toHaveLength(1);
    expect((await ews(send(draft))).codes).toEqual(['ErrorItemNotFound']);
  });

  itAnswersBySchema(() => sandbox);
});
