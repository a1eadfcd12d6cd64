import { createExchangeServer } from '../../../src/drivers/ews/exchange-server.js';
import type { ExchangeServerOptions } from '../../../src/drivers/ews/exchange-options.js';
import type {
  FetchedItem,
  FetchResult,
  FoundItem,
  OutgoingDraft,
  SyncChange,
} from '../../../src/drivers/port/mail-item.js';
import type {
  MailboxAccess,
  MailboxIdentity,
  MailboxSession,
  MailServer,
} from '../../../src/drivers/port/mail-server.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox-server.js';
import { schemaAvailable, validateEnvelopes } from '../../support/ews-schema.js';
import { errorOf } from './support/clients.js';

const ALICE = 'alice@contoso.test';
const BOB = 'bob@contoso.test';
const inbox = { distinguished: 'inbox' } as const;

const identity = (address: string, access: MailboxAccess): MailboxIdentity => ({
  address,
  access,
  connectingSid: { type: 'SmtpAddress', value: address },
});

let number = 0;
function draft(overrides: Partial<OutgoingDraft> = {}): OutgoingDraft {
  const marker = `m-${++number}`;
  return {
    marker,
    internetMessageId: `<${marker}@contoso.test>`,
    to: [{ name: 'Bób "B" <x>', address: BOB }],
    cc: [{ name: null, address: 'carol@fabrikam.test' }],
    bcc: [{ name: null, address: 'dave@fabrikam.test' }],
    replyTo: [{ name: 'Support', address: 'support@contoso.test' }],
    subject: 'Grüße & <日本語> 😀',
    text: 'Hello',
    html: '<p>Hällo</p>',
    attachments: [
      {
        name: 'übersicht.bin',
        contentType: 'application/octet-stream',
        contentId: null,
        isInline: false,
        content: Buffer.from([0, 255, 1]),
      },
      { name: 'logo.png', contentType: 'image/png', contentId: 'logo@x', isInline: true, content: Buffer.from('png') },
    ],
    ...overrides,
  };
}

function fetched(results: readonly FetchResult[]): FetchedItem[] {
  return results.map((result) => {
    if (!result.ok) throw result.error;
    return result.item;
  });
}

