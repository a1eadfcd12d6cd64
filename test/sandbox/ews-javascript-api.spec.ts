import {
  BasePropertySet,
  BodyType,
  ConflictResolutionMode,
  ConnectingIdType,
  DeleteMode,
  EmailMessage,
  ExchangeService,
  ExchangeVersion,
  FileAttachment,
  Folder,
  ImpersonatedUserId,
  ItemSchema,
  ItemView,
  MessageBody,
  PropertySet,
  SearchFilter,
  SortDirection,
  SyncFolderItemsScope,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from 'ews-javascript-api';
import { ANNA, BEN, type RecordedSandbox, itAnswersBySchema, startRecorded } from './support/recorded-sandbox.js';
import { SERVICE } from './support/ews-client.js';

describe('ews-javascript-api', () => {
  let sandbox: RecordedSandbox;
  let anna: ExchangeService;
  let ben: ExchangeService;
  beforeAll(async () => {
    sandbox = await startRecorded();
    const open = (address: string): ExchangeService => {
      const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
      service.Credentials = new WebCredentials(SERVICE.username, SERVICE.password);
      service.Url = new Uri(sandbox.ewsUrl);
      service.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, address);
      return service;
    };
    anna = open(ANNA);
    ben = open(BEN);
  });
  afterAll(() => sandbox.close());

  it('finds, reads and synchronises', async () => {
    await sandbox.control.deliver(ANNA, {
      subject: 'Erste – 見積書',
      html: '<p>Größe</p>',
      attachments: [{ name: 'a.txt', contentType: 'text/plain', content: 'Inhalt' }],
    });
    const view = new ItemView(10);
    view.OrderBy.Add(ItemSchema.DateTimeReceived, SortDirection.Descending);
    const found = await anna.FindItems(WellKnownFolderName.Inbox, view);
    expect(found.TotalCount).toBe(1);
    const item = found.Items[0] as EmailMessage;
    expect(item.Subject).toBe('Erste – 見積書');
    await item.Load(new PropertySet(BasePropertySet.FirstClassProperties, [ItemSchema.MimeContent]));
    expect(item.Body.Text).toContain('Größe');
    expect(item.MimeContent.Content.length).toBeGreaterThan(100);
    const attachment = item.Attachments.GetEnumerator()[0] as FileAttachment;
    await attachment.Load();
    expect(Buffer.from(attachment.Base64Content, 'base64').toString()).toBe('Inhalt');

    const filtered = await anna.FindItems(
      WellKnownFolderName.Inbox,
      new SearchFilter.ContainsSubstring(ItemSchema.Subject, 'erste'),
      new ItemView(5),
    );
    expect(filtered.TotalCount).toBe(1);

    const changes = await anna.SyncFolderItems(
      new (await import('ews-javascript-api')).FolderId(WellKnownFolderName.Inbox),
      PropertySet.IdOnly,
      [],
      100,
      SyncFolderItemsScope.NormalItems,
      '',
    );
    expect(changes.Count).toBe(1);
    expect(changes.MoreChangesAvailable).toBe(false);
  });

  it('saves a draft, attaches, sends, and the other one has it', async () => {
    const message = new EmailMessage(anna);
    message.Subject = 'Von JS – und Co';
    message.Body = new MessageBody(BodyType.HTML, '<p>Hallo</p>');
    message.ToRecipients.Add(BEN);
    message.BccRecipients.Add(ANNA);
    await message.Save(WellKnownFolderName.Drafts);
    message.Attachments.AddFileAttachment('ü.txt', Buffer.from('süß').toString('base64'));
    await message.Update(ConflictResolutionMode.AlwaysOverwrite);
    await message.Load(PropertySet.IdOnly);
    await message.SendAndSaveCopy();

    const received = (await ben.FindItems(WellKnownFolderName.Inbox, new ItemView(5))).Items[0] as EmailMessage;
    await received.Load(PropertySet.FirstClassProperties);
    expect(received.Subject).toBe('Von JS – und Co');
    expect(received.From.Address).toBe(ANNA);
    expect(received.BccRecipients.Count).toBe(0);
    expect(received.Attachments.GetEnumerator()[0]?.Name).toBe('ü.txt');
    await received.Delete(DeleteMode.MoveToDeletedItems);
    const trash = await Folder.Bind(ben, WellKnownFolderName.DeletedItems);
    expect(trash.TotalCount).toBe(1);
    expect(sandbox.control.listItems(ANNA, 'drafts')).toEqual([]);
    const [sent] = sandbox.control.listItems(ANNA, 'sentitems');
    expect(
      sandbox.control
        .deliveriesOf(sent?.internetMessageId ?? '')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([ANNA, BEN]);
  });

  itAnswersBySchema(() => sandbox);
});
