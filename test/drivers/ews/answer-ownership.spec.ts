import { once } from 'node:events';
import { echoOf } from '../../../src/drivers/ews/http/request-echo.js';
import type { MailboxIdentity, MailboxSession } from '../../../src/drivers/port/mail-server.js';
import { itemWithMime, message, responses, success } from './support/answers.js';
import { DRAFT, friendly } from './support/canned.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { inTurn, startEwsStub, xml, type EwsStub } from './support/ews-stub.js';
import { rawAnswer, startRawServer, type RawRequest, type RawServer } from './support/raw-server.js';

const inbox = { distinguished: 'inbox' } as const;
const REF = { id: 'I1', changeKey: 'K1' };

const mailbox = (number: number): MailboxIdentity => {
  const address = `m${number}@contoso.test`;
  return { address, access: 'impersonation', connectingSid: { type: 'SmtpAddress', value: address } };
};

/** The sync state of the mailbox that asks, so that another's is recognised. */
function stateOf({ headers, body }: Pick<RawRequest, 'headers' | 'body'>): string {
  const operation = /<m:(\w+)/.exec(body)?.[1] ?? '';
  if (operation !== 'SyncFolderItems') return success(operation, '');
  const state = `<m:SyncState>state of ${headers['x-anchormailbox']}</m:SyncState>`;
  return success(operation, `${state}<m:IncludesLastItemInRange>true</m:IncludesLastItemInRange><m:Changes/>`);
}

const echoed = ({ headers }: RawRequest) => ({ 'client-request-id': headers['client-request-id'] ?? '' });

describe('a server that answers a request twice', () => {
  let server: RawServer;
  afterEach(() => server.close());

  /** How many of the mailboxes got a sync state that is not their own. */
  async function slipped(count: number, maxConnections: number): Promise<number> {
    const client = serverFor(server.url, { maxConnections });
    let wrong = 0;
    for (let number = 0; number < count; number += 1) {
      const identity = mailbox(number % 3);
      const { syncState } = await client.openMailbox(identity).syncFolder(inbox, null, 10);
      if (syncState !== `state of ${identity.address}`) wrong += 1;
    }
    await client.close();
    return wrong;
  }

  const twice = (delayMs: number, echoes: boolean) => (request: RawRequest) => {
    const answer = rawAnswer(stateOf(request), echoes ? echoed(request) : {});
    request.socket.write(answer);
    setTimeout(() => request.socket.destroyed || request.socket.write(answer), delayMs);
  };

  it.each([
    [true, 0],
    [true, 1],
    [true, 5],
    [true, 20],
    [false, 0],
    [false, 1],
    [false, 5],
    [false, 20],
  ])('gives no mailbox the answer of another (ids echoed: %s, the second one %d ms later)', async (echoes, delayMs) => {
    server = await startRawServer(twice(delayMs, echoes));
    expect(await slipped(60, 1)).toBe(0);
    // Found out once, it gets a connection for each request, so that it costs no second tries.
    expect(server.seen.length).toBeLessThanOrEqual(63);
    if (echoes) expect(server.seen.at(-1)?.headers['connection']).toBe('close');
  });

  it('gives none when the next answer takes longer than the second one to come', async () => {
    server = await startRawServer((request) => {
      const answer = rawAnswer(stateOf(request));
      setTimeout(() => request.socket.write(answer), 4);
      setTimeout(() => request.socket.destroyed || request.socket.write(answer), 6);
    });
    expect(await slipped(60, 2)).toBe(0);
  });

  it.each([true, false])('is found out by what it sends on an idle connection (ids echoed: %s)', async (echoes) => {
    let closed: Promise<unknown> = Promise.resolve();
    server = await startRawServer((request) => {
      closed = once(request.socket, 'close');
      twice(5, echoes)(request);
    });
    const client = serverFor(server.url, { maxConnections: 1 });
    await client.openMailbox(mailbox(1)).syncFolder(inbox, null, 10);
    await closed;
    await client.openMailbox(mailbox(2)).syncFolder(inbox, null, 10);
    await client.close();
    expect(server.seen.map(({ headers }) => headers['connection'])).toEqual(['keep-alive', 'close']);
  });

  it('leaves the effect of a change open, and makes no second one', async () => {
    let last = '';
    server = await startRawServer((request) => {
      if (request.connection === 1 && last !== '') request.socket.write(last);
      last = rawAnswer(stateOf(request), echoed(request));
      request.socket.write(last);
    });
    const client = serverFor(server.url, { maxConnections: 1 });
    const session = client.openMailbox(IMPERSONATED);
    await session.sendDraft(REF);
    const error = await errorOf(session.sendDraft({ id: 'I2', changeKey: null }));
    expect(error.details).toMatchObject({ origin: 'protocol', code: 'UnexpectedAnswer', effectPossible: true });
    expect(server.seen).toHaveLength(2);
    await session.sendDraft({ id: 'I3', changeKey: null });
    await session.sendDraft({ id: 'I4', changeKey: null });
    await client.close();
    expect(server.seen.map(({ connection }) => connection)).toEqual([1, 1, 2, 3]);
  });
});

