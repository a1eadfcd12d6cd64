import { ANNA, BEN, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { type Answer, call, createMessage, distinguished, getItem, itemIds } from './support/ews-client.js';

const SHAPE = '<m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>';
const folderId = (id: string): string => `<t:FolderId Id="${id}"/>`;
const folderIds = (...ids: string[]): string => `<m:FolderIds>${ids.join('')}</m:FolderIds>`;
const NAME = '<t:FieldURI FieldURI="folder:DisplayName"/>';
const MARKER =
  '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Marker" PropertyType="String"/>';

describe('folder operations', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const ews = (body: string): Promise<Answer> => call(sandbox.ewsUrl, body, { as: ANNA });
  const add = (name: string, parent = 'inbox'): string => sandbox.control.addFolder(ANNA, { name, parent });
  const get = (id: string): Promise<Answer> => ews(`<m:GetFolder>${SHAPE}${folderIds(folderId(id))}</m:GetFolder>`);
  const idOf = (answer: Answer): string => answer.first('FolderId').attribute('Id') ?? '';
  const findBelow = async (parent: string, restriction = '', traversal = 'Shallow'): Promise<string[]> => {
    const answer = await ews(
      `<m:FindFolder Traversal="${traversal}">${SHAPE}${restriction && `<m:Restriction>${restriction}</m:Restriction>`}<m:ParentFolderIds>${parent}</m:ParentFolderIds></m:FindFolder>`,
    );
    expect(answer.codes).toEqual(['NoError']);
    return answer.all('DisplayName').map(({ text }) => text);
  };

  it('name a deleted folder by the code of each operation', async () => {
    const id = add('Gone soon');
    const kept = add('Kept');
    sandbox.control.removeFolder(ANNA, 'Gone soon');
    const items = itemIds({ Id: (await sandbox.control.deliver(ANNA))[0] ?? '' });
    const gone = folderId(id);
    const ITEM_SHAPE = '<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>';
    const codes = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        await Promise.all(
          Object.entries({
            GetFolder: `<m:GetFolder>${SHAPE}${folderIds(gone)}</m:GetFolder>`,
            FindItem: `<m:FindItem Traversal="Shallow">${ITEM_SHAPE}<m:ParentFolderIds>${gone}</m:ParentFolderIds></m:FindItem>`,
            SyncFolderItems: `<m:SyncFolderItems>${ITEM_SHAPE}<m:SyncFolderId>${gone}</m:SyncFolderId><m:MaxChangesReturned>5</m:MaxChangesReturned></m:SyncFolderItems>`,
            SyncFolderHierarchy: `<m:SyncFolderHierarchy>${SHAPE}<m:SyncFolderId>${gone}</m:SyncFolderId></m:SyncFolderHierarchy>`,
            CreateFolder: `<m:CreateFolder><m:ParentFolderId>${gone}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>x</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
            CreateItem: createMessage('<t:Subject>x</t:Subject>', 'SaveOnly', gone),
            MoveItem: `<m:MoveItem><m:ToFolderId>${gone}</m:ToFolderId>${items}</m:MoveItem>`,
            MoveFolder: `<m:MoveFolder><m:ToFolderId>${gone}</m:ToFolderId>${folderIds(folderId(kept))}</m:MoveFolder>`,
            DeleteFolder: `<m:DeleteFolder DeleteType="HardDelete">${folderIds(gone)}</m:DeleteFolder>`,
          }).map(async ([operation, body]) => [operation, (await ews(body)).codes.join()]),
        ),
      );
    const own = {
      SyncFolderItems: 'ErrorSyncFolderNotFound',
      SyncFolderHierarchy: 'ErrorSyncFolderNotFound',
      CreateFolder: 'ErrorParentFolderNotFound',
      CreateItem: 'ErrorSavedItemFolderNotFound',
      MoveItem: 'ErrorToFolderNotFound',
      MoveFolder: 'ErrorToFolderNotFound',
    };
    const all = (code: string): Record<string, string> => ({ GetFolder: code, FindItem: code, DeleteFolder: code });
    expect(await codes()).toEqual({ ...own, ...all('ErrorItemNotFound') });
    sandbox.control.setMissingFolderCode('ErrorFolderNotFound');
    expect(await codes()).toEqual({ ...own, ...all('ErrorFolderNotFound') });
    sandbox.control.setMissingFolderCode('ErrorItemNotFound');
    sandbox.control.removeFolder(ANNA, 'Kept');
  });

  it('find folders by what is asked of them', async () => {
    add('Alpha', 'drafts');
    add('Beta', 'drafts');
    const drafts = distinguished('drafts');
    const constant = (value: string): string =>
      `<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant>`;
    expect(await findBelow(drafts, `<t:IsEqualTo>${NAME}${constant('beta')}</t:IsEqualTo>`)).toEqual(['Beta']);
    const contains = `<t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase">${NAME}<t:Constant Value="ALPH"/></t:Contains>`;
    expect(await findBelow(drafts, contains)).toEqual(['Alpha']);
    expect(await findBelow(drafts, `<t:Not>${contains}</t:Not>`)).toEqual(['Beta']);
    const named = '<t:ExtendedFieldURI PropertyTag="0x3001" PropertyType="String"/>';
    expect(await findBelow(drafts, `<t:IsEqualTo>${named}${constant('Beta')}</t:IsEqualTo>`)).toEqual(['Beta']);
    const counted = `<t:IsGreaterThan><t:FieldURI FieldURI="folder:ChildFolderCount"/>${constant('1')}</t:IsGreaterThan>`;
    expect(await findBelow(distinguished('msgfolderroot'), counted)).toEqual(expect.arrayContaining(['Drafts']));
    expect(await findBelow(distinguished('msgfolderroot'), counted)).not.toContain('Outbox');
  });

  it('rename folders and keep their extended properties', async () => {
    const create = `<m:CreateFolder><m:ParentFolderId>${distinguished('outbox')}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Old</t:DisplayName><t:ExtendedProperty>${MARKER}<t:Value>first</t:Value></t:ExtendedProperty></t:Folder></m:Folders></m:CreateFolder>`;
    const id = idOf(await ews(create));
    const shape = `<m:FolderShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties>${MARKER}</t:AdditionalProperties></m:FolderShape>`;
    const marker = async (): Promise<string[]> =>
      (await ews(`<m:GetFolder>${shape}${folderIds(folderId(id))}</m:GetFolder>`)).all('Value').map(({ text }) => text);
    expect(await marker()).toEqual(['first']);
    const update = (updates: string): Promise<Answer> =>
      ews(
        `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${folderId(id)}<t:Updates>${updates}</t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
      );
    const set = (path: string, content: string): string =>
      `<t:SetFolderField>${path}<t:Folder>${content}</t:Folder></t:SetFolderField>`;
    const before = (await get(id)).first('FolderId').attribute('ChangeKey');
    const changed = await update(
      set(NAME, '<t:DisplayName>New &amp; better</t:DisplayName>') +
        set(MARKER, `<t:ExtendedProperty>${MARKER}<t:Value>second</t:Value></t:ExtendedProperty>`),
    );
    expect(changed.first('FolderId').attribute('ChangeKey')).not.toBe(before);
    expect((await get(id)).text('DisplayName')).toBe('New & better');
    expect(await marker()).toEqual(['second']);
    await update(`<t:DeleteFolderField>${MARKER}</t:DeleteFolderField>`);
    expect(await marker()).toEqual([]);
    add('Taken', 'outbox');
    expect((await update(set(NAME, '<t:DisplayName>taken</t:DisplayName>'))).codes).toEqual(['ErrorFolderExists']);
    const total = '<t:FieldURI FieldURI="folder:TotalCount"/>';
    expect((await update(set(total, '<t:TotalCount>5</t:TotalCount>'))).codes).toEqual(['ErrorInvalidPropertySet']);
    expect((await update(`<t:DeleteFolderField>${NAME}</t:DeleteFolderField>`)).codes).toEqual([
      'ErrorInvalidPropertyDelete',
    ]);
  });

  it('refuse what does not fit the kind of folder', async () => {
    const update = async (id: string, path: string, content: string): Promise<string[]> => {
      const field = `<t:SetFolderField>${path}<t:Folder>${content}</t:Folder></t:SetFolderField>`;
      const body = `<t:FolderChange>${folderId(id)}<t:Updates>${field}</t:Updates></t:FolderChange>`;
      return (await ews(`<m:UpdateFolder><m:FolderChanges>${body}</m:FolderChanges></m:UpdateFolder>`)).codes;
    };
    const id = add('Of one kind');
    const folderClass = '<t:FieldURI FieldURI="folder:FolderClass"/>';
    const other = '<t:FolderClass>IPF.Note.Other</t:FolderClass>';
    expect(await update(id, folderClass, other)).toEqual(['NoError']);
    expect(await update(id, NAME, other)).toEqual(['ErrorUpdatePropertyMismatch']);
    const value = `<t:ExtendedProperty>${MARKER.replace('Marker', 'Other')}<t:Value>x</t:Value></t:ExtendedProperty>`;
    expect(await update(id, MARKER, value)).toEqual(['ErrorUpdatePropertyMismatch']);
    const calendar = '<t:FolderClass>IPF.Appointment</t:FolderClass>';
    expect(await update(id, folderClass, calendar)).toEqual(['ErrorObjectTypeChanged']);

    const create = (parent: string, folder: string): Promise<Answer> =>
      ews(
        `<m:CreateFolder><m:ParentFolderId>${parent}</m:ParentFolderId><m:Folders>${folder}</m:Folders></m:CreateFolder>`,
      );
    const typed = `<t:CalendarFolder>${calendar}<t:DisplayName>Typed</t:DisplayName></t:CalendarFolder>`;
    expect((await create(distinguished('inbox'), typed)).codes).toEqual(['ErrorNoFolderClassOverride']);
    const search = (base: string): string =>
      `<t:SearchFolder><t:DisplayName>Found</t:DisplayName><t:SearchParameters><t:Restriction><t:Exists><t:FieldURI FieldURI="item:Subject"/></t:Exists></t:Restriction><t:BaseFolderIds>${base}</t:BaseFolderIds></t:SearchParameters></t:SearchFolder>`;
    const found = await create(distinguished('searchfolders'), search(distinguished('inbox')));
    const inside = await create(folderId(idOf(found)), '<t:Folder><t:DisplayName>Inside</t:DisplayName></t:Folder>');
    expect(inside.codes).toEqual(['ErrorInvalidParentFolder']);
  });

  it('move and copy folders with what is in them', async () => {
    const outer = add('Outer');
    const inner = add('Inner', 'Outer');
    const [item = ''] = await sandbox.control.deliver(ANNA, { folder: 'Inner', subject: 'Comes along' });
    const transfer = (operation: string, id: string, to: string): Promise<Answer> =>
      ews(`<m:${operation}><m:ToFolderId>${to}</m:ToFolderId>${folderIds(id)}</m:${operation}>`);

    const copy = idOf(await transfer('CopyFolder', folderId(outer), distinguished('sentitems')));
    expect(copy).not.toBe(outer);
    expect(await findBelow(distinguished('sentitems'), '', 'Deep')).toEqual(['Outer', 'Inner']);

    const moved = await transfer('MoveFolder', folderId(inner), distinguished('junkemail'));
    expect(idOf(moved)).toBe(inner);
    expect(await findBelow(distinguished('junkemail'))).toEqual(['Inner']);
    expect(await findBelow(folderId(outer))).toEqual([]);
    // Items keep their ids where their folder moves, and have others in a copy.
    expect((await ews(getItem([{ Id: item }]))).text('Subject')).toBe('Comes along');

    expect((await transfer('MoveFolder', distinguished('inbox'), distinguished('junkemail'))).codes).toEqual([
      'ErrorMoveDistinguishedFolder',
    ]);
    expect((await transfer('MoveFolder', folderId(outer), folderId(outer))).codes).toEqual(['ErrorMoveCopyFailed']);
    expect((await transfer('CopyFolder', folderId(inner), distinguished('junkemail'))).codes).toEqual([
      'ErrorFolderExists',
    ]);
  });

  it('move a deleted folder to Deleted Items, or remove it', async () => {
    const remove = (id: string, type: string): Promise<Answer> =>
      ews(`<m:DeleteFolder DeleteType="${type}">${folderIds(folderId(id))}</m:DeleteFolder>`);
    const first = add('Project');
    const [item = ''] = await sandbox.control.deliver(ANNA, { folder: 'Project' });
    expect((await remove(first, 'MoveToDeletedItems')).codes).toEqual(['NoError']);
    expect(await findBelow(distinguished('deleteditems'))).toEqual(['Project']);
    expect((await ews(getItem([{ Id: item }]))).codes).toEqual(['NoError']);
    const second = add('Project');
    await remove(second, 'MoveToDeletedItems');
    expect(await findBelow(distinguished('deleteditems'))).toEqual(['Project', 'Project1']);
    expect((await remove(first, 'HardDelete')).codes).toEqual(['NoError']);
    expect((await get(first)).codes).toEqual(['ErrorItemNotFound']);
    expect((await ews(getItem([{ Id: item }]))).codes).toEqual(['ErrorItemNotFound']);
  });

  it('empty folders, with or without those below them', async () => {
    const id = add('Full');
    add('Below', 'Full');
    await sandbox.control.deliver(ANNA, { folder: 'Full', count: 3 });
    const empty = (folder: string, subFolders: string): Promise<Answer> =>
      ews(
        `<m:EmptyFolder DeleteType="HardDelete" DeleteSubFolders="${subFolders}">${folderIds(folder)}</m:EmptyFolder>`,
      );
    expect((await empty(folderId(id), '0')).codes).toEqual(['NoError']);
    const left = await get(id);
    expect([left.text('TotalCount'), left.text('ChildFolderCount')]).toEqual(['0', '1']);
    await empty(folderId(id), '1');
    expect((await get(id)).text('ChildFolderCount')).toBe('0');
    expect((await empty(distinguished('calendar'), 'false')).codes).toEqual(['ErrorCannotEmptyFolder']);
  });

  it('keep search folders, which show what matches elsewhere', async () => {
    const place = add('Searched');
    add('Deeper', 'Searched');
    await sandbox.control.deliver(ANNA, { folder: 'Searched', subject: 'Invoice 1' });
    await sandbox.control.deliver(ANNA, { folder: 'Searched', subject: 'Greetings' });
    await sandbox.control.deliver(ANNA, { folder: 'Deeper', subject: 'Invoice 2' });
    const search = (traversal: string, word: string): string =>
      `<t:SearchParameters Traversal="${traversal}"><t:Restriction><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="${word}"/></t:Contains></t:Restriction><t:BaseFolderIds>${folderId(place)}</t:BaseFolderIds></t:SearchParameters>`;
    const made = await ews(
      `<m:CreateFolder><m:ParentFolderId>${distinguished('searchfolders')}</m:ParentFolderId><m:Folders><t:SearchFolder><t:DisplayName>Invoices</t:DisplayName>${search('Deep', 'invoice')}</t:SearchFolder></m:Folders></m:CreateFolder>`,
    );
    const id = idOf(made);
    const subjects = async (): Promise<string[]> =>
      (
        await ews(
          `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds>${folderId(id)}</m:ParentFolderIds></m:FindItem>`,
        )
      )
        .all('Subject')
        .map(({ text }) => text)
        .sort();
    expect(await subjects()).toEqual(['Invoice 1', 'Invoice 2']);
    const folder = await get(id);
    expect(folder.all('SearchFolder')).toHaveLength(1);
    expect([folder.text('TotalCount'), folder.text('UnreadCount')]).toEqual(['2', '2']);
    expect(folder.first('SearchParameters').attribute('Traversal')).toBe('Deep');
    expect(folder.first('Constant').attribute('Value')).toBe('invoice');
    const read = `<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts>${folderIds(folderId(id))}</m:MarkAllItemsAsRead>`;
    expect((await ews(read)).codes).toEqual(['NoError']);
    expect((await get(id)).text('UnreadCount')).toBe('0');
    expect((await get(place)).text('UnreadCount')).toBe('1');
    await ews(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${folderId(id)}<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:SearchParameters"/><t:SearchFolder>${search('Shallow', 'greet')}</t:SearchFolder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
    expect(await subjects()).toEqual(['Greetings']);
  });

  it('put nothing into a search folder', async () => {
    const exists = '<t:Exists><t:FieldURI FieldURI="item:Subject"/></t:Exists>';
    const made = await ews(
      `<m:CreateFolder><m:ParentFolderId>${distinguished('searchfolders')}</m:ParentFolderId><m:Folders><t:SearchFolder><t:DisplayName>Shows</t:DisplayName><t:SearchParameters><t:Restriction>${exists}</t:Restriction><t:BaseFolderIds>${distinguished('notes')}</t:BaseFolderIds></t:SearchParameters></t:SearchFolder></m:Folders></m:CreateFolder>`,
    );
    const found = folderId(idOf(made));
    const [item = ''] = await sandbox.control.deliver(ANNA, { subject: 'Stays here' });
    const folder = folderId(add('Stays, too'));
    const to = `<m:ToFolderId>${found}</m:ToFolderId>`;
    const recipient = `<t:ToRecipients><t:Mailbox><t:EmailAddress>${BEN}</t:EmailAddress></t:Mailbox></t:ToRecipients>`;
    const draft = await ews(createMessage(`<t:Subject>Unsent</t:Subject>${recipient}`));
    const code = async (body: string): Promise<string> => (await ews(body)).codes.join();
    expect({
      CreateItem: await code(createMessage('<t:Subject>x</t:Subject>', 'SaveOnly', found)),
      'CreateItem, sent': await code(createMessage(`<t:Subject>x</t:Subject>${recipient}`, 'SendAndSaveCopy', found)),
      SendItem: await code(
        `<m:SendItem SaveItemToFolder="true">${itemIds(...draft.ids)}<m:SavedItemFolderId>${found}</m:SavedItemFolderId></m:SendItem>`,
      ),
      MoveItem: await code(`<m:MoveItem>${to}${itemIds({ Id: item })}</m:MoveItem>`),
      CopyItem: await code(`<m:CopyItem>${to}${itemIds({ Id: item })}</m:CopyItem>`),
      MoveFolder: await code(`<m:MoveFolder>${to}${folderIds(folder)}</m:MoveFolder>`),
      CopyFolder: await code(`<m:CopyFolder>${to}${folderIds(folder)}</m:CopyFolder>`),
    }).toEqual({
      CreateItem: 'ErrorInvalidFolderTypeForOperation',
      'CreateItem, sent': 'ErrorInvalidFolderTypeForOperation',
      SendItem: 'ErrorInvalidFolderTypeForOperation',
      MoveItem: 'ErrorMoveCopyFailed',
      CopyItem: 'ErrorMoveCopyFailed',
      MoveFolder: 'ErrorInvalidParentFolder',
      CopyFolder: 'ErrorInvalidParentFolder',
    });
    expect(sandbox.control.listItems(BEN)).toEqual([]);
    expect((await ews(getItem([{ Id: item }]))).text('Subject')).toBe('Stays here');
    expect(await findBelow(distinguished('inbox'))).toContain('Stays, too');
    expect((await get(idOf(made))).text('TotalCount')).toBe('0');
  });

  itAnswersBySchema(() => sandbox);
});
