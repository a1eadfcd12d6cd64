import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INBOX } from './support/answers.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';

const inbox = { distinguished: 'inbox' } as const;

function opensslAvailable(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A self-signed certificate for that name. */
function certificate(folder: string, name: string) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  // prettier-ignore
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert,
    '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  execFileSync('openssl', [...args, '-days', '2'], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

(opensslAvailable() ? describe : describe.skip)('TLS (needs openssl)', () => {
  let folder: string;
  let server: Server | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'postroom-tls-'));
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function start(pair: { key: Buffer; cert: Buffer }): Promise<{ url: string; requests: () => number }> {
    let requests = 0;
    server = createServer(pair, (_request, response) => {
      requests++;
      response.end(INBOX);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `https://localhost:${port}/EWS/Exchange.asmx`, requests: () => requests };
  }

  it('trusts a given certificate', async () => {
    const pair = certificate(folder, 'localhost');
    const { url } = await start(pair);
    const exchange = serverFor(url, { tls: { ca: pair.cert } });
    await expect(exchange.openMailbox(IMPERSONATED).openFolder(inbox)).resolves.toMatchObject({ id: 'F1' });
    await exchange.close();
  });

  it('tells a self-signed certificate and a wrong name apart, and sends nothing to either', async () => {
    const selfSigned = await start(certificate(folder, 'localhost'));
    const first = serverFor(selfSigned.url);
    const untrusted = await errorOf(first.openMailbox(IMPERSONATED).sendDraft({ id: 'D', changeKey: null }));
    await first.close();
    expect(untrusted.details).toMatchObject({
      origin: 'transport',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      effectPossible: false,
    });
    server?.close();

    const pair = certificate(folder, 'mail.contoso.test');
    const misnamed = await start(pair);
    const second = serverFor(misnamed.url, { tls: { ca: pair.cert } });
    const wrongName = await errorOf(second.openMailbox(IMPERSONATED).sendDraft({ id: 'D', changeKey: null }));
    await second.close();
    expect(wrongName.details).toMatchObject({
      origin: 'transport',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      effectPossible: false,
    });
    expect(selfSigned.requests() + misnamed.requests()).toBe(0);
  });
});
