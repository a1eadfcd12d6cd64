import { CookieJar } from '../../../src/drivers/ews/http/cookie-jar.js';
import { fault, failure, INBOX, responses, success } from './support/answers.js';
import { errorOf, IMPERSONATED, serverFor } from './support/clients.js';
import { startEwsStub, xml, type EwsStub, type Responder } from './support/ews-stub.js';

const inbox = { distinguished: 'inbox' } as const;
const anna = 'anna@contoso.test';

describe('the cookie jar', () => {
  it.each([
    ['a cookie without an end', 'a=1', 10 * 365 * 86_400_000, 'a=1'],
    ['Max-Age not yet over', 'a=1; Max-Age=60', 59_999, 'a=1'],
    ['Max-Age over', 'a=1; Max-Age=60', 60_000, null],
    ['Expires not yet over', 'a=1; expires=Thu, 01 Jan 2026 00:01:00 GMT', 59_999, 'a=1'],
    ['Expires over', 'a=1; expires=Thu, 01 Jan 2026 00:01:00 GMT', 60_000, null],
    ['Max-Age before Expires', 'a=1; expires=Thu, 01 Jan 2026 00:01:00 GMT; Max-Age=120', 60_000, 'a=1'],
    ['Max-Age that is no number', 'a=1; Max-Age=soon', 60_000, 'a=1'],
    ['Expires that is no date', 'a=1; expires=never', 60_000, 'a=1'],
    ['Max-Age of zero', 'a=1; Max-Age=0', 0, null],
  ])('sends %s or not, by the time of the call', (_name, line, laterMs, expected) => {
    const jar = new CookieJar();
    const start = Date.parse('2026-01-01T00:00:00Z');
    jar.store(anna, [line], start);
    expect(jar.header(anna, start + laterMs)).toBe(expected);
  });

  it('forgets one mailbox and leaves the others', () => {
    const jar = new CookieJar();
    jar.store(anna, ['a=1'], 0);
    jar.store('ben@contoso.test', ['a=2'], 0);
    jar.forget(anna);
    expect([jar.header(anna, 0), jar.header('ben@contoso.test', 0)]).toEqual([null, 'a=2']);
  });
});

describe('a cookie that leads to a back end which no longer holds the mailbox', () => {
  let stub: EwsStub;
  let moved: boolean;
  beforeEach(async () => {
    stub = await startEwsStub();
    moved = false;
  });
  afterEach(() => stub.close());

  const cookie = (value: string) => ({ 'set-cookie': `X-BackEndCookie=${value}; path=/; secure; HttpOnly` });
  const lost = (answer: Responder) => {
    stub.answer((request, response) => {
      const stale = moved && request.headers.cookie === 'X-BackEndCookie=old';
      const sent = request.body.includes('SendItem') ? success('SendItem', '') : INBOX;
      return (stale ? answer : xml(sent, 200, cookie(moved ? 'new' : 'old')))(request, response);
    });
  };
  const cookies = () => stub.seen.map(({ headers }) => headers.cookie?.split('=')[1] ?? 'none');

  it.each<[string, Responder]>([
    ['a 503', xml('', 503)],
    ['a 500', xml('', 500)],
    ['a 302', xml('', 302, { location: '/ews/genericerrorpage.htm' })],
    ['a 440', xml('', 440)],
    ['a reset', (request) => request.socket.resetAndDestroy()],
    ['a fault for the wrong server', xml(fault('ErrorWrongServerVersion'), 500)],
    ['a store that is away', xml(responses('GetFolder', failure('GetFolder', 'ErrorMailboxStoreUnavailable')))],
    ['a mailbox that has moved', xml(responses('GetFolder', failure('GetFolder', 'ErrorMailboxMoveInProgress')))],
  ])('is dropped after %s, and a call that only reads is made again at once', async (_name, answer) => {
    lost(answer);
    const server = serverFor(stub.url);
    const mailbox = server.openMailbox(IMPERSONATED);
    await mailbox.openFolder(inbox);
    moved = true;
    await expect(mailbox.openFolder(inbox)).resolves.toMatchObject({ id: 'F1' });
    await mailbox.openFolder(inbox);
    await server.close();
    expect(cookies()).toEqual(['none', 'old', 'none', 'new']);
  });

  it.each<[string, Responder]>([
    ['a 503 that names a time', xml('', 503, { 'retry-after': '30' })],
    ['a refused password', xml('', 401)],
    ['a busy server', xml(fault('ErrorServerBusy'), 500)],
    ['silence', () => undefined],
  ])('is dropped after %s without a further call', async (_name, answer) => {
    lost(answer);
    const server = serverFor(stub.url, { timeouts: { headersMs: 300 } });
    const mailbox = server.openMailbox(IMPERSONATED);
    await mailbox.openFolder(inbox);
    moved = true;
    await errorOf(mailbox.openFolder(inbox));
    await mailbox.openFolder(inbox);
    await server.close();
    expect(cookies()).toEqual(['none', 'old', 'none']);
  });

  it('does not make a change be sent twice', async () => {
    lost(xml('', 503));
    const server = serverFor(stub.url);
    const mailbox = server.openMailbox(IMPERSONATED);
    await mailbox.openFolder(inbox);
    moved = true;
    const error = await errorOf(mailbox.sendDraft({ id: 'I1', changeKey: null }));
    await mailbox.sendDraft({ id: 'I1', changeKey: null });
    await server.close();
    expect(error.details).toMatchObject({ code: 'Http503', effectPossible: true });
    expect(cookies()).toEqual(['none', 'old', 'none']);
  });

  it('expires by the clock that the server was opened with', async () => {
    stub.answer(xml(INBOX, 200, { 'set-cookie': 'a=1; Max-Age=600' }));
    let now = new Date('2026-01-01T00:00:00Z');
    const server = serverFor(stub.url, { now: () => now });
    const mailbox = server.openMailbox(IMPERSONATED);
    await mailbox.openFolder(inbox);
    await mailbox.openFolder(inbox);
    now = new Date('2026-01-01T00:10:00Z');
    await mailbox.openFolder(inbox);
    await server.close();
    expect(stub.seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'a=1', undefined]);
  });
});
