import type { LookupAddress } from 'node:dns';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createExchangeProbe } from '../../src/drivers/ews/exchange-probe.js';
import { createExchangeServer } from '../../src/drivers/ews/exchange-server.js';
import { findServer } from '../../src/drivers/ews/autodiscover/find-server.js';
import { ServerAddressRules } from '../../src/features/profiles/server-address-rules.js';
import { makeCertificate } from '../support/certificates.js';
import type { ApiAnswer } from '../support/api.js';
import { serviceAccount, servicePassword, succeeded, WholeStage } from './support/whole-stage.js';

const anna = 'anna@example.com';

describe('the address of a profile', () => {
  let stage: WholeStage;
  let owner: string;

  beforeAll(async () => {
    stage = await WholeStage.open({ addresses: [anna] });
    owner = await stage.makeKey(['write'], [stage.profileId]);
  });
  afterAll(() => stage?.close());

  const path = () => `/v1/email-server-profiles/${stage.profileId}`;
  const auth = { password: servicePassword };
  const setBy = (token: string | undefined, ewsUrl: string) => stage.client(token).patch(path(), { ewsUrl, auth });
  const refusalOf = ({ status, body }: ApiAnswer) => [
    status,
    body.code,
    body.errors?.map(({ field }: { field: string }) => field),
  ];
  const refused = [400, 'invalid-request', ['ewsUrl']];

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[fe80::1]/EWS/Exchange.asmx',
    'http://[::ffff:169.254.169.254]/',
    'https://168.63.129.16/',
    'http://[fd00:ec2::254]/',
    'http://0.0.0.0/',
  ])('is for nobody %s', async (ewsUrl) => {
    expect(refusalOf(await setBy(undefined, ewsUrl))).toEqual(refused);
    expect(refusalOf(await setBy(owner, ewsUrl))).toEqual(refused);
    const created = await stage.client().post('/v1/email-server-profiles', {
      name: 'New',
      ownerName: 'O',
      ownerEmail: 'o@example.com',
      ewsUrl,
      auth: { type: 'basic', username: 'u', password: 'p' },
    });
    expect(refusalOf(created)).toEqual(refused);
  });

  it.each([
    'http://127.0.0.1:1/EWS/Exchange.asmx',
    'http://127.1:1/EWS/Exchange.asmx',
    'http://localhost:1/EWS/Exchange.asmx',
    'http://mail.localhost./EWS/Exchange.asmx',
    'https://10.1.2.3/EWS/Exchange.asmx',
    'https://[fd12::1]/EWS/Exchange.asmx',
  ])('is for administrators only %s', async (ewsUrl) => {
    const before = succeeded(await stage.client().get(path()));
    const answer = await setBy(owner, ewsUrl);
    expect(refusalOf(answer)).toEqual(refused);
    expect(answer.body.remediation).toContain('administrator');
    expect(succeeded(await setBy(undefined, ewsUrl))).toMatchObject({ ewsUrl, addressSetBy: 'administrator' });
    // An owner changes other things, and gives the address as it is.
    expect(succeeded(await setBy(owner, ewsUrl))).toMatchObject({ ewsUrl, addressSetBy: 'administrator' });
    succeeded(await setBy(undefined, before.ewsUrl));
  });

  it('remembers who set it, and an administrator can vouch for it', async () => {
    const ewsUrl = 'https://mail.public.example/EWS/Exchange.asmx';
    expect(succeeded(await setBy(owner, ewsUrl))).toMatchObject({ ewsUrl, addressSetBy: 'owner' });
    expect(succeeded(await stage.client().patch(path(), { name: 'Another name' })).addressSetBy).toBe('owner');
    expect(succeeded(await setBy(undefined, ewsUrl))).toMatchObject({ ewsUrl, addressSetBy: 'administrator' });
    succeeded(await setBy(undefined, stage.sandbox.ewsUrl));
  });

  it('that leads where it may not is a failure with its remedy, in runs and in analyses', async () => {
    const profileId = await stage.makeProfile({ addressSetBy: 'owner' });
    const mailbox = await stage.makeMailbox(anna, { profileId });
    stage.sandbox.control.resetCounts();
    await stage.round();
    const { lastError } = await stage.mailbox(mailbox);
    expect(lastError).toMatchObject({
      code: 'ServerAddressRefused',
      title: expect.stringContaining('may not connect'),
    });
    expect(lastError.remedy).toContain('administrator');
    expect(stage.sandbox.control.lastCalls()).toEqual([]);
    const body = { profileId, emailAddress: anna };
    const answer = await stage.client(await stage.makeKey(['write'], [profileId])).post('/v1/diagnostics', body);
    const [dns] = (answer.body as string).split('\n').map((line) => JSON.parse(line || 'null'));
    expect(dns).toMatchObject({ type: 'step', id: 'dns', status: 'failed', code: 'ServerAddressRefused' });
    // The same address, vouched for.
    const { ewsUrl } = stage.sandbox;
    succeeded(await stage.client().patch(`/v1/email-server-profiles/${profileId}`, { ewsUrl }));
    await stage.poll();
    expect(await stage.mailbox(mailbox)).toMatchObject({ lastError: null, lastSyncAt: expect.any(String) });
  });

  it('goes by the setting', async () => {
    const owners = { everyone: null, administrators: /administrator/, nobody: /PROFILE_PRIVATE_ADDRESSES/ } as const;
    for (const [setting, trouble] of Object.entries(owners)) {
      const rules = new ServerAddressRules(setting as keyof typeof owners);
      const said = rules.troubleOf('http://10.0.0.1/', 'owner');
      if (trouble === null) expect(said).toBeNull();
      else expect(said).toMatch(trouble);
      expect(rules.troubleOf('http://10.0.0.1/', 'administrator') === null).toBe(setting !== 'nobody');
      expect(rules.troubleOf('http://169.254.1.1/', 'administrator')).toMatch(/link-local/);
      expect(rules.troubleOf('https://8.8.8.8/', 'owner')).toBeNull();
    }
  });
});

