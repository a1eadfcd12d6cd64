import { mayRepeat, type FailedAttempt } from '../../../src/drivers/ews/repeat-once.js';
import type { MailErrorDetails } from '../../../src/drivers/port/mail-error.js';
import { mailError } from '../../support/mail-errors.js';

type Given = Partial<Omit<FailedAttempt, 'error'>> & Pick<MailErrorDetails, 'origin' | 'code'> & { backOffMs?: number };

function repeats({ origin, code, backOffMs, ...facts }: Given): boolean {
  return mayRepeat({
    error: mailError(code, { origin, backOffMs: backOffMs ?? null }),
    changes: false,
    keptAlive: false,
    proven: true,
    closing: false,
    misplaced: false,
    withCookies: false,
    ...facts,
  });
}

const keptAlive = { keptAlive: true, proven: false };
const closing400 = { origin: 'http', code: 'Http400', ...keptAlive, closing: true } as const;

it.each<[boolean, string, Given]>([
  [true, 'a cut on a kept-alive connection', { origin: 'transport', code: 'SocketClosed', ...keptAlive }],
  [true, 'a reset on one', { origin: 'transport', code: 'ECONNRESET', ...keptAlive }],
  [false, 'a time limit on one', { origin: 'transport', code: 'TimedOut', ...keptAlive }],
  [false, 'a cut on a fresh connection', { origin: 'transport', code: 'SocketClosed' }],
  [true, 'a 400 on a kept-alive connection', { origin: 'http', code: 'Http400', ...keptAlive }],
  [false, 'a 400 on a fresh one', { origin: 'http', code: 'Http400' }],
  [false, 'a 401', { origin: 'http', code: 'Http401', ...keptAlive, withCookies: true }],
  [false, 'a 403', { origin: 'http', code: 'Http403', ...keptAlive, withCookies: true }],
  [
    true,
    'an answer that cannot be read and may be another’s',
    { origin: 'protocol', code: 'InvalidXml', ...keptAlive },
  ],
  [false, 'one that is surely ours', { origin: 'protocol', code: 'InvalidXml', keptAlive: true }],
  [false, 'one that is too large', { origin: 'protocol', code: 'AnswerTooLarge', ...keptAlive }],
  [true, 'another request’s answer', { origin: 'protocol', code: 'UnexpectedAnswer', misplaced: true }],
  [true, 'a 503 with cookies', { origin: 'http', code: 'Http503', withCookies: true }],
  [false, 'a 503 without', { origin: 'http', code: 'Http503' }],
  [false, 'a 503 that names a time', { origin: 'http', code: 'Http503', withCookies: true, backOffMs: 1_000 }],
  [true, 'a redirect with cookies', { origin: 'http', code: 'Http302', withCookies: true }],
  [
    true,
    'a store that is away, with cookies',
    { origin: 'response', code: 'ErrorMailboxStoreUnavailable', withCookies: true },
  ],
  [false, 'a busy server, with cookies', { origin: 'response', code: 'ErrorServerBusy', withCookies: true }],
  [true, 'a change after a 400 that closes a kept-alive connection', { ...closing400, changes: true }],
  [false, 'a change after a 400 that does not', { ...closing400, closing: false, changes: true }],
  [false, 'a change after a 400 on a fresh one', { ...closing400, keptAlive: false, changes: true }],
  [false, 'a change after a cut', { origin: 'transport', code: 'SocketClosed', ...keptAlive, changes: true }],
  [
    false,
    'a change after another request’s answer',
    { origin: 'protocol', code: 'UnexpectedAnswer', misplaced: true, changes: true },
  ],
  [false, 'a change after a 503 with cookies', { origin: 'http', code: 'Http503', withCookies: true, changes: true }],
])('another try: %s, for %s', (expected, _name, given) => {
  expect(repeats(given)).toBe(expected);
});
