import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import fc from 'fast-check';
import { findServer } from '../../../src/drivers/ews/autodiscover/find-server.js';
import { readPoxAnswer } from '../../../src/drivers/ews/autodiscover/pox-answer.js';
import { domainOf, refusalOf } from '../../../src/drivers/ews/autodiscover/redirect-rules.js';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox-server.js';
import { makeCertificate, opensslAvailable } from '../../support/certificates.js';
import { SECRET } from './support/clients.js';

const pox = (account: string) =>
  `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"><Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">${account}</Response></Autodiscover>`;
const settings = (url: string, type = 'EXCH') =>
  pox(`<Account><Action>settings</Action><Protocol><Type>${type}</Type><EwsUrl>${url}</EwsUrl></Protocol></Account>`);
const read = (text: string) => readPoxAnswer(Buffer.from(text));

describe('an Autodiscover answer', () => {
  it('is read in each of its forms', () => {
    expect(read(settings('https://a.test/EWS/Exchange.asmx'))).toEqual({
      kind: 'settings',
      ewsUrl: 'https://a.test/EWS/Exchange.asmx',
    });
    const both = pox(
      '<Account><Protocol><Type>EXCH</Type><EwsUrl>https://inside.test/</EwsUrl></Protocol><Protocol><Type>EXPR</Type><EwsUrl>https://outside.test/</EwsUrl></Protocol></Account>',
    );
    expect(read(both)).toEqual({ kind: 'settings', ewsUrl: 'https://outside.test/' });
    expect(read(pox('<Account><Protocol><Type>EXCH</Type></Protocol></Account>'))).toEqual({
      kind: 'settings',
      ewsUrl: null,
    });
    expect(
      read(pox('<Account><Action>redirectUrl</Action><RedirectUrl> https://b.test/ </RedirectUrl></Account>')),
    ).toEqual({ kind: 'redirect-url', url: 'https://b.test/' });
    expect(read(pox('<Account><Action>redirectAddr</Action><RedirectAddr>x@b.test</RedirectAddr></Account>'))).toEqual({
      kind: 'redirect-address',
      address: 'x@b.test',
    });
    expect(read(pox('<Error><ErrorCode>500</ErrorCode><Message>Not found</Message></Error>'))).toEqual({
      kind: 'error',
      code: 'Autodiscover500',
      text: 'Not found',
    });
  });

  it.each([
    ['', 'nothing'],
    ['<html><body>hello</body></html>', 'a page'],
    ['<Autodiscover><Response>', 'a cut document'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><Autodiscover>&b;</Autodiscover>', 'entities'],
    [`${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, 'depth'],
    [`<Autodiscover><Response>${'<a/>'.repeat(10_000)}</Response></Autodiscover>`, 'many elements'],
  ])('is refused as %.40s (%s)', (text) => {
    expect(() => read(text)).toThrow();
  });
});

describe('where the credentials may go', () => {
  const trust = { domain: 'contoso.test', hosts: ['Mail.Hoster.test'], vouched: false };

  it.each([
    ['https://contoso.test/', null],
    ['https://autodiscover.contoso.test/x', null],
    ['https://mail.hoster.test/', null],
    ['https://other.hoster.test/', 'other-domain'],
    ['https://contoso.test.evil.test/', 'other-domain'],
    ['https://evilcontoso.test/', 'other-domain'],
    ['https://127.0.0.1/', 'other-domain'],
    ['http://contoso.test/', 'not-https'],
    ['ftp://contoso.test/', 'not-https'],
    ['https://user:pass@contoso.test/', 'not-a-server'],
    ['https://contoso.test@evil.test/', 'not-a-server'],
    ['/relative', 'not-a-server'],
    ['', 'not-a-server'],
  ])('%s: %s', (url, refusal) => expect(refusalOf(url, trust)).toBe(refusal));

  it('is never another host than those of the domain, those named, or those vouched for', () => {
    const label = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(label, { minLength: 1, maxLength: 4 }),
        fc.array(label, { minLength: 2, maxLength: 2 }),
        (host, domain) => {
          const [hostname, own] = [host.join('.'), domain.join('.')];
          const within = hostname === own || hostname.endsWith(`.${own}`);
          const verdict = refusalOf(`https://${hostname}/`, { domain: own, hosts: [], vouched: false });
          expect(verdict).toBe(within ? null : 'other-domain');
        },
      ),
    );
    expect(refusalOf('https://evil.test/', { domain: '', hosts: [], vouched: false })).toBe('other-domain');
    expect(refusalOf('http://x.test/', { ...trust, vouched: true })).toBe('not-https');
  });
});

