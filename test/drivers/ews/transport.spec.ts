import { createServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { CallReport } from '../../../src/drivers/ews/exchange-options.js';
import { INBOX, fault, success } from './support/answers.js';
import { DELEGATED, errorOf, IMPERSONATED, SECRET, serverFor } from './support/clients.js';
import { inTurn, startEwsStub, xml, type EwsStub, type Responder } from './support/ews-stub.js';

const inbox = { distinguished: 'inbox' } as const;
const REF = { id: 'I1', changeKey: 'K1' };
const SENT = success('SendItem', '');
const drop: Responder = (request) => request.socket.destroy();
const cutShort: Responder = (request, response) => {
  response.writeHead(200, { 'content-type': 'text/xml', 'content-length': String(INBOX.length) });
  response.write(INBOX.slice(0, 200), () => request.socket.destroy());
};

/** The first half at once, and the rest as `dripping` does it. */
const dripAfterHalf =
  (dripping: (bytes: Buffer) => Responder): Responder =>
  (request, response) => {
    const half = Math.floor(INBOX.length / 2);
    response.write(INBOX.slice(0, half));
    Object.defineProperty(response, 'writeHead', { value: () => response });
    return dripping(Buffer.from(INBOX.slice(half)))(request, response);
  };

describe('the way to the server', () => {
  let stub: EwsStub;

  beforeEach(async () => {
    stub = await startEwsStub();
  });
  afterEach(() => stub.close());

  it('sends what Exchange wants to see, on kept-alive connections', async () => {
    stub.answer(xml(INBOX));
    const server = serverFor(stub.url, { maxConnections: 1 });
    const mailbox = server.openMailbox(IMPERSONATED);
    await mailbox.openFolder(inbox);
    await mailbox.openFolder(inbox);
    await server.close();
    const [first, second] = stub.seen;
    expect(first?.method).toBe('POST');
    expect(first?.headers).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      'content-length': String(Buffer.byteLength(first?.body ?? '')),
      accept: 'text/xml',
      'accept-encoding': 'gzip, deflate',
      'user-agent': 'Postroom/0.1.0',
      'x-anchormailbox': 'alice@contoso.test',
      'return-client-request-id': 'true',
      soapaction: '"http://schemas.microsoft.com/exchange/services/2006/messages/GetFolder"',
      authorization: `Basic ${Buffer.from(`CONTOSO\\svc:${SECRET}`, 'utf8').toString('base64')}`,
    });
    expect(first?.headers['transfer-encoding']).toBeUndefined();
    expect(first?.headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.headers['client-request-id']).not.toBe(first?.headers['client-request-id']);
    expect(stub.connections()).toBe(1);
  });

  it('uses no more connections than allowed', async () => {
    stub.answer(xml(INBOX));
    const server = serverFor(stub.url, { maxConnections: 2 });
    await Promise.all(Array.from({ length: 12 }, () => server.openMailbox(IMPERSONATED).openFolder(inbox)));
    await server.close();
    expect(stub.connections()).toBe(2);
  });

  it.each([
    ['gzip', gzipSync(INBOX)],
    ['x-gzip', gzipSync(INBOX)],
    ['deflate', deflateSync(INBOX)],
    ['deflate', deflateRawSync(INBOX)],
    ['identity', Buffer.from(INBOX)],
  ])('reads %s', async (encoding, body) => {
    stub.answer(xml(body, 200, { 'content-encoding': encoding }));
    const server = serverFor(stub.url);
    await expect(server.openMailbox(IMPERSONATED).openFolder(inbox)).resolves.toMatchObject({ totalCount: 7 });
    await server.close();
  });

  it('reads an answer that comes byte by byte', async () => {
    stub.answer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' });
      for (const byte of Buffer.from(INBOX)) await new Promise((done) => response.write(Buffer.from([byte]), done));
      response.end();
    });
    const server = serverFor(stub.url);
    await expect(server.openMailbox(IMPERSONATED).openFolder(inbox)).resolves.toMatchObject({ displayName: 'Inbox' });
    await server.close();
  });

  it('stops at a gzip bomb by what it unpacks to', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(INBOX.slice(0, 60)), Buffer.alloc(64 * 1024 * 1024, 0x20)]));
    expect(bomb.length).toBeLessThan(100_000);
    stub.answer(xml(bomb, 200, { 'content-encoding': 'gzip' }));
    const server = serverFor(stub.url, { limits: { maxAnswerBytes: 1024 * 1024 } });
    const error = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
    await server.close();
    expect(error.code).toBe('AnswerTooLarge');
  });

  it.each([301, 302, 303, 307, 308])(
    'never follows a redirect (%d) nor sends its credentials there',
    async (status) => {
      const other = await startEwsStub(xml(INBOX));
      stub.answer(xml('', status, { location: `${other.url}?token=1`, 'x-feserver': 'EX1' }));
      const server = serverFor(stub.url);
      const { details } = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
      await server.close();
      await other.close();
      expect(other.seen).toHaveLength(0);
      expect(details).toMatchObject({ origin: 'http', code: `Http${status}`, values: { location: other.url } });
    },
  );

  it('knows the generic error page', async () => {
    stub.answer(xml('', 302, { location: '/ews/genericerrorpage.htm?x=1', 'x-feserver': 'EX1' }));
    const server = serverFor(stub.url);
    const { details } = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
    await server.close();
    expect(details.values).toEqual({ location: '/ews/genericerrorpage.htm', genericErrorPage: 'true' });
  });

  it('keeps cookies per anchor mailbox', async () => {
    const cookies: Responder = (_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/xml',
        'set-cookie': [
          'exchangecookie=abc; path=/; HttpOnly',
          'X-BackEndCookie=xyz; expires=Fri, 01 Jan 2100 00:00:00 GMT',
          'old=1; Max-Age=0',
        ],
      });
      response.end(INBOX);
    };
    stub.answer(cookies);
    const server = serverFor(stub.url);
    const alice = server.openMailbox(IMPERSONATED);
    await alice.openFolder(inbox);
    await alice.openFolder(inbox);
    await server.openMailbox({ ...IMPERSONATED, address: 'bob@contoso.test' }).openFolder(inbox);
    await server.close();
    expect(stub.seen.map((request) => request.headers.cookie)).toEqual([
      undefined,
      'exchangecookie=abc; X-BackEndCookie=xyz',
      undefined,
    ]);
  });

  describe('a connection that breaks', () => {
    it('is repeated once for a reading call when a kept-alive connection was closed', async () => {
      stub.answer(inTurn(xml(INBOX), drop, xml(INBOX)));
      const server = serverFor(stub.url, { maxConnections: 1 });
      const mailbox = server.openMailbox(IMPERSONATED);
      await mailbox.openFolder(inbox);
      await expect(mailbox.openFolder(inbox)).resolves.toMatchObject({ id: 'F1' });
      await server.close();
      expect(stub.seen.map((request) => request.connection)).toEqual([1, 1, 2]);
    });

    it('is repeated when it was reset, too', async () => {
      stub.answer(inTurn(xml(INBOX), (request) => request.socket.resetAndDestroy(), xml(INBOX)));
      const server = serverFor(stub.url, { maxConnections: 1 });
      const mailbox = server.openMailbox(IMPERSONATED);
      await mailbox.openFolder(inbox);
      await expect(mailbox.openFolder(inbox)).resolves.toMatchObject({ id: 'F1' });
      await server.close();
      expect(stub.seen).toHaveLength(3);
    });

    it('is not repeated on a fresh connection, nor twice', async () => {
      stub.answer(drop);
      const server = serverFor(stub.url, { maxConnections: 1 });
      const mailbox = server.openMailbox(IMPERSONATED);
      const fresh = await errorOf(mailbox.openFolder(inbox));
      expect(stub.seen).toHaveLength(1);
      expect(fresh.details).toMatchObject({ origin: 'transport', code: 'SocketClosed', effectPossible: false });
      stub.answer(inTurn(xml(INBOX), drop));
      await mailbox.openFolder(inbox);
      expect((await errorOf(mailbox.openFolder(inbox))).code).toMatch(/SocketClosed|ECONNRESET/);
      await server.close();
      expect(stub.seen).toHaveLength(4);
    });

    it.each<[string, Responder]>([
      ['a 400', xml('', 400)],
      ['a cut in the middle of the answer', cutShort],
      ['what is no HTTP', (request) => request.socket.end('garbage\r\n\r\n')],
    ])('or that answers with %s is tried once on a fresh one, by a call that only reads', async (_name, broken) => {
      stub.answer(inTurn(xml(INBOX), broken, xml(INBOX), xml(INBOX)));
      const server = serverFor(stub.url, { maxConnections: 1 });
      const mailbox = server.openMailbox(IMPERSONATED);
      await mailbox.openFolder(inbox);
      await expect(mailbox.openFolder(inbox)).resolves.toMatchObject({ id: 'F1' });
      expect(stub.seen.map((request) => request.connection)).toEqual([1, 1, 2]);
      stub.answer(broken);
      await errorOf(mailbox.openFolder(inbox));
      await server.close();
      // That one was kept alive as well, and the next was not.
      expect(stub.seen.map((request) => request.connection)).toEqual([1, 1, 2, 2, 3]);
    });

    it('behind a 400 has carried out no change, which is tried once more; without that it may have', async () => {
      const closing = xml('', 400, { connection: 'close' });
      stub.answer(inTurn(xml(SENT), closing, xml(SENT), xml('', 400)));
      const server = serverFor(stub.url, { maxConnections: 1 });
      const mailbox = server.openMailbox(IMPERSONATED);
      await mailbox.sendDraft(REF);
      await mailbox.sendDraft(REF);
      expect(stub.seen.map((request) => request.connection)).toEqual([1, 1, 2]);
      expect((await errorOf(mailbox.sendDraft(REF))).code).toBe('Http400');
      expect(stub.seen).toHaveLength(4);
      stub.answer(closing);
      expect((await errorOf(mailbox.sendDraft(REF))).code).toBe('Http400');
      await server.close();
      expect(stub.seen).toHaveLength(5);
    });

    it('is never repeated for a call that changes something', async () => {
      stub.answer(inTurn(xml(SENT), drop, xml(SENT)));
      const server = serverFor(stub.url, { maxConnections: 1 });
      const mailbox = server.openMailbox(IMPERSONATED);
      await mailbox.sendDraft(REF);
      const error = await errorOf(mailbox.sendDraft(REF));
      await server.close();
      expect(stub.seen).toHaveLength(2);
      expect(error.details).toMatchObject({ origin: 'transport', effectPossible: true });
    });

    it('in the middle of an answer is no shorter answer', async () => {
      stub.answer(cutShort);
      const server = serverFor(stub.url);
      const error = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
      await server.close();
      expect(error.details.origin).toBe('transport');
      expect(error.code).toMatch(/SocketClosed|ECONNRESET/);
    });
  });

  describe('time limits', () => {
    const hang: Responder = () => undefined;
    const drip: Responder = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.write(INBOX.slice(0, 100));
    };

    it.each([
      ['no answer', hang, { headersMs: 100 }],
      ['silence inside an answer', drip, { bodyMs: 100 }],
      ['a call that takes too long', hang, { totalMs: 100 }],
      ['an answer that takes too long', drip, { totalMs: 100 }],
    ])('end %s', async (_name, responder, timeouts) => {
      stub.answer(responder);
      const server = serverFor(stub.url, { timeouts });
      const error = await errorOf(server.openMailbox(IMPERSONATED).sendDraft(REF));
      await server.close();
      expect(error.details).toMatchObject({ origin: 'transport', code: 'TimedOut', effectPossible: true });
    });

    /** A byte at a time, as often as the event loop comes round; compressed or not. */
    const dripping =
      (bytes: Buffer, headers: Record<string, string> = {}): Responder =>
      async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/xml', ...headers });
        for (const byte of bytes) {
          if (response.destroyed) return;
          await new Promise((done) => response.write(Buffer.from([byte]), done));
          await new Promise((done) => setTimeout(done, 5));
        }
        response.end();
      };

    it.each([
      ['plain', dripping(Buffer.from(INBOX))],
      ['compressed', dripping(gzipSync(INBOX), { 'content-encoding': 'gzip' })],
      ['after half of it', dripAfterHalf(dripping)],
    ])('end an answer that drips, though it is never silent: %s', async (_name, responder) => {
      stub.answer(responder);
      const timeouts = { paceMs: 60, bodyMs: 10_000, totalMs: 20_000 };
      const server = serverFor(stub.url, { timeouts, limits: { minBytesPerSecond: 2_000 } });
      const error = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
      await server.close();
      expect(error.details).toMatchObject({ origin: 'transport', code: 'TimedOut' });
      expect(error.details.text).toContain('too slowly');
      expect(stub.seen).toHaveLength(1);
    });

    it('let an answer that is long on its way come in, at the rate that they ask for', async () => {
      stub.answer(async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/xml' });
        for (let at = 0; at < INBOX.length; at += 100) {
          response.write(INBOX.slice(at, at + 100));
          await new Promise((done) => setTimeout(done, 20));
        }
        response.end();
      });
      const server = serverFor(stub.url, { timeouts: { paceMs: 80 }, limits: { minBytesPerSecond: 1_000 } });
      await expect(server.openMailbox(IMPERSONATED).openFolder(inbox)).resolves.toMatchObject({ id: 'F1' });
      await server.close();
    });

    it('give way to the caller who aborts, before and during a call', async () => {
      const reason = new Error('lease lost');
      const server = serverFor(stub.url);
      const mailbox = server.openMailbox(IMPERSONATED);
      await expect(mailbox.openFolder(inbox, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(stub.seen).toHaveLength(0);
      for (const responder of [hang, drip]) {
        const controller = new AbortController();
        stub.answer((request, response) => {
          void responder(request, response);
          controller.abort(reason);
        });
        await expect(mailbox.openFolder(inbox, { signal: controller.signal })).rejects.toBe(reason);
      }
      await server.close();
    });
  });

  it('tells a refused connection and an unknown host, and that nothing was sent', async () => {
    await stub.close();
    const refused = serverFor(stub.url);
    const error = await errorOf(refused.openMailbox(IMPERSONATED).sendDraft(REF));
    await refused.close();
    expect(error.details).toMatchObject({ origin: 'transport', code: 'ECONNREFUSED', effectPossible: false });
    const unknown = serverFor('http://exchange.invalid/EWS/Exchange.asmx');
    const dns = await errorOf(unknown.openMailbox(IMPERSONATED).sendDraft(REF));
    await unknown.close();
    expect(dns.details).toMatchObject({ origin: 'transport', effectPossible: false });
    expect(dns.code).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['another protocol', (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['an echo of the request', (socket) => void socket.pipe(socket)],
  ])('tells %s from HTTP, and keeps it out of the error', async (_name, onSocket) => {
    const odd = createServer(onSocket);
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const server = serverFor(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/`);
    const error = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
    await server.close();
    odd.close();
    expect(error.details).toMatchObject({ origin: 'protocol', code: 'UnexpectedAnswer' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('Basic');
  });

  it('shows no secret in any error, however deep one looks', async () => {
    const token = Buffer.from(`CONTOSO\\svc:${SECRET}`).toString('base64');
    const server = serverFor(stub.url, { timeouts: { headersMs: 200 } });
    for (const responder of [drop, xml('x', 401), xml(fault('ErrorX'), 500), (() => undefined) as Responder]) {
      stub.answer(responder);
      const error = await errorOf(server.openMailbox(DELEGATED).openFolder(inbox));
      const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + (error.stack ?? '');
      expect(shown).not.toContain(token);
      expect(shown).not.toContain(SECRET);
    }
    await server.close();
  });

  it('cuts calls under way when it is closed', async () => {
    const server = serverFor(stub.url);
    stub.answer(() => void server.close());
    const error = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
    expect(error.code).toBe('SocketClosed');
  });

  it('steps the schema version down where the server is older, and remembers', async () => {
    stub.answer((request, response) => {
      const older = request.body.includes('Exchange2010_SP2');
      return xml(older ? INBOX : fault('ErrorInvalidServerVersion'), older ? 200 : 500)(request, response);
    });
    const reports: CallReport[] = [];
    const server = serverFor(stub.url, { onCall: (report) => reports.push(report) });
    await server.openMailbox(IMPERSONATED).openFolder(inbox);
    await server.openMailbox(DELEGATED).openFolder(inbox);
    const versions = stub.seen.map((request) => /Version="(\w+)"/.exec(request.body)?.[1]);
    expect(versions).toEqual(['Exchange2013_SP1', 'Exchange2013', 'Exchange2010_SP2', 'Exchange2010_SP2']);
    expect(reports.map(({ outcome, httpStatus }) => [outcome, httpStatus])).toEqual([
      ['ErrorInvalidServerVersion', 500],
      ['ErrorInvalidServerVersion', 500],
      ['NoError', 200],
      ['NoError', 200],
    ]);
    stub.answer(xml(fault('ErrorIncorrectSchemaVersion'), 500));
    expect((await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox))).code).toBe(
      'ErrorIncorrectSchemaVersion',
    );
    await server.close();
  });
});