describe('an answer on a kept-alive connection', () => {
  let stub: EwsStub;
  beforeEach(async () => {
    stub = await startEwsStub();
  });
  afterEach(() => stub.close());
  const connections = () => stub.seen.map(({ connection }) => connection);
  const folder = (id: string) =>
    success('GetFolder', `<m:Folders><t:Folder><t:FolderId Id="${id}"/></t:Folder></m:Folders>`);

  it('with the id of another request is dropped, and asked for again by a call that only reads', async () => {
    stub.answer(
      inTurn(xml(folder('F1')), xml(folder('F2'), 200, { 'client-request-id': 'another' }), xml(folder('F3'))),
    );
    const client = serverFor(stub.url, { maxConnections: 1 });
    await client.openMailbox(IMPERSONATED).openFolder(inbox);
    await expect(client.openMailbox(IMPERSONATED).openFolder(inbox)).resolves.toMatchObject({ id: 'F3' });
    await client.close();
    expect(connections()).toEqual([1, 1, 2]);
  });

  it('is refused when even the second try brings the id of another one', async () => {
    stub.answer(xml(folder('F1'), 200, { 'client-request-id': 'another' }));
    const client = serverFor(stub.url, { maxConnections: 1 });
    const error = await errorOf(client.openMailbox(IMPERSONATED).openFolder(inbox));
    await client.close();
    expect(error.details).toMatchObject({ origin: 'protocol', code: 'UnexpectedAnswer', effectPossible: false });
    expect(stub.seen).toHaveLength(2);
  });

  it('without an id, where all before had one, is not taken either', async () => {
    stub.answer((request, response) => {
      if (stub.seen.length === 2) response.removeHeader('client-request-id');
      return xml(folder(`F${stub.seen.length}`))(request, response);
    });
    const client = serverFor(stub.url, { maxConnections: 1 });
    await client.openMailbox(IMPERSONATED).openFolder(inbox);
    await expect(client.openMailbox(IMPERSONATED).openFolder(inbox)).resolves.toMatchObject({ id: 'F3' });
    await client.close();
  });

  it('without an id is taken for a change, which another attempt could make twice', async () => {
    stub.answer((request, response) => {
      if (stub.seen.length === 2) response.removeHeader('client-request-id');
      return friendly(request, response);
    });
    const client = serverFor(stub.url, { maxConnections: 1 });
    const session = client.openMailbox(IMPERSONATED);
    await session.sendDraft(REF);
    await session.sendDraft(REF);
    await client.close();
    expect(stub.seen).toHaveLength(2);
  });

  it.each([
    ['a 4xx', xml('', 404)],
    ['a 5xx', xml('', 500)],
    ['a redirect', xml('', 302, { location: '/x' })],
    ['another operation’s name', xml(success('FindItem', ''))],
    ['a cut document', xml(folder('F1').slice(0, -20))],
    ['a web page', xml('<html>hello</html>')],
  ])('of %s is the last on its connection', async (_name, responder) => {
    stub.answer(inTurn(xml(folder('F1')), responder, xml(folder('F3'))));
    const client = serverFor(stub.url, { maxConnections: 1 });
    const session = client.openMailbox(IMPERSONATED);
    await session.openFolder(inbox);
    await errorOf(session.openFolder(inbox));
    await session.openFolder(inbox);
    await client.close();
    expect(connections()).toEqual([1, 1, 2]);
  });

  it('is the last one after a request with a large body, which some servers leave a part of unread', async () => {
    stub.answer(friendly);
    const client = serverFor(stub.url, { maxConnections: 1 });
    const session = client.openMailbox(IMPERSONATED);
    const [file] = DRAFT.attachments;
    if (file === undefined) throw new Error('no attachment');
    await session.saveDraft({ ...DRAFT, attachments: [{ ...file, content: Buffer.alloc(100_000) }] });
    await session.sendDraft(REF);
    await client.close();
    expect(connections()).toEqual([1, 2]);
    expect(stub.seen[0]?.headers.connection).toBe('close');
  });

  describe('of a server that echoes no ids', () => {
    beforeEach(() => {
      stub.echoes = false;
    });

    it.each([
      ['a new connection', {}, [1, 2]],
      ['one that has been quiet for a while', { restMs: 0 }, [1, 1]],
    ])('is asked for on %s', async (_name, timeouts, expected) => {
      stub.answer(xml(folder('F1')));
      const client = serverFor(stub.url, { maxConnections: 1, timeouts });
      await client.openMailbox(IMPERSONATED).openFolder(inbox);
      await client.openMailbox(IMPERSONATED).openFolder(inbox);
      await client.close();
      expect(connections()).toEqual(expected);
    });

    const item = (id: string) => responses('GetItem', message('GetItem', itemWithMime(id, Buffer.from('x'))));
    const attachment = (id: string) =>
      success(
        'GetAttachment',
        `<m:Attachments><t:FileAttachment><t:AttachmentId Id="${id}"/><t:Content>QUJD</t:Content></t:FileAttachment></m:Attachments>`,
      );

    it.each<[string, (id: string) => string, (session: MailboxSession, id: string) => Promise<unknown>]>([
      ['an item', item, (session, id) => session.fetchItems([id])],
      ['a folder', folder, (session, id) => session.openFolder({ id })],
      ['an attachment', attachment, (session, id) => session.fetchAttachment(id)],
    ])('is dropped when it is about %s that was not asked for', async (_name, answer, ask) => {
      const client = serverFor(stub.url, { maxConnections: 1, timeouts: { restMs: 0 } });
      const session = client.openMailbox(IMPERSONATED);
      stub.answer(inTurn(xml(answer('A')), xml(answer('A')), xml(answer('B'))));
      await ask(session, 'A');
      await ask(session, 'B');
      await client.close();
      expect(connections()).toEqual([1, 1, 2]);
    });

    it('may name an item by a newer id when it is the first on its connection', async () => {
      stub.answer(xml(item('new')));
      const client = serverFor(stub.url);
      const [fetched] = await client.openMailbox(IMPERSONATED).fetchItems(['old']);
      await client.close();
      expect(fetched).toMatchObject({ ok: true, itemId: 'old', item: { id: 'new' } });
      expect(stub.seen).toHaveLength(1);
    });
  });
});

describe('the echo of a request id', () => {
  it.each([
    ['a-1', 'a-1', 'same'],
    ['a-1', '{A-1}', 'same'],
    ['a-1', ' a-1 ', 'same'],
    ['a-1', 'a-2', 'other'],
    ['a-1', '', 'none'],
    ['a-1', undefined, 'none'],
  ])('of %j as %j is %s', (sent, got, expected) => {
    expect(echoOf({ 'client-request-id': sent }, { 'client-request-id': got })).toBe(expected);
  });
});
