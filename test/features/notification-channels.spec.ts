import { createServer, type AddressInfo, type Server } from 'node:net';
import { safeWords, smtpServerOf } from '../../src/features/notifications/smtp-server.js';
import { smtpStageOf } from '../../src/features/notifications/smtp-stage.js';
import { startSmtpReceiver, type SmtpReceiver } from '../support/smtp-receiver.js';
import { WholeStage } from './support/whole-stage.js';

let smtp: SmtpReceiver;
let stage: WholeStage;
const password = 'p%s/w@rd';

async function withSmtp(env: Record<string, string>, act: (stage: WholeStage) => Promise<void>): Promise<void> {
  const own = await WholeStage.open({ env });
  try {
    await act(own);
  } finally {
    await own.close();
  }
}

beforeAll(async () => {
  smtp = await startSmtpReceiver();
  stage = await WholeStage.open({ env: { SMTP_URL: smtp.url, NOTIFY_FROM: 'Postroom <postroom@example.com>' } });
});
afterAll(async () => {
  await stage?.close();
  await smtp?.close();
});

const test = (own: WholeStage, to = 'olga@example.com') =>
  own.client().post('/v1/notification-channels/email/test', { to });

it('tells how mail is set up', async () => {
  expect((await stage.client().get('/v1/notification-channels')).body).toEqual({
    items: [
      {
        kind: 'email',
        configured: true,
        host: '127.0.0.1',
        port: Number(new URL(smtp.url).port),
        encrypted: null,
        from: 'Postroom <postroom@example.com>',
        trouble: null,
      },
    ],
  });
});

