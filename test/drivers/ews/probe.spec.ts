import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import type { LookupFunction } from 'node:net';
import { createExchangeProbe } from '../../../src/drivers/ews/exchange-probe.js';
import type { ExchangeServerOptions } from '../../../src/drivers/ews/exchange-options.js';
import { offeredSchemes } from '../../../src/drivers/ews/http/offered-authentication.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox-server.js';
import { makeCertificate, opensslAvailable } from '../../support/certificates.js';
import { expectLinear } from '../../support/growth.js';
import { errorOf, SECRET } from './support/clients.js';
import { startEwsStub } from './support/ews-stub.js';

const probeFor = (ewsUrl: string, more: Partial<ExchangeServerOptions> = {}) =>
  createExchangeProbe({ ewsUrl, auth: { type: 'basic', username: 'CONTOSO\\svc', password: SECRET }, ...more });

/** Every name is this machine. */
const toLoopback = ((_host: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) =>
  options.all
    ? callback(null, [{ address: '127.0.0.1', family: 4 }])
    : callback(null, '127.0.0.1', 4)) as unknown as LookupFunction;

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the name', () => {
  it('is looked up as the client does it', async () => {
    const probe = probeFor('https://localhost/EWS/Exchange.asmx');
    const { addresses, ...rest } = await probe.lookUp();
    expect(rest).toEqual({ host: 'localhost', port: 443, isAddress: false });
    expect(addresses).toEqual(expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]));
    await probe.close();
  });

  it('that is an address needs no look-up', async () => {
    const probe = probeFor('http://[::1]:8080/EWS/Exchange.asmx');
    expect(await probe.lookUp()).toEqual({ host: '::1', port: 8080, isAddress: true, addresses: ['::1'] });
    await probe.close();
  });

  it('that does not exist has its own code', async () => {
    const probe = probeFor('https://mail.nowhere.invalid/EWS/Exchange.asmx');
    const error = await errorOf(probe.lookUp());
    expect(error.details).toMatchObject({ origin: 'transport', effectPossible: false });
    expect(error.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    await probe.close();
  });

  it('that nobody answers for is given up after the time limit, and on an abort', async () => {
    const lookup = (() => undefined) as unknown as LookupFunction;
    const probe = probeFor('https://mail.contoso.test/', { lookup, timeouts: { connectMs: 20 } });
    expect((await errorOf(probe.lookUp())).code).toBe('TimedOut');
    await expect(probe.lookUp({ signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
    await probe.close();
  });
});

describe('the connection', () => {
  it('is made and closed, and refused by a closed port', async () => {
    const stub = await startEwsStub();
    const probe = probeFor(stub.url);
    expect(await probe.connect()).toEqual({ address: '127.0.0.1', port: Number(new URL(stub.url).port) });
    expect(stub.connections()).toBe(1);
    expect(stub.seen).toEqual([]);
    await stub.close();
    await probe.close();
    const refused = probeFor(`http://127.0.0.1:${await closedPort()}/`);
    expect((await errorOf(refused.connect())).code).toBe('ECONNREFUSED');
    await refused.close();
  });
});

describe('the greeting', () => {
  it.each([
    [['Basic realm="mail"'], ['Basic']],
    [
      ['Negotiate', 'NTLM', 'Basic realm="a, Digest b"'],
      ['Negotiate', 'NTLM', 'Basic'],
    ],
    ['Bearer client_id="x", trusted_issuers="y", Basic realm="z"', ['Bearer', 'Basic']],
    ['basic, Basic realm=x', ['basic']],
    ['Negotiate, NTLM, Basic', ['Negotiate', 'NTLM', 'Basic']],
    ['Negotiate,NTLM,Basic realm="x"', ['Negotiate', 'NTLM', 'Basic']],
    ['Negotiate oYG2MIGzoAMKAQChCwYJ==, Basic realm="x"', ['Negotiate', 'Basic']],
    [', Negotiate,, Basic realm = "a, Digest b" , NTLM ,', ['Negotiate', 'Basic', 'NTLM']],
    ['Digest qop="auth, auth-int", nonce=abc, Basic', ['Digest', 'Basic']],
    ['"Basic', []],
    ['', []],
    [undefined, []],
  ])('reads what %j offers', (header, schemes) => {
    expect(offeredSchemes({ 'www-authenticate': header })).toEqual(schemes);
  });

  it.each(['a,', 'a ', '"', '\\"', ' ,'])('is not held up by a header made to be slow to read: %j', async (part) => {
    await expectLinear(
      (count) => ({ 'www-authenticate': `"${part.repeat(count)}` }),
      (headers) => offeredSchemes(headers),
      200_000,
    );
  });

  it('carries neither credentials nor a document, and tells what comes back without our secrets', async () => {
    const stub = await startEwsStub((_request, response) =>
      response
        .writeHead(401, {
          'WWW-Authenticate': ['Negotiate', 'Basic realm="x"'],
          'request-id': '5b6c2c1e-0d1f-4a55-9d53-0a1f6b1c7e21',
        })
        .end(`<html><title>Denied</title><p>you sent ${SECRET}</p></html>`),
    );
    const probe = probeFor(stub.url);
    const greeting = await probe.greet();
    expect(greeting).toMatchObject({
      status: 401,
      offered: ['Negotiate', 'Basic'],
      words: 'Denied you sent ***',
      location: null,
      diagnostics: { requestId: '5b6c2c1e-0d1f-4a55-9d53-0a1f6b1c7e21', httpStatus: 401 },
    });
    expect(stub.seen).toMatchObject([{ method: 'POST', body: '' }]);
    expect(stub.seen[0]?.headers.authorization).toBeUndefined();
    await probe.close();
    await stub.close();
  });

  it('reads no more of an endless answer than it needs', async () => {
    const stub = await startEwsStub((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const more = (): unknown => response.write('x'.repeat(65_536), () => !response.destroyed && more());
      more();
    });
    const probe = probeFor(stub.url);
    expect((await probe.greet()).status).toBe(200);
    await probe.close();
    await stub.close();
  });

  it('tells of an answer that is damaged', async () => {
    const stub = await startEwsStub((_request, response) =>
      response.writeHead(401, { 'content-encoding': 'gzip' }).end('no gzip at all'),
    );
    const probe = probeFor(stub.url);
    expect((await errorOf(probe.greet())).details).toMatchObject({ origin: 'protocol', code: 'UnexpectedAnswer' });
    await probe.close();
    await stub.close();
  });

  it('tells of a cut connection by its code', async () => {
    const stub = await startEwsStub((request) => request.socket.destroy());
    const probe = probeFor(stub.url);
    expect((await errorOf(probe.greet())).code).toBe('SocketClosed');
    await probe.close();
    await stub.close();
  });
});

describe('signing in', () => {
  let sandbox: Sandbox;
  const boss = { address: 'boss@contoso.test' };

  beforeAll(async () => {
    sandbox = await startSandbox({
      domain: 'contoso.test',
      mailboxes: [boss, { address: 'svc2@contoso.test' }],
      serviceAccounts: [
        { username: 'svc', password: SECRET, scope: [] },
        { username: 'svc2', password: SECRET, scope: [], mailbox: 'svc2@contoso.test' },
      ],
    });
  });
  afterAll(() => sandbox.close());

  it('is the account’s own call: nobody is impersonated, and no mailbox is the anchor', async () => {
    const probe = probeFor(sandbox.ewsUrl);
    const error = await errorOf(probe.signIn());
    expect(error.details.origin).toBe('response');
    expect(error.code).toBe('ErrorMissingEmailAddress');
    const [call] = sandbox.control.lastCalls(1);
    expect(call).toMatchObject({ operation: 'GetFolder', account: 'svc' });
    expect(call?.headers).not.toHaveProperty('x-anchormailbox');
    expect(probe.lastCall()).toMatchObject({ httpStatus: 200, requestId: expect.stringMatching(/./) });
    await probe.close();

    const withMailbox = probeFor(sandbox.ewsUrl, { auth: { type: 'basic', username: 'svc2', password: SECRET } });
    await expect(withMailbox.signIn()).resolves.toBeUndefined();
    await withMailbox.close();
  });

  it('quotes a page that repeats the password without any piece of it', async () => {
    const stub = await startEwsStub((_request, response) =>
      response.writeHead(403).end(`<p>Your password ${SECRET}</p>`),
    );
    const probe = probeFor(stub.url);
    const { details } = await errorOf(probe.signIn());
    expect(details.hostWords).toContain('Your password ***');
    expect(JSON.stringify(details)).not.toContain(SECRET.slice(0, 5));
    await probe.close();
    await stub.close();
  });

  it('with a wrong password is refused, once', async () => {
    sandbox.control.resetCounts();
    const probe = probeFor(sandbox.ewsUrl, { auth: { type: 'basic', username: 'svc', password: 'wrong' } });
    expect((await errorOf(probe.signIn())).code).toBe('Http401');
    expect(sandbox.control.counts().calls.total).toBe(1);
    await probe.close();
  });
});

(opensslAvailable() ? describe : describe.skip)('the certificate (needs openssl)', () => {
  let sandbox: Sandbox | undefined;
  afterEach(() => sandbox?.close());

  const serve = async (tls: ReturnType<typeof makeCertificate>) => {
    sandbox = await startSandbox({ tls });
    return `https://mail.contoso.test:${new URL(sandbox.ewsUrl).port}/EWS/Exchange.asmx`;
  };

  it('is shown with its names, issuer, dates and chain, and trusted by the authority that is given', async () => {
    const pair = makeCertificate(['mail.contoso.test', '127.0.0.1']);
    const probe = probeFor(await serve(pair), { tls: { ca: pair.cert }, lookup: toLoopback });
    const finding = await probe.handshake();
    expect(finding).toMatchObject({
      protocol: expect.stringMatching(/^TLSv1\.[23]$/),
      certificate: {
        subject: 'mail.contoso.test',
        names: ['mail.contoso.test', '127.0.0.1'],
        issuer: 'mail.contoso.test',
      },
      chain: ['mail.contoso.test'],
      troubles: [],
    });
    expect(finding?.certificate.validTo.getTime()).toBeGreaterThan(Date.now() + 300 * 24 * 60 * 60_000);
    await probe.close();
  });

  it.each([
    ['of nobody’s', ['mail.contoso.test'], {}, false, [['untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT']]],
    ['for another name', ['www.contoso.test'], {}, true, [['name', 'ERR_TLS_CERT_ALTNAME_INVALID']]],
    [
      'that has expired',
      ['mail.contoso.test'],
      { fromDays: -20, toDays: -10 },
      true,
      [['expired', 'CERT_HAS_EXPIRED']],
    ],
    ['that is not valid yet', ['mail.contoso.test'], { fromDays: 2 }, true, [['not-yet-valid', 'CERT_NOT_YET_VALID']]],
    [
      'with several faults',
      ['www.contoso.test'],
      {},
      false,
      [
        ['untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
        ['name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ],
    ],
  ])('%s is looked at all the same', async (_what, names, dates, trusted, troubles) => {
    const pair = makeCertificate(names, dates);
    const tls = trusted ? { tls: { ca: pair.cert } } : {};
    const probe = probeFor(await serve(pair), { ...tls, lookup: toLoopback });
    const finding = await probe.handshake();
    expect(finding?.troubles.map(({ kind, code }) => [kind, code])).toEqual(troubles);
    // What the client itself makes of it.
    expect((await errorOf(probe.signIn())).code).toBe(troubles[0]?.[1]);
    await probe.close();
  });

  it('is none where something else listens, and where the address is http', async () => {
    const stub = await startEwsStub();
    const probe = probeFor(stub.url.replace('http:', 'https:'));
    expect((await errorOf(probe.handshake())).details.origin).toBe('transport');
    const plain = probeFor(stub.url);
    expect(await plain.handshake()).toBeNull();
    await Promise.all([probe.close(), plain.close(), stub.close()]);
  });
});
