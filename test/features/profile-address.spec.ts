import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { succeeded, WholeStage } from './support/whole-stage.js';

/** A profile whose address is wrong, beside others on the same host and port that work. */
const addresses = Array.from({ length: 6 }, (_, index) => `u${index + 1}@example.com`);
const minute = 60_000;

let stage: WholeStage;
let gateway: Server;
let base: string;

/** Passes EWS on to the sandbox, and answers other paths as a web server does. */
beforeEach(async () => {
  stage = await WholeStage.open({ addresses, poolSize: 20 });
  gateway = createServer((request, response) => {
    if (!request.url?.toLowerCase().startsWith('/ews/'))
      return void response.writeHead(404).end('<html>Not here</html>');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(
          ([name, value]) =>
            typeof value === 'string' &&
            !['host', 'connection', 'content-length', 'transfer-encoding', 'expect'].includes(name),
        ),
      ) as Record<string, string>;
      fetch(stage.sandbox.ewsUrl, { method: request.method ?? 'POST', headers, body: Buffer.concat(chunks) })
        .then(async (answer) => {
          const body = Buffer.from(await answer.arrayBuffer());
          response
            .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' })
            .end(body);
        })
        .catch(() => response.destroy());
    });
  }).listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  base = `127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await stage.close();
  gateway.closeAllConnections();
  gateway.close();
});

async function pass(ms: number, stepMs = 5_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    stage.clock.advance(stepMs);
    while ((await stage.round()) > 0);
    await stage.plan();
  }
}

const incidentsOf = (profileId: string) => stage.client().all(`/v1/incidents?profileId=${profileId}`);

it.each([
  ['a wrong path', () => `http://${base}/exchange/EWS.asmx`, /^Http404$/],
  ['https on an http port', () => `https://${base}/EWS/Exchange.asmx`, /./],
])('%s is reported within two minutes, to its owner alone, whatever else works there', async (_, wrongUrl, code) => {
  const good = await stage.makeProfile({
    ewsUrl: `http://${base}/EWS/Exchange.asmx`,
    ownerEmail: 'gina@example.com',
    name: 'Gina’s',
  });
  for (const emailAddress of addresses.slice(0, 4)) await stage.makeMailbox(emailAddress, { profileId: good });
  await pass(minute);
  const wrong = await stage.makeProfile({ ewsUrl: wrongUrl(), ownerEmail: 'walt@example.com', name: 'Walt’s' });
  const beganAt = stage.clock.now();
  const mailbox = await stage.makeMailbox(addresses[4] ?? '', { profileId: wrong });
  await pass(2 * minute);
  const [incident, ...more] = await incidentsOf(wrong);
  expect(more).toEqual([]);
  expect(incident).toMatchObject({ open: true, scope: 'profile', profileId: wrong, code: expect.stringMatching(code) });
  expect(Date.parse(incident.firstFailureAt) - beganAt.getTime()).toBeLessThanOrEqual(10_000);
  expect(Date.parse(incident.firstAt)).toBeGreaterThan(Date.parse(incident.firstFailureAt) + 30_000);
  const told = (await stage.client().all('/v1/notifications')).map(({ recipient }) => recipient.email);
  expect(told).toEqual(['walt@example.com']);
  expect(JSON.stringify(succeeded(await stage.client().get(`/v1/incidents/${incident.id}`)))).not.toMatch(/Gina|gina/);
  expect(await incidentsOf(good)).toEqual([]);
  // The neighbour was polled all the time.
  const lags = await stage.dataSource.query(`SELECT FROM mailboxes WHERE profile_id = $1 AND last_sync_at < $2`, [
    good,
    new Date(stage.clock.now().getTime() - 2 * minute),
  ]);
  expect(lags).toEqual([]);
  const status = succeeded(await stage.client().get(`/v1/mailboxes/${mailbox}/status`));
  expect(JSON.stringify(status)).toContain('address');

  const patch = { ewsUrl: `http://${base}/EWS/Exchange.asmx`, auth: { password: 'Correct-Horse-1' } };
  succeeded(await stage.client().patch(`/v1/email-server-profiles/${wrong}`, patch));
  await pass(minute);
  expect(await incidentsOf(wrong)).toMatchObject([{ id: incident.id, open: false }]);
});

it('a server that answers nobody is the server’s incident, and shows no owner what another one’s call was', async () => {
  const url = `http://${base}/wrong/EWS.asmx`;
  const one = await stage.makeProfile({ ewsUrl: url, ownerEmail: 'gina@example.com', name: 'Gina’s' });
  const other = await stage.makeProfile({ ewsUrl: url, ownerEmail: 'walt@example.com', name: 'Walt’s' });
  await stage.makeMailbox(addresses[0] ?? '', { profileId: one });
  await stage.makeMailbox(addresses[1] ?? '', { profileId: other });
  await pass(3 * minute);
  const [incident] = await incidentsOf(one);
  expect(incident).toMatchObject({ open: true, scope: 'server', profileId: null });
  const limited = stage.client(await stage.makeKey(['read'], [other]));
  const seen = succeeded(await limited.get(`/v1/incidents/${incident.id}`));
  expect(seen).toMatchObject({ message: '', answer: null, requestId: null, mailboxes: [] });
  expect(JSON.stringify(seen)).not.toMatch(/Gina|gina|u1@/);
});
