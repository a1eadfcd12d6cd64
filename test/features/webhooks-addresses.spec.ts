import { execFileSync } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { AddressRules } from '../../src/features/webhooks/address-rules.js';
import { AddressRefused, guardedConnector } from '../../src/features/webhooks/guarded-connector.js';
import { WebhookSender } from '../../src/features/webhooks/webhook-sender.js';
import { ManualClock } from '../../src/platform/clock/clock.js';
import { readSettings } from '../../src/platform/config/settings.js';

describe('addresses that webhooks may go to', () => {
  const rules = new AddressRules([]);

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '::8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    'example.com',
    '',
    '1.2.3',
    '0x7f.1',
    '2130706433',
  ])('do not include %s', (address) => {
    expect(rules.allows(address, true)).toBe(false);
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
    // As public as what they hold.
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('include %s, with TLS only', (address) => {
    expect([rules.allows(address, true), rules.allows(address, false)]).toEqual([true, false]);
  });

  it('include what the operator names, without TLS too, in every form', () => {
    const some = new AddressRules(['10.1.0.0/16', 'fd00::/8', '93.184.216.34/32']);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '::ffff:a01:203', 'fd00::1', 'fd00::1%eth0', '93.184.216.34'])
      expect([address, some.allows(address, true), some.allows(address, false)]).toEqual([address, true, true]);
    for (const address of ['10.2.0.1', '::ffff:10.2.0.1', 'fc00::1', '127.0.0.1', '::1'])
      expect([address, some.allows(address, true)]).toEqual([address, false]);
    expect([some.allows('8.8.8.8', true), some.allows('8.8.8.8', false)]).toEqual([true, false]);
  });
});

describe('the setting WEBHOOK_ALLOWED_NETWORKS', () => {
  it('takes networks, and names what is wrong', () => {
    const read = (value: string) => readSettings({ WEBHOOK_ALLOWED_NETWORKS: value }).webhookAllowedNetworks;
    expect(read(' 10.0.0.0/8, fd00::/8 ,')).toEqual(['10.0.0.0/8', 'fd00::/8']);
    expect(read('')).toEqual([]);
    for (const wrong of [
      '10.0.0.0',
      '10.0.0.0/33',
      'fd00::/129',
      'example.com/8',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '10.0.0.0/x',
    ])
      expect(() => read(wrong)).toThrow('WEBHOOK_ALLOWED_NETWORKS must be a comma-separated list of networks');
  });
});

