import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANNA, type RecordedSandbox, startRecorded } from './support/recorded-sandbox.js';
import { call, distinguished } from './support/ews-client.js';

const CREATED = '0x3007';
const MODIFIED = '0x3008';
/** PidTagLocalCommitTimeMax: when a message or a folder in it was changed last ([MS-OXCFOLD] 2.2.2.2.1.14). */
const WITHIN = '0x670A';
const tag = (number: string): string => `<t:ExtendedFieldURI PropertyTag="${number}" PropertyType="SystemTime"/>`;
const folderId = (id: string): string => `<t:FolderId Id="${id}"/>`;

describe('times of folders', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-times-'));
  const dataFile = join(directory, 'sandbox.jsonl');
  let minute = 0;
  /** Each step of a test happens at a minute of its own. */
  const at = (minutes: number): string => `2026-05-01T10:${String(minutes).padStart(2, '0')}:00Z`;
  const start = (): Promise<RecordedSandbox> => startRecorded({ dataFile, clock: () => new Date(at(minute)) });
  let sandbox: RecordedSandbox;
  beforeEach(async () => {
    minute = 0;
    rmSync(dataFile, { force: true });
    sandbox = await start();
  });
  afterEach(() => sandbox.close());
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const times = async (folder: string): Promise<Record<string, string | undefined>> => {
    const shape = `<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${[CREATED, MODIFIED, WITHIN].map(tag).join('')}</t:AdditionalProperties></m:FolderShape>`;
    const answer = await call(
      sandbox.ewsUrl,
      `<m:GetFolder>${shape}<m:FolderIds>${folder}</m:FolderIds></m:GetFolder>`,
      { as: ANNA },
    );
    expect(answer.codes).toEqual(['NoError']);
    return Object.fromEntries(
      answer
        .all('ExtendedProperty')
        .map((property) => [property.child('ExtendedFieldURI')?.attribute('PropertyTag'), property.childText('Value')]),
    ) as Record<string, string>;
  };
  const within = async (folder: string): Promise<string | undefined> => (await times(folder))[WITHIN];
  const change = async (body: string): Promise<void> => {
    expect((await call(sandbox.ewsUrl, body, { as: ANNA })).codes).toEqual(['NoError']);
  };
  const rename = (id: string, name: string): Promise<void> =>
    change(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${folderId(id)}<t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>${name}</t:DisplayName></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
  const move = (id: string, to: string): Promise<void> =>
    change(`<m:MoveFolder><m:ToFolderId>${to}</m:ToFolderId><m:FolderIds>${folderId(id)}</m:FolderIds></m:MoveFolder>`);

  it('tell when it was made, and when it was changed itself', async () => {
    minute = 1;
    const id = sandbox.control.addFolder(ANNA, { name: 'Timed', parent: 'inbox' });
    expect(await times(folderId(id))).toEqual({ [CREATED]: at(1), [MODIFIED]: at(1), [WITHIN]: at(1) });
    minute = 2;
    await sandbox.control.deliver(ANNA, { folder: 'Timed' });
    expect(await times(folderId(id))).toEqual({ [CREATED]: at(1), [MODIFIED]: at(1), [WITHIN]: at(2) });
    minute = 3;
    await rename(id, 'Renamed');
    expect(await times(folderId(id))).toEqual({ [CREATED]: at(1), [MODIFIED]: at(3), [WITHIN]: at(2) });
    minute = 4;
    await move(id, distinguished('drafts'));
    expect(await times(folderId(id))).toEqual({ [CREATED]: at(1), [MODIFIED]: at(4), [WITHIN]: at(2) });
  });

  it('tell when something in it was changed: messages, and folders that lie in it', async () => {
    const outer = sandbox.control.addFolder(ANNA, { name: 'Outer', parent: 'inbox' });
    const inOuter = (): Promise<string | undefined> => within(folderId(outer));
    minute = 1;
    const [id = ''] = await sandbox.control.deliver(ANNA, { folder: 'Outer' });
    minute = 2;
    sandbox.control.markRead(ANNA, id);
    expect(await inOuter()).toBe(at(2));
    minute = 3;
    const inner = sandbox.control.addFolder(ANNA, { name: 'Inner', parent: 'Outer' });
    expect(await inOuter()).toBe(at(3));
    minute = 4;
    await sandbox.control.deliver(ANNA, { folder: 'Inner' });
    // What is in a folder below is not in this one.
    expect([await inOuter(), await within(folderId(inner))]).toEqual([at(3), at(4)]);
    minute = 5;
    await rename(inner, 'Still inside');
    expect(await inOuter()).toBe(at(5));
    minute = 6;
    await move(inner, distinguished('drafts'));
    expect([await inOuter(), await within(distinguished('drafts'))]).toEqual([at(6), at(6)]);
    minute = 7;
    sandbox.control.deleteItem(ANNA, id);
    expect(await inOuter()).toBe(at(7));
    minute = 8;
    sandbox.control.removeFolder(ANNA, inner);
    expect([await inOuter(), await within(distinguished('drafts'))]).toEqual([at(7), at(8)]);
  });

  it('stay over a restart', async () => {
    minute = 1;
    const id = sandbox.control.addFolder(ANNA, { name: 'Kept', parent: 'inbox' });
    const gone = sandbox.control.addFolder(ANNA, { name: 'Gone', parent: 'drafts' });
    const [item = ''] = await sandbox.control.deliver(ANNA, { folder: 'Kept' });
    minute = 2;
    sandbox.control.deleteItem(ANNA, item);
    minute = 3;
    sandbox.control.removeFolder(ANNA, gone);
    // A folder that comes before its parent in the journal.
    const later = sandbox.control.addFolder(ANNA, { name: 'Later', parent: 'outbox' });
    await move(id, folderId(later));
    const below = async (): Promise<string[]> => {
      const shape = '<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>';
      const find = `<m:FindFolder Traversal="Deep">${shape}<m:ParentFolderIds>${distinguished('outbox')}</m:ParentFolderIds></m:FindFolder>`;
      return (await call(sandbox.ewsUrl, find, { as: ANNA })).all('DisplayName').map(({ text }) => text);
    };
    const all = (): Promise<unknown> =>
      Promise.all([folderId(id), distinguished('inbox'), distinguished('drafts'), folderId(later)].map(times));
    const before = await all();
    expect(before).toMatchObject([{ [WITHIN]: at(2) }, { [WITHIN]: at(3) }, { [WITHIN]: at(3) }, { [WITHIN]: at(3) }]);
    // From the changes as they were written, and from the snapshot that the start makes of them.
    for (const restart of [10, 20]) {
      await sandbox.close();
      minute = restart;
      sandbox = await start();
      expect(await all()).toEqual(before);
      expect(await below()).toEqual(['Later', 'Kept']);
    }
  });
});
