import { ANNA, BEN, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { openStream } from './support/event-stream.js';
import { call, createMessage, distinguished, envelope, getItem, itemIds } from './support/ews-client.js';

const shape = (base: string): string => `<m:FolderShape><t:BaseShape>${base}</t:BaseShape></m:FolderShape>`;

describe('folders, directory and notifications', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded({ heartbeatMs: 50 });
  });
  afterAll(() => sandbox.close());
  const as = { as: ANNA };
  const ews = (body: string) => call(sandbox.ewsUrl, body, as);

  it('creates, lists, synchronises and deletes folders', async () => {
    const hierarchy = (state = ''): string =>
      `<m:SyncFolderHierarchy>${shape('Default')}${state ? `<m:SyncState>${state}</m:SyncState>` : ''}</m:SyncFolderHierarchy>`;
    const first = await ews(hierarchy());
    expect(first.all('Create').length).toBeGreaterThan(10);
    const create = `<m:CreateFolder><m:ParentFolderId>${distinguished('inbox')}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Kunden &amp; Co</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`;
    const made = await ews(create);
    const id = made.first('FolderId').attribute('Id') ?? '';
    expect((await ews(create)).codes).toEqual(['ErrorFolderExists']);
    const find = (traversal: string, of: string): string =>
      `<m:FindFolder Traversal="${traversal}">${shape('AllProperties')}<m:ParentFolderIds>${distinguished(of)}</m:ParentFolderIds></m:FindFolder>`;
    expect((await ews(find('Shallow', 'inbox'))).text('DisplayName')).toBe('Kunden & Co');
    const deep = await ews(find('Deep', 'msgfolderroot'));
    expect(deep.all('DistinguishedFolderId').map((element) => element.text)).toEqual(
      expect.arrayContaining(['inbox', 'calendar', 'sentitems']),
    );
    const second = await ews(hierarchy(first.text('SyncState')));
    expect(second.all('Create')).toHaveLength(1);

    const [item = ''] = await sandbox.control.deliver(ANNA, { folder: 'Kunden & Co' });
    const read = `<m:MarkAllItemsAsRead><m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:MarkAllItemsAsRead>`;
    expect((await ews(read)).codes).toEqual(['NoError']);
    expect((await ews(getItem([{ Id: item }]))).text('IsRead')).toBe('true');
    const remove = (folder: string): string =>
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${folder}</m:FolderIds></m:DeleteFolder>`;
    expect((await ews(remove(distinguished('inbox')))).codes).toEqual(['ErrorDeleteDistinguishedFolder']);
    expect((await ews(remove(`<t:FolderId Id="${id}"/>`))).codes).toEqual(['NoError']);
    expect((await ews(getItem([{ Id: item }]))).codes).toEqual(['ErrorItemNotFound']);
    expect((await ews(hierarchy(second.text('SyncState')))).all('Delete')).toHaveLength(1);
  });

  it('resolves names, expands lists and delivers to them, converts ids', async () => {
    const resolve = (name: string): string =>
      `<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>${name}</m:UnresolvedEntry></m:ResolveNames>`;
    expect((await ews(resolve('lind'))).text('EmailAddress')).toBe(ANNA);
    sandbox.control.addMailbox({ address: 'anna.other@postroom.example' });
    expect((await ews(resolve('anna'))).codes).toEqual(['ErrorNameResolutionMultipleResults']);
    expect((await ews(resolve('zzz'))).codes).toEqual(['ErrorNameResolutionNoResults']);
    const expand = await ews(
      '<m:ExpandDL><m:Mailbox><t:EmailAddress>sales@postroom.example</t:EmailAddress></m:Mailbox></m:ExpandDL>',
    );
    expect(expand.all('EmailAddress').map((element) => element.text)).toEqual([ANNA, BEN]);
    await ews(
      createMessage(
        `<t:Subject>To all</t:Subject><t:ToRecipients><t:Mailbox><t:EmailAddress>sales@postroom.example</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>${BEN}</t:EmailAddress></t:Mailbox></t:ToRecipients><t:InternetMessageId>&lt;all@postroom&gt;</t:InternetMessageId>`,
        'SendOnly',
      ),
    );
    expect(
      sandbox.control
        .deliveriesOf('<all@postroom>')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([ANNA, BEN]);

    const [id = ''] = await sandbox.control.deliver(ANNA, {});
    const convert = (source: string, from: string, to: string): string =>
      `<m:ConvertId DestinationFormat="${to}"><m:SourceIds><t:AlternateId Format="${from}" Id="${source}" Mailbox="${ANNA}"/></m:SourceIds></m:ConvertId>`;
    const hex = (await ews(convert(id, 'EwsId', 'HexEntryId'))).first('AlternateId').attribute('Id') ?? '';
    expect(hex).toMatch(/^[0-9A-F]+$/);
    expect((await ews(convert(hex, 'HexEntryId', 'EwsId'))).first('AlternateId').attribute('Id')).toBe(id);
    expect((await ews(convert('DUMMY', 'EwsId', 'EntryId'))).codes).toEqual(['ErrorInvalidIdMalformed']);
  });

  it('streams what happens, with heartbeats', async () => {
    const subscribe = (events: string): string =>
      `<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>${distinguished('inbox')}</t:FolderIds><t:EventTypes>${events}</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`;
    const types = ['NewMailEvent', 'ModifiedEvent', 'MovedEvent', 'DeletedEvent', 'CopiedEvent'];
    const subscription = (
      await ews(subscribe(types.map((type) => `<t:EventType>${type}</t:EventType>`).join('')))
    ).text('SubscriptionId');
    const listen = `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${subscription}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`;
    const stream = openStream(sandbox.ewsUrl, envelope(listen, as));
    await stream.until('<m:ConnectionStatus>OK');
    await stream.until('StatusEvent');
    const [id = '', other = ''] = await sandbox.control.deliver(ANNA, { count: 2 });
    await stream.until('NewMailEvent');
    sandbox.control.markRead(ANNA, id);
    await stream.until('ModifiedEvent');
    sandbox.control.copyItem(ANNA, id, 'drafts');
    await stream.until('CopiedEvent');
    sandbox.control.moveItem(ANNA, id, 'deleteditems');
    await stream.until('OldItemId');
    sandbox.control.deleteItem(ANNA, other);
    await stream.until('DeletedEvent');
    stream.close();
    const stop = `<m:Unsubscribe><m:SubscriptionId>${subscription}</m:SubscriptionId></m:Unsubscribe>`;
    expect((await ews(stop)).codes).toEqual(['NoError']);
    expect((await ews(stop)).codes).toEqual(['ErrorSubscriptionNotFound']);
    expect((await ews(listen)).codes).toEqual(['ErrorSubscriptionNotFound']);
  });

  it('copies items with their search key', async () => {
    const [id = ''] = await sandbox.control.deliver(ANNA, { subject: 'Twice' });
    const copy = await ews(
      `<m:CopyItem><m:ToFolderId>${distinguished('drafts')}</m:ToFolderId>${itemIds({ Id: id })}</m:CopyItem>`,
    );
    expect(copy.ids[0]?.Id).not.toBe(id);
    const key =
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI PropertyTag="0x300b" PropertyType="Binary"/></t:AdditionalProperties>';
    const values = (await ews(getItem([{ Id: id }, ...copy.ids], key))).all('Value').map((element) => element.text);
    expect(values[0]).toBe(values[1]);
  });

  itAnswersBySchema(() => sandbox);
});
