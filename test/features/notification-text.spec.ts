import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredFailure } from '../../src/features/failures/failure.js';
import { duration, notificationText, type NotificationFacts } from '../../src/features/failures/notification-text.js';

const failure: StoredFailure = {
  code: 'ErrorImpersonateUserDenied',
  category: 'impersonation-permission',
  operation: 'FindItem',
  during: 'incoming',
  message: 'The account does not have permission to impersonate the requested user.',
  values: {},
  at: '2026-03-01T08:00:00.000Z',
  requestId: '5d2b1f5e-7a55-4d1b-9c5e-000000000001',
  clientRequestId: '5d2b1f5e-7a55-4d1b-9c5e-000000000002',
  httpStatus: 500,
  frontEndServer: 'FE1',
  backEndServer: 'BE1',
  serverVersion: '15.2.2562.17',
};

const facts = (
  more: Partial<NotificationFacts> = {},
  incident: Partial<NotificationFacts['incident']> = {},
): NotificationFacts => ({
  kind: 'opened',
  ownerName: 'Olga Owner',
  profile: { name: 'Sales', username: 'EXAMPLE\\svc-postroom', ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx' },
  mailboxes: ['anna@example.com'],
  publicUrl: 'https://postroom.example.com',
  ...more,
  incident: {
    id: '01900000-0000-7000-8000-000000000001',
    scope: 'mailbox',
    failure,
    openedAt: new Date('2026-03-01T08:00:00Z'),
    closedAt: null,
    affected: 1,
    ...incident,
  },
});

const bare = {
  message: '',
  requestId: null,
  clientRequestId: null,
  httpStatus: null,
  frontEndServer: null,
  backEndServer: null,
  serverVersion: null,
};
const many = { mailboxes: ['anna@example.com', 'ben@example.com', 'clara@example.com'] };
const recovered = { kind: 'recovered' as const };

/** Run with UPDATE_GOLDEN=1 after a change of words, and read the difference as an owner would. */
it.each<[string, NotificationFacts]>([
  ['impersonation-denied', facts()],
  ['impersonation-denied-many', facts(many, { affected: 214 })],
  ['impersonation-denied-sending', facts({}, { failure: { ...failure, during: 'outgoing', operation: 'CreateItem' } })],
  ['impersonation-refused-to-account', facts({}, { failure: { ...failure, code: 'ErrorImpersonationDenied' } })],
  ['impersonation-failed', facts({}, { failure: { ...failure, code: 'ErrorImpersonationFailed' } })],
  [
    'no-such-mailbox',
    facts({}, { failure: { ...failure, code: 'ErrorNonExistentMailbox', category: 'mailbox-gone-moved' } }),
  ],
  [
    'password-refused',
    facts(
      { mailboxes: [] },
      {
        scope: 'profile',
        affected: 0,
        failure: { ...failure, ...bare, code: 'Http401', category: 'credentials-auth', httpStatus: 401 },
      },
    ),
  ],
  ['recovered-one', facts(recovered, { closedAt: new Date('2026-03-01T08:41:00Z') })],
  ['recovered-many', facts({ ...recovered, ...many }, { affected: 214, closedAt: new Date('2026-03-03T09:41:00Z') })],
  [
    'recovered-profile',
    facts(
      { ...recovered, mailboxes: [] },
      {
        scope: 'profile',
        affected: 0,
        closedAt: new Date('2026-03-01T08:00:20Z'),
        failure: { ...failure, code: 'Http401', category: 'credentials-auth' },
      },
    ),
  ],
])('says %s in these words', (name, of) => {
  const { subject, text } = notificationText(of);
  const path = join(import.meta.dirname, 'golden/notifications', `${name}.txt`);
  const said = `Subject: ${subject}\n\n${text}\n`;
  if (process.env.UPDATE_GOLDEN || !existsSync(path)) {
    // In CI a missing file is a mistake; here it is the first run.
    if (process.env.CI) throw new Error(`${name}.txt is missing`);
    writeFileSync(path, said);
  }
  expect(said).toBe(readFileSync(path, 'utf8'));
  expect(subject).not.toMatch(/[\r\n]/);
  expect(said).not.toMatch(/undefined|null|\[object/);
});

it.each([
  [0, '1 minute'],
  [59_000, '1 minute'],
  [120_000, '2 minutes'],
  [3_600_000, '1 hour'],
  [5_460_000, '1 hour 31 minutes'],
  [86_400_000, '1 day'],
  [2 * 86_400_000 + 3_600_000 + 60_000, '2 days 1 hour'],
  [86_400_000 + 60_000, '1 day 1 minute'],
])('calls %d ms %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});
