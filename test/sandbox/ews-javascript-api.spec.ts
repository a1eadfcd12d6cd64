import {
  BasePropertySet,
  BodyType,
  ConflictResolutionMode,
  ConnectingIdType,
  DeleteMode,
  EmailAddress,
  EmailMessage,
  EventType,
  ExchangeService,
  ExchangeVersion,
  FileAttachment,
  Folder,
  FolderId,
  FolderSchema,
  FolderView,
  ImpersonatedUserId,
  ItemEvent,
  ItemId,
  ItemSchema,
  ItemView,
  MessageBody,
  NotificationEvent,
  PropertySet,
  ResolveNameSearchLocation,
  SearchFilter,
  SortDirection,
  StreamingSubscriptionConnection,
  SyncFolderItemsScope,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from 'ews-javascript-api';
import {
  ANNA,
  BEN,
  type RecordedSandbox,
  itAnswersBySchema,
  itWasAskedBySchema,
  startRecorded,
} from './support/recorded-sandbox.js';
import { SERVICE } from './support/ews-client.js';

describe('ews-javascript-api', () => {
  let sandbox: RecordedSandbox;
  let anna: ExchangeService;
  let ben: ExchangeService;
  beforeAll(async () => {
    // The client reads one envelope of a stream for each piece that arrives; heartbeats keep it going.
    sandbox = await startRecorded({ heartbeatMs: 100 });
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
      new FolderId(WellKnownFolderName.Inbox),
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
    // The client writes a body as it is into its request: Exchange takes it only when the caller has escaped it.
    message.Body = new MessageBody(BodyType.HTML, '<p>Hallo</p>');
    await expect(message.Save(WellKnownFolderName.Drafts)).rejects.toMatchObject({
      message: expect.stringContaining('schema validation'),
    });
    message.Body = new MessageBody(BodyType.HTML, '&lt;p&gt;Hallo &amp;amp; mehr&lt;/p&gt;');
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
    expect(received.Body.Text).toContain('<p>Hallo &amp; mehr</p>');
    const [attached] = received.Attachments.GetEnumerator() as FileAttachment[];
    await attached?.Load();
    expect([attached?.Name, Buffer.from(attached?.Base64Content ?? '', 'base64').toString()]).toEqual(['ü.txt', 'süß']);
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

  it('attaches once what it gives with a new message', async () => {
    const message = new EmailMessage(anna);
    message.Subject = 'Mit Anhang';
    message.Attachments.AddFileAttachment('eins.txt', Buffer.from('eins').toString('base64'));
    await message.Save(WellKnownFolderName.Drafts);
    message.Attachments.AddFileAttachment('zwei.txt', Buffer.from('zwei').toString('base64'));
    await message.Update(ConflictResolutionMode.AutoResolve);
    const [draft] = sandbox.control.listItems(ANNA, 'drafts');
    expect(draft?.attachments).toEqual(['eins.txt', 'zwei.txt']);
    await message.Delete(DeleteMode.HardDelete);
  });

  it('is told of new mail while it listens', async () => {
    const subscription = await anna.SubscribeToStreamingNotifications(
      [new FolderId(WellKnownFolderName.Inbox)],
      EventType.NewMail,
      EventType.Moved,
    );
    const connection = new StreamingSubscriptionConnection(anna, 1);
    connection.AddSubscription(subscription);
    const events: NotificationEvent[] = [];
    const told = new Promise<void>((resolve, reject) => {
      connection.OnNotificationEvent.push((_, { Events }) => {
        events.push(...Events);
        resolve();
      });
      connection.OnSubscriptionError.push((_, { Exception }) => reject(new Error(String(Exception))));
    });
    // Open does not return before the connection ends.
    connection.Open().catch(() => undefined);
    const [id = ''] = await sandbox.control.deliver(ANNA, { subject: 'Ganz neu' });
    await told;
    connection.Close();
    expect(events.map(({ EventType: type }) => EventType[type])).toEqual(['NewMail']);
    expect((events[0] as ItemEvent).ItemId.UniqueId).toBe(id);
    await subscription.Unsubscribe();
  });

  it('makes, renames, moves, finds, empties and deletes folders', async () => {
    const folder = new Folder(anna);
    folder.DisplayName = 'Kunden';
    await folder.Save(WellKnownFolderName.Inbox);
    folder.DisplayName = 'Kunden &amp; Co';
    await folder.Update();
    const view = new FolderView(10);
    const named = (name: string): Promise<number> =>
      anna
        .FindFolders(WellKnownFolderName.Inbox, new SearchFilter.IsEqualTo(FolderSchema.DisplayName, name), view)
        .then(({ TotalCount }) => TotalCount);
    expect([await named('Kunden'), await named('Kunden &amp; Co')]).toEqual([0, 1]);
    await sandbox.control.deliver(ANNA, { folder: 'Kunden & Co', count: 2 });
    await folder.Empty(DeleteMode.HardDelete, false);
    expect(sandbox.control.listItems(ANNA, 'Kunden & Co')).toEqual([]);
    const moved = await folder.Move(WellKnownFolderName.Drafts);
    expect(await named('Kunden &amp; Co')).toBe(0);
    await moved.Delete(DeleteMode.MoveToDeletedItems);
    expect((await anna.FindFolders(WellKnownFolderName.DeletedItems, view)).Folders.map((f) => f.DisplayName)).toEqual([
      'Kunden & Co',
    ]);
  });

  it('answers and passes on', async () => {
    const [id = ''] = await sandbox.control.deliver(ANNA, {
      from: `Ben Okafor <${BEN}>`,
      subject: 'Frage',
      text: 'Wie viel?',
      attachments: [{ name: 'liste.csv', contentType: 'text/csv', content: 'a;b' }],
    });
    const message = await EmailMessage.Bind(anna, new ItemId(id));
    await message.Reply(new MessageBody(BodyType.Text, 'Drei'), false);
    await message.Forward(new MessageBody(BodyType.Text, 'Siehe unten'), [new EmailAddress(BEN)]);
    const mail = sandbox.control.listItems(BEN).map(({ subject, attachments }) => [subject, attachments]);
    expect(mail).toEqual(
      expect.arrayContaining([
        ['RE: Frage', []],
        ['FW: Frage', ['liste.csv']],
      ]),
    );
    const found = await ben.FindItems(
      WellKnownFolderName.Inbox,
      new SearchFilter.IsEqualTo(ItemSchema.Subject, 'RE: Frage'),
      new ItemView(1),
    );
    const reply = found.Items[0] as EmailMessage;
    await reply.Load(new PropertySet(BasePropertySet.FirstClassProperties, [ItemSchema.TextBody]));
    expect(reply.TextBody.Text).toMatch(/^Drei[^]*Wie viel\?/);
  });

  it('reads who somebody is', async () => {
    const found = await anna.ResolveName('anna', ResolveNameSearchLocation.DirectoryOnly, true);
    const contact = found.GetEnumerator()[0]?.Contact;
    expect([contact?.GivenName, contact?.Surname, contact?.DisplayName]).toEqual(['Anna', 'Lind', 'Anna Lind']);
  });

  itAnswersBySchema(() => sandbox);
  itWasAskedBySchema(() => sandbox);
});
