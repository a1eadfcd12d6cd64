import { gzipSync } from 'node:zlib';
import { INBOX } from './support/answers.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { rawAnswer, startRawServer, type RawRequest, type RawServer } from './support/raw-server.js';

const inbox = { distinguished: 'inbox' } as const;
const proceed = 'HTTP/1.1 100 Continue\r\n\r\n';

let raw: RawServer;
let respond: (request: RawRequest) => unknown;

beforeAll(async () => {
  raw = await startRawServer((request) => respond(request));
});
afterAll(() => raw.close());

/** Two calls over one connection, for what one leaves behind spoils the next. */
async function callTwice(): Promise<unknown[]> {
  const server = serverFor(raw.url, { maxConnections: 1 });
  const mailbox = server.openMailbox(IMPERSONATED);
  try {
    return [await mailbox.openFolder(inbox), await mailbox.openFolder(inbox)];
  } finally {
    await server.close();
  }
}

const echoing = ({ headers }: RawRequest) =>
  rawAnswer(INBOX, { 'client-request-id': headers['client-request-id'] ?? '' });
const opened = expect.objectContaining({ displayName: 'Inbox' });

describe('an unasked 100 Continue', () => {
  it.each([
    ['in front of the answer', (answer: string) => [proceed + answer]],
    ['by itself', (answer: string) => [proceed, answer]],
    ['with headers', (answer: string) => ['HTTP/1.1 100 Continue\r\nServer: IIS\r\nDate: x\r\n\r\n', answer]],
    ['twice', (answer: string) => [proceed + proceed, answer]],
    ['in HTTP 1.0', (answer: string) => ['HTTP/1.0 100 Continue\r\n\r\n', answer]],
    ['behind early hints', (answer: string) => ['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', answer]],
    ['byte by byte', (answer: string) => [...proceed, ...answer.slice(0, 60), answer.slice(60)]],
  ])('%s is no answer', async (_what, pieces) => {
    respond = async (request) => {
      for (const piece of pieces(echoing(request))) {
        request.socket.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await expect(callTwice()).resolves.toEqual([opened, opened]);
  });

  it('alone is an answer that was cut short', async () => {
    respond = ({ socket }) => socket.end(proceed);
    const server = serverFor(raw.url);
    expect((await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox))).details.origin).toBe('transport');
    await server.close();
  });
});

describe('headers', () => {
  it('of far more than 16 KiB are read', async () => {
    respond = (request) => {
      const many = Object.fromEntries(
        Array.from({ length: 100 }, (_, index) => [`X-Policy-${index}`, 'p'.repeat(1_000)]),
      );
      request.socket.write(
        rawAnswer(INBOX, { ...many, 'client-request-id': request.headers['client-request-id'] ?? '' }),
      );
    };
    await expect(callTwice()).resolves.toEqual([opened, opened]);
  });

  it('without end are not', async () => {
    respond = ({ socket }) => socket.write(`HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1_000)}\r\n`.repeat(1_000)}`);
    const server = serverFor(raw.url);
    const error = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
    expect(['transport', 'protocol']).toContain(error.details.origin);
    await server.close();
  });
});

describe('an envelope', () => {
  const send = (body: Buffer, headers: Record<string, string> = {}) => {
    respond = ({ socket, headers: { 'client-request-id': id = '' } }) => {
      const head = rawAnswer('', { 'client-request-id': id, ...headers }).replace(
        'Content-Length: 0',
        `Content-Length: ${body.length}`,
      );
      socket.write(Buffer.concat([Buffer.from(head), body]));
    };
  };

  it.each([
    ['in UTF-16', Buffer.from(`\ufeff${INBOX}`, 'utf16le')],
    ['behind white space', Buffer.from(`\r\n\r\n${INBOX}`)],
    ['with text behind it', Buffer.from(`${INBOX}\r\nServed in 3 ms`)],
  ])('%s is read', async (_what, body) => {
    send(body);
    await expect(callTwice()).resolves.toEqual([opened, opened]);
    send(gzipSync(body), { 'Content-Encoding': 'gzip' });
    await expect(callTwice()).resolves.toEqual([opened, opened]);
  });
});

describe('all ways to sign in, in one header', () => {
  const refused = async (offered: string) => {
    respond = ({ socket }) => socket.write(rawAnswer('', { 'WWW-Authenticate': offered }, 401));
    const server = serverFor(raw.url);
    const { details } = await errorOf(server.openMailbox(IMPERSONATED).openFolder(inbox));
    await server.close();
    return [details.values?.['offeredAuthentication'], details.text];
  };

  it.each(['Negotiate, NTLM, Basic', 'Negotiate,NTLM,Basic realm="mail, and more"'])(
    'are told apart: %s',
    async (offered) => {
      expect(await refused(offered)).toEqual(['Negotiate, NTLM, Basic', 'The server does not accept the credentials.']);
    },
  );

  it('are named where Basic is not among them', async () => {
    const text = 'The server offers Negotiate, NTLM to sign in with, and not Basic.';
    expect(await refused('Negotiate, NTLM')).toEqual(['Negotiate, NTLM', text]);
  });
});