describe('the domain of an address', () => {
  it.each([
    ['anna@Contoso.TEST', 'contoso.test'],
    ['"a@b"@contoso.test', 'contoso.test'],
    ['anna@exämple.test', 'xn--exmple-cua.test'],
    ['anna@b/c', ''],
    ['anna@b:99', ''],
    ['anna@[::1]', ''],
    ['anna@b?x', ''],
    ['anna@%41', ''],
    ['anna@a$(id).test', ''],
    ['anna@', ''],
  ])('of %s is %j', (address, domain) => expect(domainOf(address)).toBe(domain));
});

type Handler = (request: IncomingMessage, response: ServerResponse, host: string) => void;

(opensslAvailable() ? describe : describe.skip)('asking around (needs openssl)', () => {
  const names = [
    'contoso.test',
    'autodiscover.contoso.test',
    'mail.contoso.test',
    'hoster.test',
    'autodiscover.fabrikam.test',
  ];
  const pair = makeCertificate(names);
  let server: Server;
  let handlers: Record<string, Handler>;
  let seen: { host: string; authorization: string | undefined; body: string }[];
  let unresolved: Set<string>;

  beforeEach(async () => {
    handlers = {};
    seen = [];
    unresolved = new Set();
    server = createServer(pair, (request, response) => {
      const host = (request.headers.host ?? '').split(':')[0] ?? '';
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ host, authorization: request.headers.authorization, body: Buffer.concat(chunks).toString() });
        (handlers[host] ?? notFound)(request, response, host);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const port = () => (server.address() as AddressInfo).port;
  const lookup = ((host: string, options: { all?: boolean }, callback: (...args: unknown[]) => void) => {
    if (unresolved.has(host))
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }));
    else if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  }) as unknown as LookupFunction;
  const find = (more: Partial<Parameters<typeof findServer>[0]> = {}, signal?: AbortSignal) =>
    findServer(
      {
        emailAddress: 'anna@contoso.test',
        auth: { type: 'basic', username: 'svc', password: SECRET },
        trustedHosts: [],
        tls: { ca: pair.cert },
        port: port(),
        lookup,
        ...more,
      },
      signal,
    );

  const notFound: Handler = (_request, response) => response.writeHead(404).end('nothing here');
  const asks =
    (then: Handler): Handler =>
    (request, response, host) =>
      request.headers.authorization === undefined
        ? response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
        : then(request, response, host);
  const answers =
    (body: string): Handler =>
    (_request, response) =>
      response.writeHead(200, { 'Content-Type': 'text/xml', 'request-id': 'r-7' }).end(body);
  const redirects =
    (location: string): Handler =>
    (_request, response) =>
      response.writeHead(302, { Location: location }).end();
  const codes = (finding: Awaited<ReturnType<typeof find>>) => finding.attempts.map(({ code }) => code);
  const ews = 'https://mail.contoso.test/EWS/Exchange.asmx';
  /** Hosts that were shown the password. */
  const told = () => [...new Set(seen.filter(({ authorization }) => authorization).map(({ host }) => host))];

  it('goes to the domain and then to its autodiscover host, and signs in only where it is asked to', async () => {
    handlers['autodiscover.contoso.test'] = asks(answers(settings(ews)));
    const finding = await find();
    expect(finding).toMatchObject({ serverUrl: ews, credentialsRefused: false });
    expect(codes(finding)).toEqual(['Http404', 'NoError']);
    expect(finding.attempts[1]?.requestId).toBe('r-7');
    expect(seen.map(({ host, authorization }) => [host, authorization !== undefined])).toEqual([
      ['contoso.test', false],
      ['autodiscover.contoso.test', false],
      ['autodiscover.contoso.test', true],
    ]);
    expect(seen[0]?.body).toContain('<EMailAddress>anna@contoso.test</EMailAddress>');
  });

  it('asks nobody else once a server has refused the password', async () => {
    handlers['contoso.test'] = (_request, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    const finding = await find();
    expect(finding).toMatchObject({ serverUrl: null, credentialsRefused: true });
    expect(codes(finding)).toEqual(['Http401']);
    expect(seen.filter(({ authorization }) => authorization !== undefined)).toHaveLength(1);
    expect(seen.map(({ host }) => host)).toEqual(['contoso.test', 'contoso.test']);
  });

  it('shows the password to nobody who does not offer Basic', async () => {
    handlers['contoso.test'] = (_request, response) =>
      response.writeHead(401, { 'WWW-Authenticate': ['Negotiate', 'NTLM'] }).end();
    const finding = await find();
    expect(codes(finding)).toEqual(['BasicNotOffered', 'Http404']);
    expect(told()).toEqual([]);
  });

  it('follows redirects inside the domain', async () => {
    handlers['contoso.test'] = redirects(`https://mail.contoso.test:${port()}/autodiscover/autodiscover.xml`);
    handlers['mail.contoso.test'] = asks(answers(settings(ews)));
    const finding = await find();
    expect(finding.serverUrl).toBe(ews);
    expect(codes(finding)).toEqual(['Redirect', 'NoError']);
  });

  it('follows a redirect to another domain only when a person named it, and shows it nothing before', async () => {
    const elsewhere = `https://hoster.test:${port()}/autodiscover/autodiscover.xml?secret=1`;
    handlers['contoso.test'] = redirects(elsewhere);
    handlers['hoster.test'] = asks(answers(settings('https://hoster.test/EWS/Exchange.asmx')));
    const finding = await find();
    expect(finding.serverUrl).toBeNull();
    expect(codes(finding)).toEqual(['RedirectNotFollowed', 'Http404']);
    expect(finding.attempts[0]?.text).toContain('hoster.test');
    expect(JSON.stringify(finding)).not.toContain('secret=1');
    expect(seen.map(({ host }) => host)).not.toContain('hoster.test');

    const trusting = await find({ trustedHosts: ['HOSTER.test'] });
    expect(trusting.serverUrl).toBe('https://hoster.test/EWS/Exchange.asmx');
    expect(told()).toEqual(['hoster.test']);
  });

  it('follows no redirect that is not encrypted, and none without end', async () => {
    handlers['contoso.test'] = redirects('http://mail.contoso.test/autodiscover/autodiscover.xml');
    handlers['autodiscover.contoso.test'] = (request, response) =>
      response.writeHead(302, { Location: `${request.url}x` }).end();
    const finding = await find();
    expect(finding.serverUrl).toBeNull();
    expect(codes(finding)).toEqual([
      'RedirectNotFollowed',
      ...Array.from({ length: 6 }, () => 'Redirect'),
      'TooManyRedirects',
    ]);
    expect(seen.length).toBeLessThan(10);
  });

  it('is not led in circles', async () => {
    handlers['contoso.test'] = redirects(`https://autodiscover.contoso.test:${port()}/autodiscover/autodiscover.xml`);
    handlers['autodiscover.contoso.test'] = redirects(`https://contoso.test:${port()}/autodiscover/autodiscover.xml`);
    expect((await find()).serverUrl).toBeNull();
    expect(seen).toHaveLength(2);
  });

  it('takes an address in another domain from a server that took the password, and from no other', async () => {
    const outside = 'https://mail.hoster.test/EWS/Exchange.asmx';
    handlers['contoso.test'] = answers(settings(outside));
    const unasked = await find();
    expect(unasked.serverUrl).toBeNull();
    expect(codes(unasked)).toEqual(['AddressNotTrusted', 'Http404']);
    handlers['contoso.test'] = asks(answers(settings(outside)));
    expect((await find()).serverUrl).toBe(outside);
    handlers['contoso.test'] = asks(answers(settings('http://mail.contoso.test/EWS/Exchange.asmx')));
    expect(codes(await find())).toEqual(['AddressNotTrusted', 'Http404']);
  });

  it('asks anew for another address, where the server that took the password says so', async () => {
    const moved = pox(
      '<Account><Action>redirectAddr</Action><RedirectAddr>anna@fabrikam.test</RedirectAddr></Account>',
    );
    handlers['contoso.test'] = asks(answers(moved));
    handlers['autodiscover.fabrikam.test'] = asks(answers(settings('https://mail.fabrikam.test/EWS/Exchange.asmx')));
    unresolved.add('fabrikam.test');
    const finding = await find();
    expect(finding.serverUrl).toBe('https://mail.fabrikam.test/EWS/Exchange.asmx');
    expect(codes(finding)).toEqual(['Redirect', 'ENOTFOUND', 'NoError']);
    expect(seen.at(-1)?.body).toContain('anna@fabrikam.test');

    handlers['contoso.test'] = answers(moved);
    expect(codes(await find())).toEqual(['RedirectNotFollowed', 'Http404']);
  });

  it('sends nothing where the certificate is not trusted, and repeats no secret', async () => {
    const untrusted = await find({ tls: {} });
    expect(codes(untrusted)).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
    expect(seen).toEqual([]);
    handlers['contoso.test'] = asks((request, response) =>
      response.writeHead(500).end(`<p>${request.headers.authorization} and ${SECRET}</p>`),
    );
    const echoed = JSON.stringify(await find());
    expect(echoed).toContain('*** and ***');
    expect(echoed).not.toContain(Buffer.from(`svc:${SECRET}`).toString('base64'));
  });

  it('asks nobody where the address has no domain that could be a host', async () => {
    expect(await find({ emailAddress: 'anna@[::1]' })).toEqual({
      serverUrl: null,
      attempts: [],
      credentialsRefused: false,
    });
  });

  it('ends at once on an abort', async () => {
    handlers['contoso.test'] = () => undefined;
    const end = new AbortController();
    const finding = find({}, end.signal);
    setTimeout(() => end.abort(new Error('gone')), 50);
    await expect(finding).rejects.toThrow('gone');
  });

  describe('the sandbox', () => {
    let sandbox: Sandbox;
    beforeEach(async () => {
      sandbox = await startSandbox({
        tls: pair,
        domain: 'contoso.test',
        mailboxes: [{ address: 'anna@contoso.test' }],
        serviceAccounts: [{ username: 'svc', password: SECRET, scope: 'all' }],
      });
    });
    afterEach(() => sandbox.close());
    const atSandbox = () => ({ port: Number(new URL(sandbox.ewsUrl).port) });

    it('tells where a mailbox is, and that there is none', async () => {
      expect(await find(atSandbox())).toMatchObject({
        serverUrl: sandbox.ewsUrl,
        attempts: [{ code: 'NoError', requestId: expect.stringMatching(/-/) }],
      });
      const unknown = await find({ ...atSandbox(), emailAddress: 'nobody@contoso.test' });
      expect(codes(unknown)).toEqual(['Autodiscover500', 'Autodiscover500']);
      const wrong = { type: 'basic', username: 'svc', password: 'wrong' } as const;
      expect(await find({ ...atSandbox(), auth: wrong })).toMatchObject({ credentialsRefused: true });
    });
  });
});
