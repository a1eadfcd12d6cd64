import { ANNA, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { type Answer, call, distinguished, getItem, itemIds } from './support/ews-client.js';

const MARKER =
  '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Marker" PropertyType="String"/>';
const marked = (value: string): string =>
  `<t:ExtendedProperty>${MARKER}<t:Value>${value}</t:Value></t:ExtendedProperty>`;
const WHOLE = `<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent><t:AdditionalProperties>${MARKER}</t:AdditionalProperties>`;
const WHOLE_FOLDER = `<m:FolderShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties>${MARKER}</t:AdditionalProperties></m:FolderShape>`;
const SUBJECT = '<t:FieldURI FieldURI="item:Subject"/>';

const MIME = [
  'From: Pat <pat@partner.example>',
  `To: ${ANNA}`,
  'Subject: Offer',
  'Message-ID: <offer@partner.example>',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/html',
  '',
  '<p>Have a look</p>',
  '--b',
  'Content-Type: text/plain; name=prices.txt',
  'Content-Disposition: attachment; filename=prices.txt',
  'Content-Transfer-Encoding: base64',
  '',
  btoa('cheap'),
  '--b',
  'Content-Type: message/rfc822',
  'Content-Disposition: attachment; filename=before.eml',
  '',
  'Subject: Before',
  '',
  'Earlier words',
  '--b--',
  '',
].join('\r\n');

describe('copies', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const ews = async (body: string): Promise<Answer> => {
    const answer = await call(sandbox.ewsUrl, body, { as: ANNA });
    expect([...new Set(answer.codes)]).toEqual(['NoError']);
    return answer;
  };
  const update = (id: string, path: string, content: string): Promise<Answer> =>
    ews(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField>${path}<t:Message>${content}</t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );

  /** An item with everything that a client can add to it. */
  async function original(folder: string): Promise<string> {
    const id = await sandbox.control.deliverMime(ANNA, Buffer.from(MIME), { folder });
    const flag = '<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>';
    await update(id, MARKER, marked('own'));
    await update(id, '<t:FieldURI FieldURI="item:Flag"/>', flag);
    await update(
      id,
      '<t:FieldURI FieldURI="item:Categories"/>',
      '<t:Categories><t:String>Red</t:String></t:Categories>',
    );
    return id;
  }

  const attachmentIds = (item: Answer): string[] =>
    item.all('AttachmentId').map((attachment) => attachment.attribute('Id') ?? '');

  /** What an item says, with the contents of its attachments, and without what tells it from its copies. */
  async function said(id: string): Promise<unknown> {
    const item = await ews(getItem([{ Id: id }], WHOLE));
    const ids = attachmentIds(item).map((attachment) => `<t:AttachmentId Id="${attachment}"/>`);
    const attachments =
      ids.length === 0
        ? null
        : await ews(
            `<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:AttachmentShape><m:AttachmentIds>${ids.join('')}</m:AttachmentIds></m:GetAttachment>`,
          );
    return {
      ...Object.fromEntries(
        ['Subject', 'Body', 'MimeContent', 'InternetMessageId', 'IsRead', 'FlagStatus', 'DateTimeReceived'].map(
          (name) => [name, item.all(name)[0]?.text],
        ),
      ),
      categories: item.all('String').map(({ text }) => text),
      marker: item.all('Value').map(({ text }) => text),
      files: attachments
        ?.all('FileAttachment')
        .map((file) => [file.childText('Name'), atob(file.childText('Content') ?? '')]),
      messages: attachments
        ?.all('ItemAttachment')
        .map((attached) => [attached.childText('Name'), attachments.all('Subject', attached)[0]?.text]),
    };
  }

  const EVERYTHING = {
    Subject: 'Offer',
    Body: expect.stringContaining('Have a look') as unknown,
    MimeContent: btoa(MIME),
    InternetMessageId: '<offer@partner.example>',
    FlagStatus: 'Flagged',
    categories: ['Red'],
    marker: ['own'],
    files: [['prices.txt', 'cheap']],
    messages: [[expect.any(String), 'Before']],
  };

  it('of items hold all that the item holds, under ids of their own', async () => {
    const id = await original('inbox');
    const made = await ews(
      `<m:CopyItem><m:ToFolderId>${distinguished('drafts')}</m:ToFolderId>${itemIds({ Id: id })}</m:CopyItem>`,
    );
    const copy = made.ids[0]?.Id ?? '';
    expect(await said(copy)).toMatchObject(EVERYTHING);
    expect(await said(copy)).toEqual(await said(id));
    const [first, second] = await Promise.all([id, copy].map((Id) => ews(getItem([{ Id }], WHOLE))));
    expect(attachmentIds(second ?? made)).toHaveLength(2);
    for (const attachment of attachmentIds(second ?? made))
      expect(attachmentIds(first ?? made)).not.toContain(attachment);
  });

  it('of items and what they were made of change apart', async () => {
    const id = await original('inbox');
    const made = await ews(
      `<m:CopyItem><m:ToFolderId>${distinguished('drafts')}</m:ToFolderId>${itemIds({ Id: id })}</m:CopyItem>`,
    );
    const copy = made.ids[0]?.Id ?? '';
    const before = await said(id);
    const [attachment = ''] = attachmentIds(await ews(getItem([{ Id: id }], WHOLE)));
    await update(id, SUBJECT, '<t:Subject>Changed</t:Subject>');
    await update(id, MARKER, marked('changed'));
    await ews(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${attachment}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    expect(await said(id)).toMatchObject({ Subject: 'Changed', marker: ['changed'] });
    expect(await said(copy)).toEqual(before);
    const after = await said(id);
    await update(copy, '<t:FieldURI FieldURI="item:Body"/>', '<t:Body BodyType="Text">Of the copy</t:Body>');
    sandbox.control.markRead(ANNA, copy);
    expect(await said(id)).toEqual(after);
    await ews(`<m:DeleteItem DeleteType="HardDelete">${itemIds({ Id: id })}</m:DeleteItem>`);
    expect(await said(copy)).toMatchObject({ Body: 'Of the copy', Subject: 'Offer', files: [['prices.txt', 'cheap']] });
  });

  it('of folders hold all that is in the folder and below it, and change apart', async () => {
    const outer = (
      await ews(
        `<m:CreateFolder><m:ParentFolderId>${distinguished('inbox')}</m:ParentFolderId><m:Folders><t:Folder><t:FolderClass>IPF.Note.Own</t:FolderClass><t:DisplayName>Outer</t:DisplayName>${marked('of the folder')}</t:Folder></m:Folders></m:CreateFolder>`,
      )
    ).first('FolderId');
    sandbox.control.addFolder(ANNA, { name: 'Inner', parent: 'Outer' });
    const item = await original('Inner');
    const folder = (id: string): string => `<t:FolderId Id="${id}"/>`;
    const source = outer.attribute('Id') ?? '';
    const copied = await ews(
      `<m:CopyFolder><m:ToFolderId>${distinguished('drafts')}</m:ToFolderId><m:FolderIds>${folder(source)}</m:FolderIds></m:CopyFolder>`,
    );
    const copy = copied.first('FolderId').attribute('Id') ?? '';
    const get = (id: string): Promise<Answer> =>
      ews(`<m:GetFolder>${WHOLE_FOLDER}<m:FolderIds>${folder(id)}</m:FolderIds></m:GetFolder>`);
    const told = async (id: string): Promise<string[]> => {
      const answer = await get(id);
      return ['DisplayName', 'FolderClass', 'ChildFolderCount', 'Value'].map((name) => answer.text(name));
    };
    const inside = async (id: string): Promise<string[]> => {
      const below = await ews(
        `<m:FindFolder Traversal="Shallow">${WHOLE_FOLDER}<m:ParentFolderIds>${folder(id)}</m:ParentFolderIds></m:FindFolder>`,
      );
      return sandbox.control.listItems(ANNA, below.first('FolderId').attribute('Id') ?? '').map((each) => each.id);
    };
    expect(await told(copy)).toEqual(['Outer', 'IPF.Note.Own', '1', 'of the folder']);
    const [itemCopy = ''] = await inside(copy);
    expect(itemCopy).not.toBe(item);
    expect(await said(itemCopy)).toMatchObject(EVERYTHING);

    const set = `<t:SetFolderField>${MARKER}<t:Folder>${marked('changed')}</t:Folder></t:SetFolderField>`;
    await ews(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${folder(source)}<t:Updates>${set}</t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
    await update(item, SUBJECT, '<t:Subject>Changed</t:Subject>');
    expect((await get(source)).text('Value')).toBe('changed');
    expect((await get(copy)).text('Value')).toBe('of the folder');
    await ews(`<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${folder(source)}</m:FolderIds></m:DeleteFolder>`);
    expect(await inside(copy)).toEqual([itemCopy]);
    expect(await said(itemCopy)).toMatchObject(EVERYTHING);
  });

  itAnswersBySchema(() => sandbox);
});