describe('a connection', () => {
  let server: Server;
  let connections = 0;
  const open = new Set<Socket>();
  let port: number;

  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      open.add(socket);
      socket
        .on('error', () => undefined)
        .end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
    await new Promise<void>((listening) => server.listen(0, '0.0.0.0', listening));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => (connections = 0));
  afterAll(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });

  /** Each look-up of a name gives the next of its answers, and the last one from then on. */
  const dns = (answers: Record<string, readonly (readonly string[])[]>) => {
    const left = new Map(Object.entries(answers).map(([name, list]) => [name, [...list]]));
    return async (name: string): Promise<LookupAddress[]> => {
      const list = left.get(name);
      if (!list) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      const found = (list.length > 1 ? list.shift() : list[0]) ?? [];
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    };
  };
  const auth = { type: 'basic', username: serviceAccount, password: servicePassword } as const;
  const identity = {
    address: anna,
    access: 'impersonation',
    connectingSid: { type: 'SmtpAddress', value: anna },
  } as const;

  async function codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'none',
      (error: { code?: string }) => error.code ?? 'no code',
    );
  }

  it.each([
    ['link-local', 'administrator', [['169.254.169.254']], 'ServerAddressRefused'],
    ['link-local, mapped', 'administrator', [['::ffff:a9fe:a9fe']], 'ServerAddressRefused'],
    ['private', 'owner', [['127.0.0.1']], 'ServerAddressRefused'],
    ['private', 'administrator', [['127.0.0.1']], 'Http404'],
    ['private among link-local ones', 'administrator', [['169.254.7.7', '127.0.0.1', 'fe80::1']], 'Http404'],
  ] as const)('by a name that is %s, set by an %s', async (_kind, setBy, answers, expected) => {
    const rules = new ServerAddressRules('administrators', dns({ 'mail.example': answers }));
    const exchange = createExchangeServer({
      ewsUrl: `http://mail.example:${port}/EWS/Exchange.asmx`,
      auth,
      maxConnections: 1,
      guard: rules.guardFor(setBy),
    });
    try {
      expect(await codeOf(exchange.openMailbox(identity).listFolders())).toBe(expected);
      expect(connections > 0).toBe(expected === 'Http404');
    } finally {
      await exchange.close();
    }
  });

  it('is decided on the address that the socket gets, also when the name changes in between', async () => {
    const answers = { 'rebinding.example': [['8.8.8.8'], ['127.0.0.1']] };
    const rules = new ServerAddressRules('administrators', dns(answers));
    const probe = createExchangeProbe({
      ewsUrl: `http://rebinding.example:${port}/EWS/Exchange.asmx`,
      auth,
      guard: rules.guardFor('owner'),
    });
    try {
      expect(await probe.lookUp()).toMatchObject({ addresses: ['8.8.8.8'] });
      expect(await codeOf(probe.connect())).toBe('ServerAddressRefused');
      expect(await codeOf(probe.greet())).toBe('ServerAddressRefused');
      expect(await codeOf(probe.signIn())).toBe('ServerAddressRefused');
    } finally {
      await probe.close();
    }
    const tls = createExchangeProbe({
      ewsUrl: `https://127.0.0.1:${port}/EWS/Exchange.asmx`,
      auth,
      guard: rules.guardFor('owner'),
    });
    for (const look of [tls.lookUp(), tls.connect(), tls.handshake(), tls.greet()])
      expect(await codeOf(look)).toBe('ServerAddressRefused');
    await tls.close();
    expect(connections).toBe(0);
  });

  it('is told by the host that was refused, never by where its name leads', async () => {
    const guard = new ServerAddressRules('administrators', dns({ 'mail.example': [['10.0.0.7']] })).guardFor('owner');
    const refusal = (host: string) => guard.refusal(host)?.message ?? null;
    expect(refusal('127.0.0.1')).toContain('127.0.0.1 is an address');
    for (const host of ['[::ffff:10.0.0.7]', '[::1]']) expect(refusal(host)).toContain(`${host} is an address`);
    // Names are judged by what they lead to.
    expect(refusal('mail.example')).toBeNull();
    const byName = await new Promise<Error | null>((done) => guard.lookup('mail.example', {}, (error) => done(error)));
    expect(byName?.message).toContain('the name mail.example ');
    expect(byName?.message).not.toContain('10.0.0.7');
  });

  it('of Autodiscover follows no redirect there', async () => {
    const { cert, key } = makeCertificate(['autodiscover.example.com']);
    const redirecting = createHttpsServer({ cert, key }, (_request, response) =>
      response.writeHead(302, { location: `https://metadata.example.com:${port}/autodiscover/autodiscover.xml` }).end(),
    );
    await new Promise<void>((listening) => redirecting.listen(0, '127.0.0.1', listening));
    try {
      const answers = {
        'autodiscover.example.com': [['127.0.0.1']],
        'metadata.example.com': [['169.254.169.254']],
      };
      const finding = await findServer({
        auth,
        emailAddress: anna,
        trustedHosts: [],
        port: (redirecting.address() as AddressInfo).port,
        tls: { ca: cert },
        guard: new ServerAddressRules('administrators', dns(answers)).guardFor('administrator'),
      });
      expect(finding.serverUrl).toBeNull();
      expect(finding.attempts.map(({ code }) => code)).toEqual(['ENOTFOUND', 'Redirect', 'ServerAddressRefused']);
      expect(connections).toBe(0);
    } finally {
      await new Promise((closed) => redirecting.close(closed));
    }
  });
});
