import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchangeError } from '../../src/drivers/ews/exchange-error.js';
import { classify } from '../../src/features/failures/classify.js';
import { storedFailure } from '../../src/features/failures/failure.js';
import { SendingPaceStore } from '../../src/features/mail/outgoing/sending-pace.store.js';
import { succeeded, WholeStage } from './support/whole-stage.js';

/** What a host of the internal network might say that nobody but its administrators is to read. */
const secret = 'internal-secret-4711';
const headers = {
  server: `nginx ${secret}`,
  'request-id': secret,
  'x-powered-by': secret,
  'www-authenticate': `${secret} realm="${secret}", Basic realm="${secret}"`,
};
const envelope = (body: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
const html = { 'content-type': 'text/html' };

type Answer = (response: ServerResponse) => void;
const answers: Record<string, Answer> = {
  'a page': (response) => response.writeHead(200, { ...headers, ...html }).end(`<html><h1>${secret}</h1></html>`),
  'an error page': (response) =>
    response.writeHead(500, { ...headers, ...html }).end(`<html><h1>${secret}</h1></html>`),
  'a plain refusal': (response) => response.writeHead(403, headers).end(secret),
  'a refusal of the password': (response) => response.writeHead(401, headers).end(secret),
  'a redirect': (response) => response.writeHead(302, { ...headers, location: `http://${secret}.example/login` }).end(),
  JSON: (response) => response.writeHead(200, headers).end(JSON.stringify({ token: secret })),
  'broken XML': (response) => response.writeHead(200, headers).end(`<a>${secret}<${secret}></${secret}-2></a>`),
  'another service’s answer': (response) =>
    response.writeHead(200, headers).end(envelope(`<GetSecret-${secret}>${secret}</GetSecret-${secret}>`)),
  'another service’s fault': (response) =>
    response
      .writeHead(500, headers)
      .end(
        envelope(
          `<s:Fault><faultcode>s:${secret}</faultcode><faultstring>${secret}</faultstring><detail><Value Name="x">${secret}</Value>${secret}</detail></s:Fault>`,
        ),
      ),
  'an unknown encoding': (response) => response.writeHead(200, { ...headers, 'content-encoding': secret }).end('x'),
};

describe('what a host says that is no mail server', () => {
  let stage: WholeStage;
  let host: Server;
  let answer: Answer;
  let made = 0;

  beforeAll(async () => {
    stage = await WholeStage.open();
    host = createServer((request: IncomingMessage, response) => {
      request.resume().on('end', () => answer(response));
    });
    await new Promise<void>((listening) => host.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    await new Promise((closed) => host.close(closed));
    await stage?.close();
  });

  it.each(Object.keys(answers))(
    '(%s) is read by administrators, and by nobody who is limited to profiles',
    async (name) => {
      answer = answers[name] ?? (() => undefined);
      const ewsUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}/internal`;
      const profileId = await stage.makeProfile({ ewsUrl });
      const mailbox = await stage.makeMailbox(`u${(made += 1)}@example.com`, { profileId });
      for (let rounds = 0; rounds < 12; rounds += 1) {
        await stage.round();
        stage.clock.advance(30_000);
        await stage.plan();
      }
      const owner = stage.client(await stage.makeKey(['write'], [profileId]));
      const analysis = await owner.post('/v1/diagnostics', { profileId, emailAddress: 'x@example.com', keep: true });
      const reports = succeeded(await owner.get(`/v1/diagnostics?profileId=${profileId}`)).items;
      const link = succeeded(await owner.post(`/v1/diagnostics/${reports[0].id}/share`, {}));
      const incidents = await owner.all(`/v1/incidents?profileId=${profileId}`);
      expect(incidents.length).toBeGreaterThan(0);
      const seen = [
        analysis.body,
        ...(await Promise.all(
          [
            `/v1/mailboxes/${mailbox}`,
            `/v1/mailboxes/${mailbox}/status`,
            `/v1/mailboxes/${mailbox}/timeline`,
            '/v1/mailboxes',
            `/v1/incidents/${incidents[0].id}`,
            '/v1/incidents',
            '/v1/notifications',
            '/v1/events',
            '/v1/overview',
            `/v1/diagnostics/${reports[0].id}`,
          ].map(async (path) => succeeded(await owner.get(path))),
        )),
        succeeded(await stage.client(null).get(new URL(link.url).pathname)),
        // What is mailed goes to owners.
        ...(await stage.dataSource.query('SELECT subject, text_body FROM notifications')),
      ];
      expect(JSON.stringify(seen)).not.toContain(secret);

      const incident = succeeded(await stage.client().get(`/v1/incidents/${incidents[0].id}`));
      const byAdmin = await stage.client().post('/v1/diagnostics', { profileId, emailAddress: 'x@example.com' });
      expect(JSON.stringify([await stage.mailbox(mailbox), incident, byAdmin.body])).toContain(secret);
    },
  );

  it('is told of sending and of older mail to the same readers', async () => {
    const error = exchangeError({
      origin: 'http',
      code: 'Http500',
      operation: 'SendItem',
      text: 'The host answered 500.',
      effectPossible: false,
      diagnostics: {
        clientRequestId: null,
        requestId: null,
        httpStatus: 500,
        frontEndServer: null,
        backEndServer: null,
        diagnosticInfo: null,
        serverVersion: null,
        durationMs: null,
      },
      hostWords: secret,
    });
    const failure = storedFailure(classify(error), 'outgoing', stage.clock.now());
    const profileId = await stage.makeProfile();
    const mailbox = await stage.makeMailbox('sender@example.com', { profileId, outgoing: true });
    const admin = stage.client();
    const to = [{ address: 'x@example.com' }];
    const message = succeeded(
      await admin.post('/v1/outgoing-messages', { mailboxId: mailbox, to, subject: 's', text: 't' }),
    ).id;
    const range = { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' };
    const backfill = succeeded(await admin.post(`/v1/mailboxes/${mailbox}/backfill`, range)).id;
    await stage.dataSource.query('UPDATE outgoing_messages SET failure = $2 WHERE id = $1', [message, failure]);
    await stage.dataSource.query('UPDATE backfills SET last_failure = $2 WHERE id = $1', [backfill, failure]);
    await stage.dataSource.query(
      `INSERT INTO mailbox_folders (mailbox_id, folder, import_from, failed_attempts, failing_since, retry_at, failure)
       VALUES ($1, 'inbox', $2, 1, $2, $2, $3)
       ON CONFLICT (mailbox_id, folder) DO UPDATE SET failed_attempts = 1, failing_since = $2, retry_at = $2, failure = $3`,
      [mailbox, stage.clock.now(), failure],
    );
    await stage.get(SendingPaceStore).strike(stage.dataSource, mailbox, failure, () => stage.clock.in(60_000));
    const owner = stage.client(await stage.makeKey(['write'], [profileId]));
    for (const path of [
      `/v1/outgoing-messages?mailboxId=${mailbox}`,
      `/v1/outgoing-messages/${message}`,
      `/v1/mailboxes/${mailbox}/sending`,
      `/v1/mailboxes/${mailbox}/folders`,
      `/v1/mailboxes/${mailbox}/backfills`,
      `/v1/mailboxes/${mailbox}/backfills/${backfill}`,
    ]) {
      const read = async (client: typeof admin) => JSON.stringify(succeeded(await client.get(path)));
      expect([path, await read(owner)]).toEqual([path, expect.not.stringContaining(secret)]);
      expect([path, await read(owner)]).toEqual([path, expect.stringContaining(error.details.text)]);
      expect([path, await read(admin)]).toEqual([path, expect.stringContaining(`It says: ${secret}`)]);
    }
  });
});