describe('connecting', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<number> {
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function counting() {
    const seen = { connections: 0, requests: 0 };
    const server = createServer((_, response) => {
      seen.requests += 1;
      response.end();
    });
    server.on('connection', () => (seen.connections += 1));
    return { seen, port: await listen(server) };
  }

  const names =
    (table: Record<string, string[]>) =>
    async (hostname: string): Promise<LookupAddress[]> =>
      (table[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  const post = async (url: string, allowed: string[], table: Record<string, string[]> = {}) => {
    const agent = new Agent({ connect: guardedConnector(new AddressRules(allowed), 1_000, names(table)) });
    try {
      const answer = await request(url, { method: 'POST', dispatcher: agent });
      await answer.body.dump();
      return answer.statusCode;
    } catch (error) {
      return error;
    } finally {
      await agent.destroy();
    }
  };

  it.each([
    ['an address in the URL', (port: number) => `http://127.0.0.1:${port}/`],
    ['an IPv6 form of it', (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['a number for it', (port: number) => `http://2130706433:${port}/`],
    ['another form of it', (port: number) => `http://0x7f.1:${port}/`],
    ['a name that leads there', (port: number) => `http://inside.example:${port}/`],
    ['a name that leads there by TLS', (port: number) => `https://inside.example:${port}/`],
    ['a name that leads there among other places', (port: number) => `https://mixed.example:${port}/`],
    ['a name that leads nowhere', (port: number) => `https://nowhere.example:${port}/`],
  ])('does not even begin: %s', async (_what, url) => {
    const { seen, port } = await counting();
    const table = { 'inside.example': ['127.0.0.1'], 'mixed.example': ['8.8.8.8', '127.0.0.1'] };
    expect(await post(url(port), [], table)).toBeInstanceOf(AddressRefused);
    expect(seen).toEqual({ connections: 0, requests: 0 });
  });

  it('decides anew for each connection, so that a name that changes does not help', async () => {
    const { seen, port } = await counting();
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const rules = new AddressRules(['127.0.0.2/32']);
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return (answers.pop() ?? []).map((address) => ({ address, family: 4 }));
    };
    const agent = new Agent({ connect: guardedConnector(rules, 200, resolve) });
    await expect(request(`https://rebinding.example:${port}/`, { dispatcher: agent })).rejects.toBeInstanceOf(
      AddressRefused,
    );
    expect([asked, seen.connections]).toEqual([['rebinding.example'], 0]);
    await agent.destroy();
  });

  it('goes through to what is allowed', async () => {
    const { seen, port } = await counting();
    expect(await post(`http://127.0.0.1:${port}/`, ['127.0.0.0/8'])).toBe(200);
    expect(await post(`http://inside.example:${port}/`, ['127.0.0.0/8'], { 'inside.example': ['127.0.0.1'] })).toBe(
      200,
    );
    expect(seen.requests).toBe(2);
  });

  it('does not follow a redirect to anywhere', async () => {
    const { seen, port } = await counting();
    const redirecting = await listen(
      createServer((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/inside` }).end()),
    );
    expect(await post(`http://127.0.0.1:${redirecting}/`, ['127.0.0.0/8'])).toBe(307);
    expect(seen.connections).toBe(0);
  });

  it('says what is wrong in words of its own', async () => {
    const sender = (allowed: string[]) =>
      new WebhookSender(new ManualClock(), { ...readSettings({}), webhookAllowedNetworks: allowed });
    const error = async (url: string, allowed: string[]) => {
      const one = sender(allowed);
      const attempt = await one.send(url, { headers: {}, body: '{}' });
      await one.onApplicationShutdown();
      return attempt.error;
    };
    const closed = await listen(createServer());
    for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await error(`http://127.0.0.1:${closed}/`, ['127.0.0.0/8'])).toBe('the connection was refused');
    expect(await error('https://127.0.0.1/', [])).toBe(
      '127.0.0.1 is not a public address; WEBHOOK_ALLOWED_NETWORKS can allow it',
    );
    // Whatever resolves it: the hosts file says so everywhere.
    expect(await error('https://localhost/', [])).toBe(
      'localhost is not a public address; WEBHOOK_ALLOWED_NETWORKS can allow it',
    );
    expect(await error('http://localhost/', ['10.0.0.0/8'])).toBe(
      'localhost is not in WEBHOOK_ALLOWED_NETWORKS, and elsewhere webhooks go by https only',
    );
    const reset = await listen(createServer((incoming) => incoming.socket.destroy()));
    expect(await error(`http://127.0.0.1:${reset}/`, ['127.0.0.0/8'])).toMatch(
      /^the connection was (closed without an answer|reset)$/,
    );
  });

  const withOpenssl = (() => {
    try {
      execFileSync('openssl', ['version'], { stdio: 'ignore' });
      return it;
    } catch {
      return it.skip;
    }
  })();

  withOpenssl('refuses a certificate that nobody vouches for (needs openssl)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    // prettier-ignore
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert,
      '-subj', '/CN=localhost', '-days', '2'], { stdio: 'ignore' });
    const port = await listen(
      createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end()),
    );
    rmSync(folder, { recursive: true });
    const sender = new WebhookSender(new ManualClock(), {
      ...readSettings({}),
      webhookAllowedNetworks: ['127.0.0.0/8'],
    });
    expect(await sender.send(`https://localhost:${port}/`, { headers: {}, body: '{}' })).toMatchObject({
      ok: false,
      status: null,
      error: 'the certificate is self-signed',
    });
    await sender.onApplicationShutdown();
  });
});