it('sends a test mail as notifications are sent', async () => {
  const answer = await test(stage);
  expect(answer).toMatchObject({ status: 200, body: { accepted: true, response: expect.stringMatching(/^250 /) } });
  const [mail] = smtp.mails;
  expect(mail).toMatchObject({
    recipients: ['olga@example.com'],
    subject: 'Postroom: a test of mail to owners',
    text: expect.stringContaining('https://postroom.example'),
  });
  expect(mail?.parsed.from?.text).toContain('postroom@example.com');
  expect(mail?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
});

it('tells in which stage the server refused, its words, and what to do', async () => {
  smtp.refusal = () => ({ code: 550, words: 'no such\u0007 person' });
  const answer = await test(stage);
  smtp.refusal = () => null;
  expect(answer).toMatchObject({
    status: 422,
    body: {
      code: 'smtp-refused',
      stage: 'recipient',
      response: expect.stringContaining('no such'),
      remediation: expect.stringContaining('Check the address'),
      retryable: true,
    },
  });
  expect(answer.body.response).not.toMatch(/[\p{Cc}]/u);
});

it('sends to one address only, whatever is asked for', async () => {
  for (const to of ['a@b.example, c@d.example', 'a@b.example\r\nBcc: x@y.example', 'a', '', null])
    expect((await stage.client().post('/v1/notification-channels/email/test', { to })).status).toBe(400);
});

it('is for those who administer everything', async () => {
  const limited = stage.client(await stage.makeKey(['admin'], [stage.profileId]));
  for (const answer of [
    await limited.get('/v1/notification-channels'),
    await limited.post('/v1/notification-channels/email/test', { to: 'a@b.example' }),
  ])
    expect(answer).toMatchObject({ status: 403, body: { code: 'beyond-own-reach' } });
});

it('without a mail server says so', async () => {
  await withSmtp({}, async (own) => {
    expect((await own.client().get('/v1/notification-channels')).body.items).toEqual([
      { kind: 'email', configured: false, host: null, port: null, encrypted: null, from: null, trouble: null },
    ]);
    expect(await test(own)).toMatchObject({ status: 409, body: { code: 'smtp-not-configured' } });
  });
});

it('names a server that is away, and shows none of its secrets', async () => {
  const closed = await startSmtpReceiver();
  await closed.close();
  const url = new URL(closed.url);
  url.username = 'account@example.com';
  url.password = encodeURIComponent(password);
  await withSmtp({ SMTP_URL: url.href }, async (own) => {
    const answer = await test(own);
    expect(answer).toMatchObject({
      status: 422,
      body: { stage: 'connect', remediation: expect.stringContaining('SMTP_URL') },
    });
    const all =
      JSON.stringify([answer.body, (await own.client().get('/v1/notification-channels')).body]) + own.logged();
    for (const secret of [password, encodeURIComponent(password), 'account@example.com'])
      expect(all).not.toContain(secret);
  });
});

it('hides a password that the server repeats', async () => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined).write('220 hello\r\n');
    socket.on('data', (line) => {
      const said = line.toString().trim();
      if (/^EHLO/.test(said)) return socket.write('250-hello\r\n250 AUTH PLAIN\r\n');
      if (/^AUTH/.test(said)) return socket.write(`535 bad credentials ${said} for ${password}\r\n`);
      return socket.write('221 bye\r\n');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const { port } = server.address() as AddressInfo;
  await withSmtp({ SMTP_URL: `smtp://u:${encodeURIComponent(password)}@127.0.0.1:${port}` }, async (own) => {
    const answer = await test(own);
    expect(answer).toMatchObject({
      status: 422,
      body: { stage: 'sign-in', response: expect.stringContaining('bad credentials') },
    });
    const wire = Buffer.from(`\0u\0${password}`).toString('base64');
    for (const secret of [password, wire]) expect(JSON.stringify(answer.body) + own.logged()).not.toContain(secret);
  });
  await new Promise((closed) => server.close(closed));
});

it('tells since when mail does not go out, in the server’s words', async () => {
  const [{ id }] = await stage.dataSource.query(
    `INSERT INTO incidents (id, profile_id, cause, scope, first_failure, last_failure, opened_at, last_seen_at)
     VALUES (gen_random_uuid(), $1, 'X', 'mailbox', '{}', '{}', now(), now()) RETURNING id`,
    [stage.profileId],
  );
  await stage.dataSource.query(
    `INSERT INTO notifications (id, profile_id, incident_id, kind, recipient_name, recipient_email, state, created_at, next_attempt_at, last_error)
     VALUES (gen_random_uuid(), $1, $2, 'opened', '', 'o@example.com', 'pending', '2026-02-01T00:00:00Z', '2027-01-01', '451 later')`,
    [stage.profileId, id],
  );
  const [channel] = (await stage.client().get('/v1/notification-channels')).body.items;
  expect(channel.trouble).toMatchObject({
    since: '2026-02-01T00:00:00.000Z',
    title: 'One notification cannot be mailed',
    detail: '451 later',
    waiting: 1,
  });
});

it.each([
  ['smtp://mail.example', { host: 'mail.example', port: 587, encrypted: null }],
  ['smtps://u:p@mail.example', { host: 'mail.example', port: 465, encrypted: true }],
  ['smtp://mail.example:2525?requireTLS=true', { host: 'mail.example', port: 2525, encrypted: true }],
  ['smtp://[::1]:25?ignoreTLS=true', { host: '::1', port: 25, encrypted: false }],
])('reads %s', (url, server) => {
  expect(smtpServerOf(url)).toEqual(server);
});

it.each([
  [{ code: 'EDNS', command: 'CONN' }, 'connect'],
  [{ code: 'ETIMEDOUT', command: 'CONN', message: 'Greeting never received' }, 'connect'],
  [{ code: 'ESOCKET', command: 'CONN', message: 'self-signed certificate' }, 'encryption'],
  [{ code: 'ETLS', command: 'STARTTLS' }, 'encryption'],
  [{ code: 'EPROTOCOL', command: 'CONN' }, 'greeting'],
  [{ code: 'EAUTH', command: 'API' }, 'sign-in'],
  [{ code: 'EENVELOPE', command: 'MAIL FROM' }, 'sender'],
  [{ code: 'EENVELOPE', command: 'RCPT TO' }, 'recipient'],
  [{ code: 'EMESSAGE', command: 'DATA' }, 'message'],
  [undefined, 'connect'],
])('takes %j for the stage %s', (error, stageName) => {
  expect(smtpStageOf(error)).toBe(stageName);
});

it('cuts words, and leaves those of a server without a password as they are', () => {
  expect(safeWords(`a\r\nb\0${'x'.repeat(1_000)}`, 'smtp://h')).toHaveLength(500);
  expect(safeWords('user u was refused', 'smtp://u@h')).toBe('user u was refused');
});