describe.each<MailboxAccess>(['impersonation', 'delegation'])('against the sandbox, by %s', (access) => {
  let sandbox: Sandbox;
  let server: MailServer;
  let alice: MailboxSession;
  let bob: MailboxSession;
  const envelopes: string[] = [];
  const servers: MailServer[] = [];

  function connect(options: Partial<ExchangeServerOptions> = {}): MailServer {
    const connected = serverOf(sandbox, options);
    servers.push(connected);
    return connected;
  }

  beforeEach(async () => {
    sandbox = await startSandbox({
      domain: 'contoso.test',
      mailboxes: [{ address: ALICE, displayName: 'Alice' }, { address: BOB }],
      serviceAccounts: [{ username: 'svc', password: 'secret', scope: access === 'impersonation' ? 'all' : [] }],
      record: ({ request, response }) => envelopes.push(request, response),
    });
    if (access === 'delegation') for (const address of [ALICE, BOB]) sandbox.control.setDelegate(address, 'svc');
    server = connect();
    alice = server.openMailbox(identity(ALICE, access));
    bob = server.openMailbox(identity(BOB, access));
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((each) => each.close()));
    await sandbox.close();
  });

  async function everything(mailbox: MailboxSession, limit: number): Promise<FoundItem[]> {
    const found: FoundItem[] = [];
    for (let offset = 0; ;) {
      const page = await mailbox.findReceivedSince(inbox, new Date(0), { offset, limit });
      found.push(...page.items);
      if (page.last) return found;
      offset = page.nextOffset;
    }
  }

  it('opens folders by name and by id', async () => {
    await sandbox.control.deliver(ALICE, { count: 3 });
    const opened = await alice.openFolder(inbox);
    expect(opened).toMatchObject({ displayName: 'Inbox', totalCount: 3 });
    await expect(alice.openFolder({ id: opened.id })).resolves.toEqual(opened);
    await expect(bob.openFolder(inbox)).resolves.toMatchObject({ totalCount: 0 });
  });

  it('shows the folder tree, with the well-known ones named', async () => {
    const projects = sandbox.control.addFolder(ALICE, { name: 'Projects' });
    const oak = sandbox.control.addFolder(ALICE, { name: 'Öak & Co', parent: projects });
    const tree = await alice.listFolders();
    const inboxId = (await alice.openFolder(inbox)).id;
    expect(tree.find(({ id }) => id === inboxId)).toMatchObject({ distinguished: 'inbox', parentId: null });
    expect(tree.find(({ id }) => id === projects)).toMatchObject({ displayName: 'Projects', distinguished: null });
    expect(tree.find(({ id }) => id === oak)).toMatchObject({ displayName: 'Öak & Co', parentId: projects });
    expect(
      tree
        .map(({ distinguished }) => distinguished)
        .filter(Boolean)
        .sort(),
    ).toEqual(['deleteditems', 'drafts', 'inbox', 'junkemail', 'outbox', 'sentitems']);
  });

  it('lists what came since a time, oldest first, in pages', async () => {
    const ids = await sandbox.control.deliver(ALICE, { count: 25, receivedAt: '2026-09-01T00:00:00Z' });
    await sandbox.control.deliver(ALICE, { receivedAt: '2026-08-01T00:00:00Z', subject: 'too old' });
    const page = await alice.findReceivedSince(inbox, new Date('2026-09-01T00:00:00Z'), { offset: 0, limit: 100 });
    expect(page).toMatchObject({ last: true });
    expect(page.items.map(({ id }) => id)).toEqual(ids);
    expect(page.items[0]?.receivedAt).toEqual(new Date('2026-09-01T00:00:00Z'));
    expect((await everything(alice, 7)).map(({ id }) => id).slice(1)).toEqual(ids);
  });

  it('counts what came between two times, the first included', async () => {
    await sandbox.control.deliver(ALICE, { count: 25, receivedAt: '2026-09-01T00:00:00Z' });
    await sandbox.control.deliver(ALICE, { folder: 'junkemail', receivedAt: '2026-09-01T00:00:05Z' });
    const count = (from: string, to: string) => alice.countReceivedBetween(inbox, new Date(from), new Date(to));
    await expect(count('2026-09-01T00:00:00Z', '2026-09-01T01:00:00Z')).resolves.toBe(25);
    await expect(count('2026-09-01T00:00:05Z', '2026-09-01T00:00:10Z')).resolves.toBe(5);
    await expect(count('2026-08-01T00:00:00Z', '2026-09-01T00:00:00Z')).resolves.toBe(0);
    sandbox.control.setOmitOptional(true);
    await expect(count('2026-09-01T00:00:00Z', '2026-09-01T01:00:00Z')).resolves.toBeNull();
  });

  it('follows changes by sync state', async () => {
    const ids = await sandbox.control.deliver(ALICE, { count: 7 });
    const seen: SyncChange[] = [];
    let state: string | null = null;
    const drain = async () => {
      seen.length = 0;
      for (;;) {
        const page = await alice.syncFolder(inbox, state, 3);
        seen.push(...page.changes);
        state = page.syncState;
        if (page.last) return;
      }
    };
    await drain();
    expect(seen.map((change) => (change.kind === 'create' ? change.item.id : change.kind)).sort()).toEqual(
      [...ids].sort(),
    );
    const [first = '', second = '', third = ''] = ids;
    sandbox.control.markRead(ALICE, first);
    sandbox.control.deleteItem(ALICE, second);
    sandbox.control.moveItem(ALICE, third, 'junkemail');
    const [fresh = ''] = await sandbox.control.deliver(ALICE);
    await drain();
    expect(seen.map((change) => change.kind).sort()).toEqual(['create', 'delete', 'delete', 'read-flag']);
    expect(seen).toContainEqual({ kind: 'read-flag', itemId: first, isRead: true });
    expect(seen.find((change) => change.kind === 'create')).toMatchObject({ item: { id: fresh } });
    await drain();
    expect(seen).toEqual([]);
    sandbox.control.invalidateSyncStates(ALICE);
    expect((await errorOf(alice.syncFolder(inbox, state, 3))).code).toBe('ErrorInvalidSyncStateData');
  });

  it('fetches MIME byte for byte, and each item\u2019s own error', async () => {
    const mime = Buffer.from(
      'From: =?utf-8?Q?P=C3=A9?= <pe@x.test>\r\nTo: alice@contoso.test\r\nSubject: raw\r\nMessage-ID: <raw@x.test>\r\n\r\n\u00e9\u0000\u001a',
      'latin1',
    );
    const raw = await sandbox.control.deliverMime(ALICE, mime, { receivedAt: '2026-09-01T00:00:00Z' });
    const others = await sandbox.control.deliver(ALICE, { count: 3, subject: 'Note', isRead: true });
    const [one = '', two = '', three = ''] = others;
    sandbox.control.corruptItem(ALICE, two, 'ErrorMimeContentConversionFailed');
    sandbox.control.deleteItem(ALICE, three);
    const results = await alice.fetchItems([one, raw, two, three]);
    expect(results.map((result) => [result.itemId, result.ok ? 'ok' : result.error.code])).toEqual([
      [one, 'ok'],
      [raw, 'ok'],
      [two, 'ErrorMimeContentConversionFailed'],
      [three, 'ErrorItemNotFound'],
    ]);
    const [note, exact] = fetched(results.slice(0, 2));
    expect(exact?.mime?.equals(mime)).toBe(true);
    expect(exact?.properties).toMatchObject({
      itemClass: 'IPM.Note',
      subject: 'raw',
      internetMessageId: '<raw@x.test>',
      from: { name: 'Pé', address: 'pe@x.test' },
      receivedAt: new Date('2026-09-01T00:00:00Z'),
      isRead: false,
    });
    expect(exact?.properties.searchKey).toMatch(/^([0-9a-f]{2})+$/);
    expect(note?.properties).toMatchObject({ subject: 'Note 1', isRead: true, to: [{ address: ALICE }] });
  });

  it('reads an item by its properties, and its attachments', async () => {
    const [id = ''] = await sandbox.control.deliver(ALICE, {
      subject: 'Größe',
      text: 'plain text',
      html: '<p>html</p>',
      headers: { 'X-Trace': 'abc' },
      attachments: [
        {
          name: 'ä.bin',
          content: Buffer.from([1, 2, 3]),
          contentType: 'application/x-thing',
          contentId: 'c1',
          inline: true,
        },
      ],
    });
    const item = await alice.fetchItemProperties(id);
    expect(item).toMatchObject({ id, mime: null });
    expect(item.properties.htmlBody).toContain('html');
    expect(item.properties.textBody).toContain('plain text');
    expect(item.properties.headers).toContainEqual({ name: 'X-Trace', value: 'abc' });
    expect(item.properties.attachments).toMatchObject([{ kind: 'file', name: 'ä.bin', isInline: true }]);
    const [attachment] = item.properties.attachments;
    const content = await alice.fetchAttachment(attachment?.id ?? '');
    expect(content).toMatchObject({ name: 'ä.bin', contentType: 'application/x-thing' });
    expect(content.content).toEqual(Buffer.from([1, 2, 3]));
  });

  it.each([
    ['in one request', {}],
    ['built up in several', { limits: { maxRequestBytes: 1000 } }],
    ['to a server before 2013', { requestVersion: 'Exchange2010_SP2' as const }],
  ])('saves a draft %s, finds it by its marker, sends it once', async (_name, options) => {
    const sender = connect(options).openMailbox(identity(ALICE, access));
    const outgoing = draft();
    const ref = await sender.saveDraft(outgoing);
    await expect(sender.findByMarker(outgoing.marker)).resolves.toMatchObject([
      { id: ref.id, folder: 'drafts', changeKey: ref.changeKey },
    ]);
    await sender.sendDraft(ref);
    await expect(sender.findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'sentitems' }]);
    await expect(sender.findByMarker('m-unknown')).resolves.toEqual([]);
    expect(
      sandbox.control
        .deliveriesOf(outgoing.internetMessageId)
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([BOB, 'carol@fabrikam.test', 'dave@fabrikam.test']);
    const [arrived] = fetched(await bob.fetchItems((await everything(bob, 10)).map(({ id }) => id)));
    expect(arrived?.properties).toMatchObject({
      subject: outgoing.subject,
      internetMessageId: outgoing.internetMessageId,
      from: { address: ALICE },
      to: [{ address: BOB }],
      cc: [{ address: 'carol@fabrikam.test' }],
      bcc: [],
      replyTo: [{ address: 'support@contoso.test' }],
    });
    const properties = await bob.fetchItemProperties(arrived?.id ?? '');
    expect(properties.properties.htmlBody).toContain('Hällo');
    const contents = await Promise.all(properties.properties.attachments.map(({ id }) => bob.fetchAttachment(id)));
    expect(new Map(contents.map(({ name, content }) => [name, content.toString('hex')]))).toEqual(
      new Map([
        ['übersicht.bin', '00ff01'],
        ['logo.png', Buffer.from('png').toString('hex')],
      ]),
    );
  });

  it('tells a stale change key, and deletes for good, twice without harm', async () => {
    const ref = await alice.saveDraft(draft({ attachments: [] }));
    expect((await errorOf(alice.sendDraft({ id: ref.id, changeKey: 'AAAA' }))).details.effectPossible).toBe(false);
    await alice.deleteItem(ref.id);
    await alice.deleteItem(ref.id);
    const [gone] = await alice.fetchItems([ref.id]);
    expect(gone?.ok === false && gone.error.code).toBe('ErrorItemNotFound');
  });

  it('can tell after a lost answer that the message was sent', async () => {
    const outgoing = draft();
    const ref = await alice.saveDraft(outgoing);
    sandbox.control.injectFault({ operation: 'SendItem', times: 1, fault: { dropAfterCommit: true } });
    const error = await errorOf(alice.sendDraft(ref));
    expect(error.details).toMatchObject({ origin: 'transport', effectPossible: true });
    await expect(alice.findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'sentitems' }]);
    expect(sandbox.control.counts().calls.byOperation['SendItem']).toBe(1);
    sandbox.control.injectFault({ operation: 'CreateItem', times: 1, fault: { truncate: true } });
    const another = draft();
    expect((await errorOf(alice.saveDraft(another))).details.effectPossible).toBe(true);
    await expect(alice.findByMarker(another.marker)).resolves.toMatchObject([{ folder: 'drafts' }]);
  });

  it('reads throttling, sign-in pages and server errors', async () => {
    const codes: [string, number | null][] = [];
    for (const fault of [
      { code: 'ErrorServerBusy', backOffMs: 1500 },
      { innerServerBusy: true },
      { html: true },
      { http: 503, headers: { 'Retry-After': '3' } },
      { itemError: 'ErrorMailboxStoreUnavailable' },
      { raw: '<nonsense' },
    ] as const) {
      sandbox.control.injectFault({ times: 1, fault });
      const { details } = await errorOf(alice.openFolder(inbox));
      codes.push([details.code, details.backOffMs ?? null]);
    }
    expect(codes.map(([code]) => code)).toEqual([
      'ErrorServerBusy',
      'ErrorServerBusy',
      'UnexpectedAnswer',
      'Http503',
      'ErrorMailboxStoreUnavailable',
      'InvalidXml',
    ]);
    expect(codes[0]?.[1]).toBe(1500);
    expect(codes[3]?.[1]).toBe(3000);
  });

  it('reads answers with other prefixes, without optional elements, with forbidden characters', async () => {
    sandbox.control.setPrefixes('random');
    sandbox.control.setOmitOptional(true);
    sandbox.control.setIllegalCharacters('references');
    const ids = await sandbox.control.deliver(ALICE, { count: 3, subject: 'A\u001aB' });
    await expect(alice.openFolder(inbox)).resolves.toMatchObject({ id: expect.any(String) });
    const page = await alice.syncFolder(inbox, null, 512);
    expect(page.changes).toHaveLength(3);
    expect((await everything(alice, 2)).map(({ id }) => id)).toEqual(ids);
    for (const item of fetched(await alice.fetchItems(ids))) expect(item.mime?.length).toBeGreaterThan(50);
    const outgoing = draft();
    await alice.sendDraft(await alice.saveDraft(outgoing));
    await expect(alice.findByMarker(outgoing.marker)).resolves.toMatchObject([{ folder: 'sentitems' }]);
  });

  it('is refused without the right, and says which', async () => {
    if (access === 'impersonation') sandbox.control.revoke('svc', [ALICE]);
    else sandbox.control.setDelegate(ALICE, 'svc', false);
    const error = await errorOf(alice.openFolder(inbox));
    expect(error.details).toMatchObject({ origin: 'response', operation: 'GetFolder', effectPossible: false });
    if (access === 'impersonation') expect(error.code).toBe('ErrorImpersonateUserDenied');
    expect(error.details.diagnostics.clientRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(error.details.diagnostics.requestId).not.toBeNull();
    await expect(bob.openFolder(inbox)).resolves.toBeDefined();
    const wrong = connect({ auth: { type: 'basic', username: 'svc', password: 'wrong!' } });
    expect((await errorOf(wrong.openMailbox(identity(BOB, access)).openFolder(inbox))).code).toBe('Http401');
  });

  (schemaAvailable() ? it : it.skip)(
    'spoke and heard valid envelopes (needs xmllint and ../shared/ews-schema)',
    async () => {
      expect(envelopes.length).toBeGreaterThan(100);
      const known = envelopes.filter(
        (xml) =>
          xml.startsWith('<?xml') &&
          xml.includes('http://schemas.xmlsoap.org/soap/envelope/') &&
          !xml.includes('&#x1A;'),
      );
      expect(validateEnvelopes([...new Set(known)]).filter(({ valid }) => !valid)).toEqual([]);
    },
  );
});

function serverOf(sandbox: Sandbox, options: Partial<ExchangeServerOptions>): MailServer {
  return createExchangeServer({
    ewsUrl: sandbox.ewsUrl,
    auth: { type: 'basic', username: 'svc', password: 'secret' },
    maxConnections: 4,
    ...options,
  });
}
