import {
  ANNA,
  BEN,
  CLARA,
  type RecordedSandbox,
  itAnswersBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { type Answer, call, createMessage, distinguished, getItem, itemIds } from './support/ews-client.js';

const SEARCH_KEY =
  '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x300B" PropertyType="Binary"/></t:AdditionalProperties>';
const ID_SHAPE = '<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>';
const to = (folder: string): string => `<m:ToFolderId>${folder}</m:ToFolderId>`;

/** Anna may open Ben's mailbox, and not Clara's. */
describe('other mailboxes', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
    sandbox.control.setDelegate(BEN, ANNA);
  });
  afterAll(() => sandbox.close());
  const ews = (body: string, as = ANNA): Promise<Answer> => call(sandbox.ewsUrl, body, { as });
  const code = async (body: string): Promise<string> => (await ews(body)).codes.join();
  const searchKey = async (id: string): Promise<string> => (await ews(getItem([{ Id: id }], SEARCH_KEY))).text('Value');
  const folderOf = async (address: string, name: string): Promise<string> => {
    const answer = await ews(
      `<m:GetFolder>${ID_SHAPE}<m:FolderIds>${distinguished(name)}</m:FolderIds></m:GetFolder>`,
      address,
    );
    return `<t:FolderId Id="${answer.first('FolderId').attribute('Id') ?? ''}"/>`;
  };
  const subjects = (address: string, folder: string): string[] =>
    sandbox.control.listItems(address, folder).map(({ subject }) => subject);

  it.each(['MoveItem', 'CopyItem'])('take items by %s, which tells no new id', async (operation) => {
    const subject = `By ${operation}`;
    const [id = ''] = await sandbox.control.deliver(ANNA, { subject, text: 'Words of it' });
    const key = await searchKey(id);
    const answer = await ews(
      `<m:${operation}>${to(distinguished('drafts', BEN))}${itemIds({ Id: id })}</m:${operation}>`,
    );
    expect([answer.codes, answer.ids]).toEqual([['NoError'], []]);
    expect(subjects(ANNA, 'inbox').includes(subject)).toBe(operation === 'CopyItem');
    const [arrived] = sandbox.control.listItems(BEN, 'drafts').filter((item) => item.subject === subject);
    expect((await ews(getItem([{ Id: arrived?.id ?? '' }]), BEN)).text('Body')).toContain('Words of it');
    expect(await searchKey(arrived?.id ?? '')).toBe(key);
    expect(await code(getItem([{ Id: id }]))).toBe(operation === 'CopyItem' ? 'NoError' : 'ErrorItemNotFound');
  });

  it('take new items, and copies of sent ones', async () => {
    const place = distinguished('notes', BEN);
    expect(await code(createMessage('<t:Subject>Kept there</t:Subject>', 'SaveOnly', place))).toBe('NoError');
    const recipient = `<t:ToRecipients><t:Mailbox><t:EmailAddress>${CLARA}</t:EmailAddress></t:Mailbox></t:ToRecipients>`;
    const [draft = { Id: '', ChangeKey: '' }] = (
      await ews(createMessage(`<t:Subject>Sent from Drafts</t:Subject>${recipient}`))
    ).ids;
    expect(
      await code(
        `<m:SendItem SaveItemToFolder="true">${itemIds(draft)}<m:SavedItemFolderId>${place}</m:SavedItemFolderId></m:SendItem>`,
      ),
    ).toBe('NoError');
    expect(subjects(BEN, 'notes')).toEqual(['Kept there', 'Sent from Drafts']);
    expect([subjects(ANNA, 'drafts'), subjects(ANNA, 'sentitems')]).toEqual([[], []]);
    expect(subjects(CLARA, 'inbox')).toEqual(['Sent from Drafts']);
  });

  it.each(['MoveFolder', 'CopyFolder'])('take no folders by %s', async (operation) => {
    const id = sandbox.control.addFolder(ANNA, { name: `Of Anna: ${operation}` });
    const body = `<m:${operation}>${to(distinguished('inbox', BEN))}<m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:${operation}>`;
    expect(await code(body)).toBe('ErrorCrossMailboxMoveCopy');
    expect(
      await code(`<m:GetFolder>${ID_SHAPE}<m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:GetFolder>`),
    ).toBe('NoError');
  });

  it('that the caller may not open take nothing', async () => {
    const [id = ''] = await sandbox.control.deliver(ANNA, { subject: 'Stays' });
    const byId = await folderOf(CLARA, 'inbox');
    const byName = distinguished('inbox', CLARA);
    const message = '<t:Subject>x</t:Subject>';
    expect({
      'MoveItem by name': await code(`<m:MoveItem>${to(byName)}${itemIds({ Id: id })}</m:MoveItem>`),
      'MoveItem by id': await code(`<m:MoveItem>${to(byId)}${itemIds({ Id: id })}</m:MoveItem>`),
      'CreateItem by name': await code(createMessage(message, 'SaveOnly', byName)),
      'CreateItem by id': await code(createMessage(message, 'SaveOnly', byId)),
    }).toEqual({
      'MoveItem by name': 'ErrorAccessDenied',
      'MoveItem by id': 'ErrorToFolderNotFound',
      'CreateItem by name': 'ErrorAccessDenied',
      'CreateItem by id': 'ErrorSavedItemFolderNotFound',
    });
    expect(await code(getItem([{ Id: id }]))).toBe('NoError');
    expect(subjects(CLARA, 'inbox')).not.toContain('x');
  });

  it('are not searched by a search folder', async () => {
    const parameters = (base: string): string =>
      `<t:SearchParameters><t:Restriction><t:Exists><t:FieldURI FieldURI="item:Subject"/></t:Exists></t:Restriction><t:BaseFolderIds>${base}</t:BaseFolderIds></t:SearchParameters>`;
    const create = (name: string, base: string): string =>
      `<m:CreateFolder><m:ParentFolderId>${distinguished('searchfolders')}</m:ParentFolderId><m:Folders><t:SearchFolder><t:DisplayName>${name}</t:DisplayName>${parameters(base)}</t:SearchFolder></m:Folders></m:CreateFolder>`;
    // Ben's folders are open to Anna, and still not part of her mailbox.
    for (const base of [distinguished('inbox', BEN), await folderOf(BEN, 'inbox')])
      expect(await code(create('Elsewhere', base))).toBe('ErrorEmailAddressMismatch');
    const own = await ews(create('Here', distinguished('inbox')));
    expect(own.codes).toEqual(['NoError']);
    const id = own.first('FolderId').attribute('Id') ?? '';
    const update = (base: string): string =>
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${id}"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:SearchParameters"/><t:SearchFolder>${parameters(base)}</t:SearchFolder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`;
    expect(await code(update(distinguished('inbox', BEN)))).toBe('ErrorEmailAddressMismatch');
    expect(await code(update(distinguished('drafts')))).toBe('NoError');
  });

  it('have no folders in a subscription to another one', async () => {
    const subscribe = (...folders: string[]): string =>
      `<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>${folders.join('')}</t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`;
    expect(await code(subscribe(distinguished('inbox', BEN)))).toBe('NoError');
    expect(await code(subscribe(distinguished('inbox'), distinguished('inbox', BEN)))).toBe(
      'ErrorInvalidSubscriptionRequest',
    );
  });

  itAnswersBySchema(() => sandbox);
});
