import { ANNA, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { openStream } from './support/event-stream.js';
import { type Answer, call, distinguished, envelope, getItem, itemIds } from './support/ews-client.js';

const SHAPE = '<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>';
const ID_ONLY = '<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>';
const folderIds = (folder: string): string => `<m:FolderIds>${folder}</m:FolderIds>`;

/** Folders where deleted items are looked for. */
const PLACES = ['deleteditems', 'recoverableitemsdeletions', 'recoverableitemspurges'] as const;
type Place = (typeof PLACES)[number];

/** Where Exchange puts an item, by “Deleting items by using EWS in Exchange” of Microsoft’s documentation. */
const ITEMS: readonly [disposal: string, place: Place, event: string][] = [
  ['HardDelete', 'recoverableitemspurges', 'DeletedEvent'],
  ['SoftDelete', 'recoverableitemsdeletions', 'MovedEvent'],
  ['MoveToDeletedItems', 'deleteditems', 'MovedEvent'],
];

describe('what is deleted', () => {
  let sandbox: RecordedSandbox;
  beforeAll(async () => {
    sandbox = await startRecorded();
  });
  afterAll(() => sandbox.close());
  const ews = (body: string): Promise<Answer> => call(sandbox.ewsUrl, body, { as: ANNA });
  const remove = (disposal: string, id: string): Promise<Answer> =>
    ews(`<m:DeleteItem DeleteType="${disposal}">${itemIds({ Id: id })}</m:DeleteItem>`);
  const removeFolder = (disposal: string, id: string): Promise<Answer> =>
    ews(`<m:DeleteFolder DeleteType="${disposal}">${folderIds(`<t:FolderId Id="${id}"/>`)}</m:DeleteFolder>`);
  const placesOf = (subject: string): string[] =>
    PLACES.filter((place) => sandbox.control.listItems(ANNA, place).some((item) => item.subject === subject));
  const deliver = async (subject: string, folder = 'inbox'): Promise<string> =>
    (await sandbox.control.deliver(ANNA, { subject, folder }))[0] ?? '';
  const below = async (folder: string): Promise<string[]> => {
    const answer = await ews(
      `<m:FindFolder Traversal="Shallow">${SHAPE}<m:ParentFolderIds>${folder}</m:ParentFolderIds></m:FindFolder>`,
    );
    return answer.all('DisplayName').map(({ text }) => text);
  };
  const code = async (answer: Promise<Answer>): Promise<string> => (await answer).codes.join();

  it.each(ITEMS)('as an item by %s is in %s', async (disposal, place) => {
    const subject = `Item by ${disposal}`;
    const sync = (state = ''): Promise<Answer> =>
      ews(
        `<m:SyncFolderItems>${ID_ONLY}<m:SyncFolderId>${distinguished('inbox')}</m:SyncFolderId>${state && `<m:SyncState>${state}</m:SyncState>`}<m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`,
      );
    const id = await deliver(subject);
    const before = await sync();
    expect(await code(remove(disposal, id))).toBe('NoError');
    expect(placesOf(subject)).toEqual([place]);
    // It has another id there; under the old one it is gone.
    expect(await code(ews(getItem([{ Id: id }])))).toBe('ErrorItemNotFound');
    expect(await code(remove(disposal, id))).toBe('ErrorItemNotFound');
    const after = await sync(before.text('SyncState'));
    expect(after.all('Delete').map((change) => change.child('ItemId')?.attribute('Id'))).toEqual([id]);
  });

  it.each(ITEMS)('as an item by %s is told to subscribers', async (disposal, _, event) => {
    const types = ['DeletedEvent', 'MovedEvent', 'CreatedEvent'].map((type) => `<t:EventType>${type}</t:EventType>`);
    const id = await deliver(`Watched: ${disposal}`);
    const subscription = await ews(
      `<m:Subscribe><m:StreamingSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes>${types.join('')}</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>`,
    );
    await remove(disposal, id);
    const listen = `<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>${subscription.text('SubscriptionId')}</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>1</m:ConnectionTimeout></m:GetStreamingEvents>`;
    const stream = openStream(sandbox.ewsUrl, envelope(listen, { as: ANNA }));
    const told = await stream.until(`Id="${id}"`);
    stream.close();
    expect([...told.matchAll(/<\w+:(?!Status)(\w+Event)>/g)].map(([, name]) => name)).toEqual([event]);
  });

  it('from Deletions is purged, and from Purges is gone', async () => {
    const [first = ''] = [await deliver('Twice deleted')];
    await remove('SoftDelete', first);
    const inPlace = (place: Place): string =>
      sandbox.control.listItems(ANNA, place).find(({ subject }) => subject === 'Twice deleted')?.id ?? '';
    await remove('SoftDelete', inPlace('recoverableitemsdeletions'));
    expect(placesOf('Twice deleted')).toEqual(['recoverableitemspurges']);
    await remove('HardDelete', inPlace('recoverableitemspurges'));
    expect(placesOf('Twice deleted')).toEqual([]);
  });

  // “Folders cannot be soft deleted”, and those that are deleted for good leave nothing in the Recoverable Items.
  it.each([
    ['HardDelete', false],
    ['SoftDelete', false],
    ['MoveToDeletedItems', true],
  ] as const)('as a folder by %s: kept in Deleted Items is %s', async (disposal, kept) => {
    const name = `Folder by ${disposal}`;
    const id = sandbox.control.addFolder(ANNA, { name, parent: 'inbox' });
    const inner = sandbox.control.addFolder(ANNA, { name: `Below ${name}`, parent: name });
    const item = await deliver(name, `Below ${name}`);
    expect(await code(removeFolder(disposal, id))).toBe('NoError');
    expect(await below(distinguished('inbox'))).not.toContain(name);
    expect((await below(distinguished('deleteditems'))).includes(name)).toBe(kept);
    for (const place of ['recoverableitemsroot', 'recoverableitemsdeletions', 'recoverableitemspurges'])
      expect(await below(distinguished(place))).not.toContain(name);
    const found = kept ? 'NoError' : 'ErrorItemNotFound';
    for (const folder of [id, inner])
      expect(await code(ews(`<m:GetFolder>${SHAPE}${folderIds(`<t:FolderId Id="${folder}"/>`)}</m:GetFolder>`))).toBe(
        found,
      );
    expect(await code(ews(getItem([{ Id: item }])))).toBe(found);
    expect(placesOf(name)).toEqual([]);
  });

  it.each(ITEMS)('with its folder by EmptyFolder and %s is in %s', async (disposal, place) => {
    const name = `Emptied by ${disposal}`;
    const id = sandbox.control.addFolder(ANNA, { name, parent: 'inbox' });
    sandbox.control.addFolder(ANNA, { name: `Below: ${name}`, parent: name });
    await deliver(name, name);
    await deliver(`Below: ${name}`, `Below: ${name}`);
    const emptied = await ews(
      `<m:EmptyFolder DeleteType="${disposal}" DeleteSubFolders="true">${folderIds(`<t:FolderId Id="${id}"/>`)}</m:EmptyFolder>`,
    );
    expect(emptied.codes).toEqual(['NoError']);
    expect(placesOf(name)).toEqual([place]);
    expect(sandbox.control.listItems(ANNA, id)).toEqual([]);
    expect(await below(`<t:FolderId Id="${id}"/>`)).toEqual([]);
    const deletedFolders = await below(distinguished('deleteditems'));
    expect(deletedFolders.includes(`Below: ${name}`)).toBe(disposal === 'MoveToDeletedItems');
  });

  itAnswersBySchema(() => sandbox);
});
