import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { clientNetwork } from '../../src/features/identity/sign-in/client-network.js';
import { createHttpAdapter } from '../../src/platform/http/http-server.js';
import {
  defaultTrustedProxies,
  isTrustedProxy,
  parseTrustedProxies,
  type TrustedProxies,
} from '../../src/platform/http/trusted-proxies.js';
import { recordedLog } from '../support/api.js';

const trusted = (text: string): TrustedProxies => {
  const parsed = parseTrustedProxies(text);
  if (!parsed) throw new Error(`not valid: ${text}`);
  return parsed;
};

describe('whose word counts', () => {
  it('is this machine’s alone by default', () => {
    const isTrusted = isTrustedProxy(defaultTrustedProxies);
    for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])
      expect([address, isTrusted(address, 0)]).toEqual([address, true]);
    const strangers = ['10.0.0.1', '172.17.0.1', '192.168.1.1', '169.254.1.1', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1'];
    for (const address of [...strangers, '203.0.113.9', '2001:db8::1', 'unknown', '', undefined])
      expect([address, isTrusted(address, 0)]).toEqual([address, false]);
  });

  it.each([
    ['10.1.0.7', ['10.1.0.7', '::ffff:10.1.0.7'], ['10.1.0.8', '127.0.0.1']],
    ['10.1.0.0/28, fd12::/16', ['10.1.0.15', 'fd12:3::4'], ['10.1.0.16', 'fd13::1']],
    ['uniquelocal', ['10.9.9.9', '172.31.0.1', '192.168.0.1', 'fd00::1'], ['172.32.0.1', '127.0.0.1', 'fe80::1']],
    ['linklocal', ['169.254.9.9', 'fe80::1'], ['fec0::1', '10.0.0.1']],
    ['0', [], ['127.0.0.1', '10.0.0.1']],
  ])('%s', (text, yes, no) => {
    const isTrusted = isTrustedProxy(trusted(text));
    expect(yes.filter((address) => !isTrusted(address, 0))).toEqual([]);
    expect(no.filter((address) => isTrusted(address, 0))).toEqual([]);
  });

  it.each([
    '',
    ' ',
    'true',
    'Loopback',
    'constructor',
    '11',
    '1.5',
    '10.0.0.0/0',
    '::/0',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
  ])('is not said by %j', (text) => expect(parseTrustedProxies(text)).toBeNull());
});

describe('a client', () => {
  it.each([
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['203.0.113.9', '203.0.113.9'],
    ['unknown', 'unknown'],
  ])('at %s is counted as %s', (from, network) => expect(clientNetwork(from)).toBe(network));
});

describe('a request', () => {
  /** What the server takes for the client and the protocol of a request that comes from `localAddress`. */
  async function seen(setting: string, localAddress: string, forwardedFor: string) {
    const { log, logged } = recordedLog();
    const server = createHttpAdapter(log, trusted(setting)).getInstance();
    server.get('/', async (request) => ({ ip: request.ip, protocol: request.protocol }));
    await server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.server.address() as AddressInfo;
    try {
      const body = await new Promise<string>((resolve, reject) => {
        const headers = { 'x-forwarded-for': forwardedFor, 'x-forwarded-proto': 'https' };
        httpRequest({ host: '127.0.0.1', port, localAddress, headers }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve(text));
        })
          .on('error', reject)
          .end();
      });
      return { ...(JSON.parse(body) as { ip: string; protocol: string }), logged: logged() };
    } finally {
      await server.close();
    }
  }

  it.each([
    // The proxy is believed, and what the client wrote in front of it is not.
    ['127.0.0.2', '127.0.0.2', '192.0.2.1, 203.0.113.9', '203.0.113.9', 'https'],
    ['127.0.0.2,203.0.113.0/24', '127.0.0.2', '192.0.2.1, 203.0.113.9', '192.0.2.1', 'https'],
    ['127.0.0.2', '127.0.0.1', '203.0.113.9', '127.0.0.1', 'http'],
    ['1', '127.0.0.1', '192.0.2.1, 203.0.113.9', '203.0.113.9', 'https'],
    ['2', '127.0.0.1', '192.0.2.1, 203.0.113.9', '192.0.2.1', 'https'],
    ['0', '127.0.0.1', '203.0.113.9', '127.0.0.1', 'http'],
    // Gateways that name clients, or proxies behind them, with their ports.
    ['127.0.0.2,10.1.0.7', '127.0.0.2', '203.0.113.9:1, 10.1.0.7:51234', '203.0.113.9', 'https'],
    ['127.0.0.2,2001:db8::1', '127.0.0.2', '203.0.113.9,[2001:db8::1]:99', '203.0.113.9', 'https'],
    ['1', '127.0.0.1', '1.2.3.4:5678', '1.2.3.4', 'https'],
    ['1', '127.0.0.1', '[2001:db8:1:2::9]:443', '2001:db8:1:2::9', 'https'],
    ['1', '127.0.0.1', '[::1]', '::1', 'https'],
    // No addresses: nothing is made of them.
    ['1', '127.0.0.1', '999.1.1.1:5', '999.1.1.1:5', 'https'],
    ['1', '127.0.0.1', 'unknown', 'unknown', 'https'],
    // One in front of Compose: clients of its private network name no others.
    ['1', '127.0.0.1', '10.9.9.9, 192.168.5.5', '192.168.5.5', 'https'],
  ])('with TRUST_PROXY=%s from %s for "%s" is %s’s', async (setting, from, forwardedFor, ip, protocol) => {
    expect(await seen(setting, from, forwardedFor)).toMatchObject({ ip, protocol });
  });
});
