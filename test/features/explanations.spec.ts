import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { httpCodes } from '../../src/drivers/ews/codes/http-codes.js';
import { listingRows } from '../../src/features/failures/listing-rows.js';
import { ownCodes } from '../../src/features/failures/own-codes.js';
import { protocolCodes } from '../../src/drivers/ews/codes/protocol-codes.js';
import { transportCodes } from '../../src/drivers/ews/codes/transport-codes.js';
import type { FailureCategory } from '../../src/drivers/port/failure-class.js';
import { classify } from '../../src/features/failures/classify.js';
import { explain, explainInFull, type ExplanationContext } from '../../src/features/failures/explanations.js';
import { powerShell } from '../../src/drivers/ews/remedies/quoting.js';
import { serverKind } from '../../src/drivers/ews/remedies/server-kind.js';
import { oneLine, posix } from '../../src/drivers/port/explanations/quoting.js';
import { placeOf } from '../../src/drivers/port/explanations/server-place.js';
import { responseCodes } from '../../src/drivers/ews/codes/response-codes.js';
import type { MailErrorOrigin } from '../../src/drivers/port/mail-error.js';
import { mailError } from '../support/mail-errors.js';

const onPremises: ExplanationContext = {
  username: 'EXAMPLE\\svc-postroom',
  ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
  mailbox: 'anna@example.com',
  values: {},
  publicUrl: 'https://postroom.example.com',
  profileId: 'profile-1',
  mailboxId: 'mailbox-1',
};
const contexts: [string, ExplanationContext][] = [
  ['on premises', onPremises],
  [
    'in Exchange Online',
    { ...onPremises, ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx', username: 'svc@example.com' },
  ],
  ['with nothing known', { username: '(unknown)', ewsUrl: '(unknown)', mailbox: '', values: {} }],
  [
    'with values',
    {
      ...onPremises,
      values: { Primary: 'anna.lind@example.com', location: 'https://x/owa', genericErrorPage: 'true' },
    },
  ],
];

const strange: [MailErrorOrigin, string][] = [
  ['response', 'ErrorOfACodeFromTheFuture'],
  ['response', 'constructor'],
  ['response', '__proto__'],
  ['response', ''],
  ['http', 'Http300'],
  ['http', 'Http418'],
  ['http', 'Http599'],
  ['http', 'toString'],
  ['transport', 'UND_ERR_INFO'],
  ['transport', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['transport', 'ERR_TLS_HANDSHAKE_TIMEOUT'],
  ['transport', 'CERT_CHAIN_TOO_LONG'],
  ['transport', 'Unknown'],
  ['protocol', 'SomethingElse'],
];
const of = (origin: MailErrorOrigin, table: object): [MailErrorOrigin, string][] =>
  Object.keys(table).map((code) => [origin, code]);
const known = [
  ...of('response', responseCodes),
  ...of('http', httpCodes),
  ...of('transport', transportCodes),
  ...of('protocol', protocolCodes),
  ...of('protocol', listingRows),
];

const failureOf = (origin: MailErrorOrigin, code: string): { code: string; category: FailureCategory } =>
  classify(mailError(code, { origin, operation: 'FindItem' }));

/** What is wrong with words that a person is to read; nothing for good ones. */
function faultsOf(words: ReturnType<typeof explainInFull>): string[] {
  const faults: string[] = [];
  const sentences = { cause: words.cause, advice: words.advice, meanwhile: words.meanwhile };
  for (const [name, text] of Object.entries(sentences)) {
    if (!/^([A-Z“]|anna@)/.test(text)) faults.push(`${name} does not begin like a sentence: ${text}`);
    if (!/[.)]$/.test(text)) faults.push(`${name} does not end with a full stop: ${text}`);
    if (text.length < 7 || text.length > 700) faults.push(`${name} is ${text.length} long`);
  }
  for (const cause of words.causes)
    if (!/\.$/.test(cause) || cause.length < 10 || cause.length > 200) faults.push(`cause: ${cause}`);
  if (!/^[A-Z][^\n]{9,99}$/.test(words.title) || /[.:]$/.test(words.title)) faults.push(`title: ${words.title}`);
  for (const { purpose, command } of words.commands) {
    if (!/[.]$/.test(purpose) || purpose.length > 200) faults.push(`purpose: ${purpose}`);
    if (command.trim() === '' || command.length > 1_500) faults.push(`command: ${command}`);
  }
  // Commands apart: /dev/null is none of these.
  const prose = [words.title, ...Object.values(sentences), ...words.causes].join('\n');
  const bad =
    /undefined|\bnull\b|\[object|\bNaN\b|[Uu]nknown error|[Ss]omething went wrong|\.\.|<[a-z ]+>|\{\w*\}|\{\}| {2}|\s\.|,,|\bError[A-Z]\w+|\bHttp\d/.exec(
      prose,
    );
  if (bad) faults.push(`holds ${bad[0]}: ${prose.slice(Math.max(0, bad.index - 40), bad.index + 60)}`);
  return faults;
}

describe.each(contexts)('words %s', (_name, context) => {
  it('are fit for a person, for every code there is and every code there may be', () => {
    const faults = [...known, ...strange].flatMap(([origin, code]) =>
      faultsOf(explainInFull(failureOf(origin, code), context)).map((fault) => `${code}: ${fault}`),
    );
    for (const code of Object.keys(ownCodes))
      faults.push(...faultsOf(explainInFull({ code, category: 'other' }, context)).map((fault) => `${code}: ${fault}`));
    expect(faults).toEqual([]);
  });
});

it('has a title of its own for every code of EWS', () => {
  const codes = new Map<string, string[]>();
  for (const code of Object.keys(responseCodes)) {
    const { title } = explain(failureOf('response', code), onPremises);
    codes.set(title, [...(codes.get(title) ?? []), code]);
  }
  const shared = [...codes.values()].filter((several) => several.length > 1);
  // Two names of the same thing.
  expect(shared).toEqual([['ErrorInvalidSid', 'ErrorInvalidUserSid']]);
});

/** What a sync of mail really meets: each has words, ranked causes and, where a person can do something, a command. */
const precise: [MailErrorOrigin, string, selfHealing: boolean, command: RegExp | null][] = [
  ['response', 'ErrorImpersonateUserDenied', false, /-WritableRecipient 'anna@example\.com'/],
  ['response', 'ErrorImpersonationDenied', false, /New-ManagementRoleAssignment/],
  ['response', 'ErrorImpersonationFailed', true, null],
  ['response', 'ErrorInvalidExchangeImpersonationHeaderData', false, null],
  ['response', 'ErrorNonPrimarySmtpAddress', false, /PrimarySmtpAddress/],
  ['response', 'ErrorAccessDenied', false, /Get-MailboxPermission -Identity 'anna@example\.com'/],
  ['response', 'ErrorCreateItemAccessDenied', false, /Add-MailboxPermission/],
  [
    'response',
    'ErrorSendAsDenied',
    false,
    /Add-ADPermission .*-User 'EXAMPLE\\svc-postroom' -ExtendedRights 'Send As'/,
  ],
  ['response', 'ErrorInvalidSmtpAddress', false, /Get-Recipient/],
  ['response', 'ErrorInvalidUserPrincipalName', false, /Get-Recipient/],
  ['response', 'ErrorAccountDisabled', false, /Get-User -Identity 'anna@example\.com'/],
  ['response', 'ErrorPasswordExpired', false, /Get-ADUser -Identity 'svc-postroom'/],
  ['response', 'ErrorPasswordChangeRequired', false, /email-server-profiles\/profile-1/],
  ['response', 'ErrorCallerIsInvalidADAccount', false, /Get-ADUser/],
  ['response', 'ErrorInvalidLicense', false, /Get-Mailbox/],
  ['response', 'ErrorAccountSuspend', false, null],
  ['response', 'ErrorNonExistentMailbox', false, /Get-Recipient -Identity 'anna@example\.com'/],
  ['response', 'ErrorMailboxMoveInProgress', true, /Get-MoveRequest/],
  ['response', 'ErrorMailboxFailover', true, /Get-MailboxDatabaseCopyStatus/],
  ['response', 'ErrorMailboxLogonFailed', true, /Get-MailboxDatabaseCopyStatus/],
  ['response', 'ErrorCannotFindUser', false, /Get-Recipient/],
  ['response', 'ErrorCrossSiteRequest', true, /Get-WebServicesVirtualDirectory/],
  ['response', 'ErrorServerBusy', true, /Get-ThrottlingPolicy/],
  ['response', 'ErrorExceededConnectionCount', true, /EwsMaxConcurrency/],
  ['response', 'ErrorTimeoutExpired', true, null],
  ['response', 'ErrorExceededSubscriptionCount', true, null],
  ['response', 'ErrorSubmissionQuotaExceeded', true, /MessageRateLimit/],
  ['response', 'ErrorQuotaExceeded', false, /Get-MailboxStatistics -Identity 'anna@example\.com'/],
  ['response', 'ErrorMessagePerFolderCountReceiveQuotaExceeded', false, /Get-MailboxFolderStatistics/],
  ['response', 'ErrorInternalServerError', true, null],
  ['response', 'ErrorInternalServerTransientError', true, null],
  ['response', 'ErrorMailboxStoreUnavailable', true, /Get-MailboxDatabaseCopyStatus/],
  ['response', 'ErrorADUnavailable', true, /Get-ExchangeServer/],
  ['response', 'ErrorInvalidSyncStateData', true, null],
  ['response', 'ErrorSyncFolderNotFound', true, null],
  ['response', 'ErrorStaleObject', true, null],
  ['response', 'ErrorIrresolvableConflict', true, null],
  ['response', 'ErrorItemNotFound', true, null],
  ['response', 'ErrorCorruptData', false, null],
  ['response', 'ErrorMimeContentConversionFailed', false, null],
  ['response', 'ErrorInvalidRecipients', false, null],
  ['response', 'ErrorVirusDetected', false, null],
  ['response', 'ErrorFolderNotFound', false, null],
  ['response', 'ErrorInvalidServerVersion', true, null],
  ['http', 'Http302', false, /curl -sv .*https:\/\/mail\.example\.com\/EWS\/Exchange\.asmx/],
  ['http', 'Http401', false, /Unlock-ADAccount -Identity 'svc-postroom'/],
  ['http', 'Http403', false, /Get-CASMailbox -Identity 'anna@example\.com'[\s\S]*Get-OrganizationConfig/],
  ['http', 'Http404', false, /curl/],
  ['http', 'Http413', false, null],
  ['http', 'Http440', false, /curl/],
  ['http', 'Http456', false, /email-server-profiles/],
  ['http', 'Http500', true, null],
  ['http', 'Http502', true, /curl/],
  ['http', 'Http503', true, /curl/],
  ['http', 'Http504', true, /curl/],
  ['transport', 'ENOTFOUND', false, /nslookup mail\.example\.com/],
  ['transport', 'EAI_AGAIN', true, /nslookup/],
  ['transport', 'ECONNREFUSED', true, /nc -vz -w 10 mail\.example\.com 443/],
  ['transport', 'ECONNRESET', true, /curl/],
  ['transport', 'SocketClosed', true, /curl/],
  ['transport', 'TimedOut', true, /nc -vz/],
  ['transport', 'EHOSTUNREACH', true, /nc -vz/],
  [
    'transport',
    'CERT_HAS_EXPIRED',
    false,
    /openssl s_client -connect mail\.example\.com:443 -servername mail\.example\.com/,
  ],
  ['transport', 'DEPTH_ZERO_SELF_SIGNED_CERT', false, /openssl/],
  ['transport', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, /-showcerts/],
  ['transport', 'ERR_TLS_CERT_ALTNAME_INVALID', false, /subjectAltName/],
  ['transport', 'EPROTO', false, /-tls1_2/],
  ['transport', 'ERR_SSL_WRONG_VERSION_NUMBER', false, /-tls1_2/],
  ['protocol', 'UnexpectedAnswer', false, /curl/],
  ['protocol', 'InvalidXml', true, /curl/],
];

it.each(precise)('%s %s: passes by itself %s, %s', (origin, code, selfHealing, command) => {
  const words = explainInFull(failureOf(origin, code), onPremises);
  expect(words.causes.length).toBeGreaterThan(0);
  expect(words.selfHealing).toBe(selfHealing);
  if (command) expect(words.commands.map((one) => one.command).join('\n')).toMatch(command);
  expect(explain(failureOf(origin, code), onPremises)).toEqual({
    title: words.title,
    cause: words.cause,
    remedy: words.remedy,
  });
  for (const one of words.commands) expect(words.remedy).toContain(one.command.split('\n')[0]);
});

it('gives Exchange Online its own commands, and no role that is gone there', () => {
  const online = { ...onPremises, ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx' };
  const denied = explainInFull(failureOf('response', 'ErrorImpersonateUserDenied'), online);
  const commands = denied.commands.map(({ command }) => command).join('\n');
  expect(commands).toContain("-Role 'Application EWS.AccessAsApp' -CustomResourceScope 'Postroom mailboxes'");
  expect(commands).toContain('New-ServicePrincipal');
  expect(commands).not.toContain('-Role ApplicationImpersonation');
  const forbidden = explainInFull(failureOf('http', 'Http403'), online);
  expect(forbidden.advice).toContain('1 April 2027');
  for (const [origin, code] of known)
    for (const { shell } of explainInFull(failureOf(origin, code), online).commands)
      expect([code, shell]).not.toEqual([code, 'exchange-management-shell']);
});

it('takes the address that the server named for an alias', () => {
  const words = explainInFull(failureOf('response', 'ErrorNonPrimarySmtpAddress'), {
    ...onPremises,
    values: { Primary: "anna.o'lind@example.com" },
  });
  expect(words.cause).toContain("anna.o'lind@example.com");
  expect(words.commands[0]?.command).toContain(`-d '{"emailAddress":"anna.o'\\''lind@example.com"}'`);
});

it('tells the error page that passes from a redirection that stays', () => {
  const passing = {
    ...onPremises,
    values: { genericErrorPage: 'true', location: 'https://mail.example.com/ews/genericerrorpage.htm' },
  };
  const staying = { ...onPremises, values: { location: 'https://login.example.com/' } };
  expect(explainInFull(failureOf('http', 'Http302'), passing).selfHealing).toBe(true);
  const words = explainInFull(failureOf('http', 'Http302'), staying);
  expect(words.selfHealing).toBe(false);
  expect(words.cause).toContain('https://login.example.com/');
});

it('leaves out a command for which a name is missing', () => {
  const bare = { username: 'svc', ewsUrl: 'not an address', mailbox: '', values: {} };
  for (const [origin, code] of [...known, ...strange])
    for (const { command } of explainInFull(failureOf(origin, code), bare).commands)
      expect([code, command]).toEqual([code, expect.not.stringMatching(/ ''( |$)|undefined|\bnull\b|not an address/)]);
});

it.each([
  ['https://outlook.office365.com/EWS/Exchange.asmx', 'exchange-online'],
  ['https://OUTLOOK.office365.com./EWS/Exchange.asmx', 'exchange-online'],
  ['https://outlook.office365.us/EWS/Exchange.asmx', 'exchange-online'],
  ['https://partner.outlook.cn/EWS/Exchange.asmx', 'exchange-online'],
  ['https://webmail.apps.mil/EWS/Exchange.asmx', 'exchange-online'],
  ['https://outlook.office365.com.example.com/EWS/Exchange.asmx', 'exchange-server'],
  ['https://mail.example.com/outlook.office365.com', 'exchange-server'],
  ['https://mail.example.com/EWS/Exchange.asmx', 'exchange-server'],
  ['http://127.0.0.1:8025/EWS/Exchange.asmx', 'exchange-server'],
  ['(unknown)', 'exchange-server'],
  ['', 'exchange-server'],
])('takes %s for %s', (ewsUrl, kind) => {
  expect(serverKind(ewsUrl)).toBe(kind);
});

it.each([
  [
    'https://Mail.Example.com/EWS/Exchange.asmx',
    { hostname: 'mail.example.com', port: 443, tls: true, isAddress: false },
  ],
  ['https://mail.example.com:8443/x?secret=1#y', { port: 8443, url: 'https://mail.example.com:8443/x' }],
  ['http://10.0.0.7/EWS', { hostname: '10.0.0.7', port: 80, tls: false, isAddress: true }],
  ['https://[2001:db8::7]/EWS', { hostname: '[2001:db8::7]', port: 443, isAddress: true }],
  ['https://user:secret@mail.example.com/', { url: 'https://mail.example.com/' }],
])('finds the place of %s', (ewsUrl, place) => {
  expect(placeOf(ewsUrl)).toMatchObject(place);
});

it.each(['', 'nonsense', 'file:///etc/passwd', 'javascript:alert(1)', 'https://-rf.example.com/'])(
  'finds no place in “%s”',
  (ewsUrl) => {
    expect(placeOf(ewsUrl)).toBeNull();
  },
);

describe('quoting', () => {
  /** Names as a directory, a server or somebody malicious may give them. */
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          "'",
          '"',
          '`',
          '$',
          '$(',
          ')',
          ';',
          '|',
          '&',
          '\\',
          '\n',
          '\r',
          '\u2018',
          '\u2019',
          '\u201a',
          '\u201b',
          '\u2028',
          '\0',
          '\x1b[201~',
          '\u202e',
          '\ud800',
          'a',
          ' ',
          '-',
          '{',
          '}',
          '#',
          '<',
          '>',
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join('')),
  );
  const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;
  const quotes = "'\u2018\u2019\u201a\u201b";

  /** Reads PowerShell as its tokenizer does, and puts § for each literal string. */
  function powerShellSkeleton(text: string): string {
    let out = '';
    for (let i = 0; i < text.length; i += 1) {
      const sign = text.charAt(i);
      if (sign === '"') {
        const end = text.indexOf('"', i + 1);
        if (end < 0) return `${out}<open "`;
        out += text.slice(i, end + 1);
        i = end;
      } else if (quotes.includes(sign)) {
        for (i += 1; ; i += 1) {
          if (i >= text.length) return `${out}<open '`;
          if (!quotes.includes(text.charAt(i))) continue;
          if (i + 1 < text.length && quotes.includes(text.charAt(i + 1))) i += 1;
          else break;
        }
        out += '§';
      } else out += sign;
    }
    return out;
  }
  const posixSkeleton = (text: string): string => text.replace(/(?:'[^']*'|\\')+/g, '§');

  it('keeps any name inside a literal of PowerShell', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const literal = powerShell(name);
        expect(literal).not.toMatch(unprintable);
        expect(powerShellSkeleton(`Get-User ${literal} | Format-List`)).toBe('Get-User § | Format-List');
        expect(literal.slice(1, -1).replace(/(['\u2018\u2019\u201a\u201b])\1/g, '$1')).toBe(oneLine(name));
      }),
    );
  });

  it('keeps any name one word of a shell', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        expect(execFileSync('sh', ['-c', `printf %s ${posix(name)}`], { encoding: 'utf8' })).toBe(oneLine(name));
        expect(posix(name)).not.toMatch(unprintable);
      }),
      { numRuns: 60 },
    );
    expect(posix('-rf')).toBe("'-rf'");
  });

  it('lets no name change the shape of a command of any code', () => {
    const shape = (origin: MailErrorOrigin, code: string, context: ExplanationContext) =>
      explainInFull(failureOf(origin, code), context).commands.map(({ shell, command }) => [
        shell,
        shell === 'terminal' || shell === 'postroom-api' ? posixSkeleton(command) : powerShellSkeleton(command),
      ]);
    fc.assert(
      fc.property(nasty, nasty, nasty, fc.boolean(), (username, mailbox, value, isOnline) => {
        const ewsUrl = isOnline ? 'https://outlook.office365.com/EWS/Exchange.asmx' : onPremises.ewsUrl;
        const values = { Primary: `x'${value}` };
        const hostile = {
          ...onPremises,
          ewsUrl,
          username,
          mailbox: `m${mailbox}`,
          mailboxes: [`m${mailbox}`, `n${value}`],
          values,
        };
        const harmless = {
          ...hostile,
          username: username.includes('@') ? 'svc@x' : 'svc',
          mailbox: 'm',
          mailboxes: ['m', 'n'],
          values: { Primary: "x'y" },
        };
        for (const [origin, code] of known) {
          const hostileShape = shape(origin, code, hostile);
          expect([code, hostileShape]).toEqual([code, shape(origin, code, harmless)]);
          for (const [, text] of hostileShape) expect(text).not.toContain('<open');
        }
      }),
      { numRuns: 25 },
    );
  });

  it('lets no name bring a line break or a control character into any words', () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, (username, mailbox, value) => {
        const context = {
          ...onPremises,
          username,
          mailbox,
          values: { Primary: value, location: value, Violation: value },
        };
        for (const [origin, code] of known) {
          const words = explainInFull(failureOf(origin, code), context);
          for (const text of [words.title, words.cause, words.advice, words.meanwhile, ...words.causes])
            expect(text).not.toMatch(unprintable);
          for (const { purpose, command } of words.commands)
            expect(purpose + command.replaceAll('\n', '')).not.toMatch(unprintable);
        }
      }),
      { numRuns: 15 },
    );
  });
});
