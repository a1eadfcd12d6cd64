import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox-server.js';
import { ANNA, BEN, CLARA } from './support/recorded-sandbox.js';
import { SERVICE, call, createMessage, distinguished, getItem, itemIds } from './support/ews-client.js';

const sync = (state = ''): string =>
  `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>${distinguished('inbox')}</m:SyncFolderId>${state ? `<m:SyncState>${state}</m:SyncState>` : ''}<m:MaxChangesReturned>100</m:MaxChangesReturned></m:SyncFolderItems>`;
const as = { as: ANNA };

describe('persistence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const dataFile = join(folder, 'deep', 'sandbox.jsonl');
  const running: Sandbox[] = [];
  const start = async (): Promise<Sandbox> => {
    const sandbox = await startSandbox({
      dataFile,
      mailboxes: [{ address: ANNA }, { address: BEN }, { address: CLARA }],
      serviceAccounts: [{ ...SERVICE, scope: [ANNA] }],
    });
    running.push(sandbox);
    return sandbox;
  };
  afterAll(async () => {
    await Promise.all(running.map((sandbox) => sandbox.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds everything again after a kill, with the same ids, contents and sync states', async () => {
    const first = await start();
    const mime = Buffer.from('Subject: =?UTF-8?B?w7w=?=\r\nMessage-ID: <p@x>\r\n\r\n\u2028 bytes \xff\r\n', 'latin1');
    const kept = await first.control.deliverMime(ANNA, mime);
    const [read = '', moved = '', gone = ''] = await first.control.deliver(ANNA, {
      count: 3,
      subject: 'Line\u2028separator',
    });
    const state = (await call(first.ewsUrl, sync(), as)).text('SyncState');
    first.control.markRead(ANNA, read);
    const movedId = first.control.moveItem(ANNA, moved, 'deleteditems');
    first.control.deleteItem(ANNA, gone);
    const own = first.control.addFolder(ANNA, { name: 'Own', parent: 'inbox' });
    first.control.grant(SERVICE.username, [BEN]);
    first.control.addAlias(ANNA, 'a@postroom.example');
    const drafts = await call(
      first.ewsUrl,
      createMessage(
        `<t:Subject>Draft</t:Subject><t:Body BodyType="Text">x</t:Body><t:Attachments><t:FileAttachment><t:Name>a</t:Name><t:Content>AAEC</t:Content></t:FileAttachment></t:Attachments><t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="P" PropertyType="String"/><t:Value>v</t:Value></t:ExtendedProperty><t:ToRecipients><t:Mailbox><t:EmailAddress>${CLARA}</t:EmailAddress></t:Mailbox></t:ToRecipients><t:BccRecipients><t:Mailbox><t:EmailAddress>${BEN}</t:EmailAddress></t:Mailbox></t:BccRecipients><t:InternetMessageId>&lt;d@x&gt;</t:InternetMessageId>`,
      ),
      as,
    );
    // Nothing is closed: the second server reads what the first, as if killed, has left, and a torn line.
    appendFileSync(dataFile, '{"o":"put","g":"');

    const second = await start();
    const whole = '<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>';
    const answer = await call(
      second.ewsUrl,
      getItem([{ Id: kept }, { Id: read }, { Id: movedId }, { Id: gone }], whole),
      as,
    );
    expect(answer.codes).toEqual(['NoError', 'NoError', 'NoError', 'ErrorItemNotFound']);
    expect(Buffer.from(answer.text('MimeContent'), 'base64').equals(mime)).toBe(true);
    const changes = await call(second.ewsUrl, sync(state), as);
    expect(changes.all('ReadFlagChange')).toHaveLength(1);
    expect(changes.all('Delete')).toHaveLength(2);
    expect(changes.all('Create')).toHaveLength(0);
    expect(await second.control.deliver(ANNA, { folder: own })).toHaveLength(1);
    expect((await call(second.ewsUrl, sync(), { as: BEN })).codes).toEqual(['NoError']);
    expect((await call(second.ewsUrl, sync(), { as: 'a@postroom.example' })).codes).toEqual(['NoError']);
    const [draft = { Id: '', ChangeKey: '' }] = drafts.ids;
    const sent = await call(second.ewsUrl, `<m:SendItem SaveItemToFolder="true">${itemIds(draft)}</m:SendItem>`, as);
    expect(sent.codes).toEqual(['NoError']);

    const third = await start();
    const next = await call(third.ewsUrl, sync(changes.text('SyncState')), as);
    expect(next.ids).toEqual([]);
    expect(
      third.control
        .deliveriesOf('<d@x>')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([BEN, CLARA]);
    const [copy] = third.control.listItems(ANNA, 'sentitems');
    const property =
      '<t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="P" PropertyType="String"/></t:AdditionalProperties>';
    const item = await call(third.ewsUrl, getItem([{ Id: copy?.id ?? '' }], property), as);
    expect(item.text('Value')).toBe('v');
    expect(item.first('EmailAddress', item.first('BccRecipients')).text).toBe(BEN);
    expect(item.text('FileAttachment')).toBe('');
  });

  it('finds folders as they were renamed, moved and marked, search folders and reminders', async () => {
    const first = await start();
    const note =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Note" PropertyType="String"/>';
    const due = await call(
      first.ewsUrl,
      createMessage(
        '<t:Subject>Due</t:Subject><t:ReminderDueBy>2026-05-01T08:00:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet>',
      ),
      as,
    );
    const create = (kind: string, content: string): string =>
      `<m:CreateFolder><m:ParentFolderId>${distinguished('msgfolderroot')}</m:ParentFolderId><m:Folders><t:${kind}>${content}</t:${kind}></m:Folders></m:CreateFolder>`;
    const idOf = async (body: string): Promise<string> =>
      (await call(first.ewsUrl, body, as)).first('FolderId').attribute('Id') ?? '';
    const plain = await idOf(create('Folder', '<t:DisplayName>Before</t:DisplayName>'));
    const search = await idOf(
      create(
        'SearchFolder',
        `<t:DisplayName>Found</t:DisplayName><t:SearchParameters Traversal="Shallow"><t:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant><t:Constant Value="Due"/></t:FieldURIOrConstant></t:IsEqualTo></t:Restriction><t:BaseFolderIds>${distinguished('drafts')}</t:BaseFolderIds></t:SearchParameters>`,
      ),
    );
    const set = (path: string, content: string): string =>
      `<t:SetFolderField>${path}<t:Folder>${content}</t:Folder></t:SetFolderField>`;
    await call(
      first.ewsUrl,
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${plain}"/><t:Updates>${set('<t:FieldURI FieldURI="folder:DisplayName"/>', '<t:DisplayName>After</t:DisplayName>')}${set(note, `<t:ExtendedProperty>${note}<t:Value>kept</t:Value></t:ExtendedProperty>`)}</t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
      as,
    );
    await call(
      first.ewsUrl,
      `<m:MoveFolder><m:ToFolderId>${distinguished('inbox')}</m:ToFolderId><m:FolderIds><t:FolderId Id="${plain}"/></m:FolderIds></m:MoveFolder>`,
      as,
    );

    const second = await start();
    const shape = `<m:FolderShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties>${note}</t:AdditionalProperties></m:FolderShape>`;
    const below = await call(
      second.ewsUrl,
      `<m:FindFolder Traversal="Shallow">${shape}<m:Restriction><t:Exists>${note}</t:Exists></m:Restriction><m:ParentFolderIds>${distinguished('inbox')}</m:ParentFolderIds></m:FindFolder>`,
      as,
    );
    expect([below.text('DisplayName'), below.text('Value')]).toEqual(['After', 'kept']);
    const found = await call(
      second.ewsUrl,
      `<m:GetFolder>${shape}<m:FolderIds><t:FolderId Id="${search}"/></m:FolderIds></m:GetFolder>`,
      as,
    );
    expect([found.text('DisplayName'), found.text('TotalCount')]).toEqual(['Found', '1']);
    expect((await call(second.ewsUrl, getItem(due.ids), as)).text('ReminderDueBy')).toBe('2026-05-01T08:00:00Z');
  });

  it('compacts at the start', async () => {
    const sandbox = await start();
    const before = statSync(dataFile).size;
    const [id = ''] = await sandbox.control.deliver(ANNA, {});
    for (let round = 0; round < 200; round++) sandbox.control.markRead(ANNA, id, round % 2 === 0);
    await sandbox.close();
    running.splice(running.indexOf(sandbox), 1);
    const grown = statSync(dataFile).size;
    await start();
    expect(statSync(dataFile).size).toBeLessThan(grown);
    expect(grown).toBeGreaterThan(before);
    expect(readFileSync(dataFile, 'utf8')).not.toContain('"o":"upd"');
  });
});
