import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { StoredFailure } from '../../src/features/failures/failure.js';
import { duration, moment } from '../../src/features/notifications/moments.js';
import { notificationText, type NotificationFacts } from '../../src/features/notifications/notification-text.js';

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
/** Without what only an answer of Exchange itself brings. */
const bare = {
  message: '',
  requestId: null,
  httpStatus: null,
  frontEndServer: null,
  backEndServer: null,
  serverVersion: null,
};

const facts = (
  more: Partial<NotificationFacts> = {},
  incident: Partial<NotificationFacts['incident']> = {},
): NotificationFacts => ({
  kind: 'opened',
  ownerName: 'Olga Owner',
  profile: {
    id: '01900000-0000-7000-8000-00000000000a',
    name: 'Sales',
    username: 'EXAMPLE\\svc-postroom',
    ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
  },
  mailboxes: ['anna@example.com'],
  mailboxIds: ['01900000-0000-7000-8000-00000000000b'],
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

const many = { mailboxes: ['anna@example.com', 'ben@example.com', 'clara@example.com'], mailboxIds: [] };
const online: NotificationFacts['profile'] = {
  name: 'Sales',
  username: 'svc-postroom@example.com',
  ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx',
};
const wholeProfile = { scope: 'profile', affected: 0 } as const;
const serverAway: StoredFailure = {
  ...failure,
  ...bare,
  code: 'ECONNREFUSED',
  category: 'network',
  operation: 'SyncFolderItems',
  message: 'connect ECONNREFUSED 192.0.2.7:443',
};

const samples: [string, NotificationFacts][] = [
  ['impersonation-denied', facts()],
  [
    'impersonation-denied-many-online',
    facts({ ...many, profile: online }, { affected: 214, failure: { ...failure, frontEndServer: 'AM0PR01CA0001' } }),
  ],
  [
    'no-such-mailbox',
    facts(
      { work: { activity: 'test' } },
      {
        failure: {
          ...failure,
          code: 'ErrorNonExistentMailbox',
          category: 'mailbox-gone-moved',
          operation: 'GetFolder',
          message: 'No mailbox with such guid.',
        },
      },
    ),
  ],
  [
    'alias',
    facts(
      {},
      {
        failure: {
          ...failure,
          code: 'ErrorNonPrimarySmtpAddress',
          message: 'The primary SMTP address must be specified.',
          values: { Primary: 'anna.lind@example.com' },
        },
      },
    ),
  ],
  [
    'password-refused',
    facts(
      { mailboxes: [], mailboxIds: [] },
      {
        ...wholeProfile,
        failure: {
          ...failure,
          ...bare,
          code: 'Http401',
          category: 'credentials-auth',
          httpStatus: 401,
          message: 'The server does not accept the credentials.',
          values: { offeredAuthentication: 'Negotiate, NTLM, Basic' },
        },
      },
    ),
  ],
  ['impersonation-denied-widespread', facts({ ...many }, { scope: 'profile', affected: 12, stopped: 12 })],
  [
    'ews-forbidden',
    facts(
      {},
      {
        failure: {
          ...failure,
          ...bare,
          code: 'Http403',
          httpStatus: 403,
          message: 'The server refuses EWS to this account, application or address.',
        },
      },
    ),
  ],
  [
    'server-away',
    facts(
      { mailboxes: [], mailboxIds: [], profiles: ['Sales', 'Support', 'Billing'] },
      { scope: 'server', affected: 0, failure: serverAway },
    ),
  ],
  [
    'certificate-expired',
    facts(
      { mailboxes: [], mailboxIds: [], profiles: ['Sales'] },
      {
        scope: 'server',
        affected: 0,
        failure: { ...serverAway, code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' },
      },
    ),
  ],
  [
    'send-as-denied',
    facts(
      { work: { activity: 'sending', subject: 'Your order 4711' } },
      {
        failure: {
          ...failure,
          during: 'outgoing',
          operation: 'SendItem',
          code: 'ErrorSendAsDenied',
          message:
            'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.',
        },
      },
    ),
  ],
  [
    'mailbox-full',
    facts(
      { work: { activity: 'sending', subject: 'Your order 4711' } },
      {
        failure: {
          ...failure,
          during: 'outgoing',
          operation: 'CreateItem',
          code: 'ErrorQuotaExceeded',
          category: 'quota-size',
          message: 'The message store has reached its maximum storage size.',
        },
      },
    ),
  ],
  [
    'account-disabled',
    facts(
      {},
      {
        failure: {
          ...failure,
          code: 'ErrorAccountDisabled',
          category: 'credentials-auth',
          message: 'Account is disabled.',
        },
      },
    ),
  ],
  [
    'password-expired',
    facts(
      { mailboxes: [], mailboxIds: [], work: { activity: 'first-import' } },
      {
        ...wholeProfile,
        failure: {
          ...failure,
          code: 'ErrorPasswordExpired',
          category: 'credentials-auth',
          message: 'The password for this account has expired.',
        },
      },
    ),
  ],
  [
    'notice-audit',
    facts(
      {},
      {
        scope: 'notice',
        failure: {
          ...failure,
          ...bare,
          clientRequestId: null,
          operation: '',
          code: 'AuditDifference',
          category: 'other',
          values: { differences: '3 missing, 1 gone' },
        },
      },
    ),
  ],
  [
    'digest-grown',
    facts(
      { ...many, kind: 'digest', now: new Date('2026-03-01T09:05:00Z'), newly: 120 },
      { affected: 334, stopped: 321 },
    ),
  ],
  [
    'digest-lasts',
    facts(
      {
        mailboxes: [],
        mailboxIds: [],
        kind: 'digest',
        now: new Date('2026-03-03T08:00:00Z'),
        profiles: ['Sales', 'Support'],
      },
      { scope: 'server', affected: 0, failure: serverAway },
    ),
  ],
  [
    'escalated',
    facts(
      {
        kind: 'escalated',
        ownerName: 'Emil Escalation',
        now: new Date('2026-03-01T12:00:00Z'),
        unanswered: {
          ownerName: 'Olga Owner',
          ownerEmail: 'olga@example.com',
          toldAt: new Date('2026-03-01T08:01:00Z'),
        },
        soapExcerpt:
          '<s:Fault>\n  <faultcode>a:ErrorImpersonateUserDenied</faultcode>\n  <faultstring>The account does not have permission to impersonate the requested user.</faultstring>\n</s:Fault>',
      },
      { affected: 1, stopped: 1 },
    ),
  ],
  ['recovered-one', facts({ kind: 'recovered' }, { closedAt: new Date('2026-03-01T08:41:00Z') })],
  [
    'recovered-many',
    facts(
      { ...many, kind: 'recovered', caughtUp: { received: 1204, sent: 1 } },
      { affected: 214, closedAt: new Date('2026-03-03T09:41:00Z') },
    ),
  ],
  [
    'recovered-profile',
    facts(
      { kind: 'recovered', mailboxes: [], mailboxIds: [] },
      {
        ...wholeProfile,
        closedAt: new Date('2026-03-01T08:00:20Z'),
        failure: { ...failure, code: 'Http401', category: 'credentials-auth' },
      },
    ),
  ],
  [
    'recovered-server',
    facts(
      {
        kind: 'recovered',
        mailboxes: [],
        mailboxIds: [],
        profiles: ['Sales', 'Support'],
        caughtUp: { received: 0, sent: null },
      },
      { scope: 'server', affected: 0, closedAt: new Date('2026-03-01T10:00:00Z'), failure: serverAway },
    ),
  ],
  [
    'recovered-notice',
    facts(
      { kind: 'recovered' },
      {
        scope: 'notice',
        closedAt: new Date('2026-03-02T08:00:00Z'),
        failure: { ...failure, code: 'AuditDifference', category: 'other' },
      },
    ),
  ],
];

const folder = join(import.meta.dirname, 'golden/notifications');

/**
 * After a change of words: `UPDATE_GOLDEN=1 npx jest test/features/notification-text.spec.ts`, then read
 * the difference as an owner would, and look at the HTML in a browser.
 */
function expectGolden(name: string, said: string): void {
  const path = join(folder, name);
  if (process.env.UPDATE_GOLDEN || !existsSync(path)) {
    // In CI a missing file is a mistake; here it is the first run.
    if (process.env.CI) throw new Error(`${name} is missing`);
    writeFileSync(path, said);
  }
  expect(said).toBe(readFileSync(path, 'utf8'));
}

it.each(samples)('says %s in these words', (name, of) => {
  const { subject, text, html } = notificationText(of);
  expectGolden(`${name}.txt`, `Subject: ${subject}\n\n${text}\n`);
  expectGolden(`${name}.html`, html);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(subject + text).not.toMatch(/undefined|\bnull\b(?<!\/dev\/null)|\[object|NaN/);
});

it('has no golden file too many', () => {
  const names = samples.flatMap(([name]) => [`${name}.html`, `${name}.txt`]);
  const files = readdirSync(folder).filter((name) => !name.startsWith('endpoint-'));
  expect(files.sort()).toEqual(names.sort());
});

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const readable = (html: string): string =>
  html
    .replace(/^[\s\S]*?<body[^>]*>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '');
const wordsOf = (text: string): string[] =>
  text.split(/[\s:]+/).filter((word) => word !== '' && word !== '==' && !/^\d+\.$/.test(word));

it.each(samples)('says the same in HTML as in text: %s', (_name, of) => {
  const { text, html } = notificationText(of);
  expect(wordsOf(readable(html))).toEqual(wordsOf(text));
});

it.each(samples)('is a page of one column that fetches nothing: %s', (_name, of) => {
  const { html } = notificationText(of);
  expect(html).toMatch(/^<!doctype html>\n<html lang="en" style="color-scheme:light dark">/);
  expect(html).not.toMatch(/<(img|script|link|iframe|style|form|object|svg)\b|url\(|@import|\son\w+=|src=/i);
  for (const [, url] of html.matchAll(/href="([^"]*)"/g)) expect(url).toMatch(/^https:\/\/postroom\.example\.com\//);
  for (const [, style = ''] of html.matchAll(/<pre style="([^"]*)"/g)) expect(style).toContain('white-space:pre-wrap');
  // A width in pixels could not be read on a phone.
  expect(html.replace(/max-width:\d+px/g, '')).not.toMatch(/[^-]width:\d+px/);
});

it('answers in half a minute: what, who, what to do come first', () => {
  const { text } = notificationText(facts());
  const order = [
    'may not impersonate',
    'anna@example.com',
    'What it means',
    'Likely causes',
    'What to do',
    'Technical details',
  ];
  const places = order.map((part) => text.indexOf(part));
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(text.slice(0, text.indexOf('== What to do')).split(/\s+/).length).toBeLessThan(150);
});

it('names a few mailboxes, and how many more', () => {
  const names = Array.from({ length: 8 }, (_, index) => `m${index}@example.com`);
  expect(notificationText(facts({ mailboxes: names }, { affected: 10_000 })).text).toContain(
    'm0@example.com, m1@example.com, m2@example.com, m3@example.com, m4@example.com and 9,995 more',
  );
  expect(notificationText(facts({ mailboxes: names.slice(0, 2) }, { affected: 2 })).text).toContain(
    'm0@example.com and m1@example.com in the profile',
  );
});

it.each(['ErrorImpersonateUserDenied', 'Http401', 'an unknown one'])(
  'stays bounded, whatever the facts of %s',
  (code) => {
    const long = 'x'.repeat(100_000);
    const { subject, text, html } = notificationText(
      facts(
        {
          ownerName: long,
          profile: { name: long, username: long, ewsUrl: long },
          mailboxes: Array.from({ length: 200 }, () => long),
          soapExcerpt: `${long}\n`.repeat(200),
          work: { activity: 'sending', subject: long },
        },
        { failure: { ...failure, message: long, code, values: { Primary: long } } },
      ),
    );
    expect([...subject].length).toBeLessThanOrEqual(150);
    expect(text.length).toBeLessThan(60_000);
    expect(html.length).toBeLessThan(80_000);
  },
);

describe('with hostile facts', () => {
  const nasty = fc
    .tuple(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc
          .array(
            fc.constantFrom(
              '<',
              '>',
              '"',
              "'",
              '&',
              '</pre>',
              '<script>',
              '&lt;',
              '\r\n',
              '\n',
              '\0',
              '\x1b',
              '\u2028',
              '\u202e',
              '\ud800',
              'a',
              ' ',
              '=="',
              'Bcc: x@y',
            ),
            { maxLength: 15 },
          )
          .map((parts) => parts.join('')),
      ),
    )
    .map(([text]) => `a${text}b`);
  const tagsOf = (html: string): string[] => [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  const hostile = (
    kind: NotificationFacts['kind'],
    scope: NotificationFacts['incident']['scope'],
    code: string,
    text: string,
  ) =>
    facts(
      {
        kind,
        ownerName: text,
        profile: { name: text, username: text, ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx' },
        mailboxes: [text, text],
        profiles: [text, text],
        work: { activity: 'sending', subject: text, messageId: text },
        now: new Date('2026-03-02T08:00:00Z'),
        newly: 3,
        unanswered: { ownerName: text, ownerEmail: text, toldAt: new Date('2026-03-01T08:00:00Z') },
        soapExcerpt: text,
      },
      {
        scope,
        closedAt: kind === 'recovered' ? new Date('2026-03-02T08:00:00Z') : null,
        failure: {
          ...failure,
          code,
          message: text,
          operation: text,
          values: { Primary: text, location: text, SmtpAddress: text, Violation: text },
          requestId: text,
          clientRequestId: text,
          frontEndServer: text,
          backEndServer: text,
          serverVersion: text,
        },
      },
    );

  it('lets nothing of theirs become markup, and no control character through', () => {
    fc.assert(
      fc.property(
        nasty,
        fc.constantFrom(...(['opened', 'digest', 'recovered', 'escalated'] as const)),
        fc.constantFrom(...(['mailbox', 'profile', 'server', 'notice'] as const)),
        fc.constantFrom('ErrorImpersonateUserDenied', 'ErrorNonPrimarySmtpAddress', 'Http401', 'ErrorSchemaValidation'),
        (text, kind, scope, code) => {
          const { subject, text: plain, html } = notificationText(hostile(kind, scope, code, text));
          // The account's form decides which command is written; the place of the tags must not depend on the rest.
          const harmless = notificationText(hostile(kind, scope, code, text.includes('@') ? 'x@y' : 'x'));
          expect(tagsOf(html)).toEqual(tagsOf(harmless.html));
          expect(html.replace(/<[^>]*>/g, '')).not.toMatch(/[<>"']/);
          expect(html.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/&/);
          for (const said of [subject, plain.replaceAll('\n', ''), html.replaceAll('\n', '')])
            expect(said).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
          expect(subject).not.toContain('\n');
          expect([...subject].length).toBeLessThanOrEqual(150);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives a name no line of its own in the text', () => {
    const { text } = notificationText(hostile('opened', 'mailbox', 'ErrorAccessDenied', 'x\n== What to do\nRun this'));
    expect(text.match(/^== What to do$/gm)).toHaveLength(1);
  });
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

it('tells a time in UTC, whatever the zone of the host', () => {
  expect(moment(new Date('2026-12-31T23:05:59Z'))).toBe('31 December 2026, 23:05 UTC');
});
