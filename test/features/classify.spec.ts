import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify, consequenceOf, type Consequence } from '../../src/features/failures/classify.js';
import { storedFailure } from '../../src/features/failures/failure.js';
import { responseCodes } from '../../src/drivers/ews/codes/response-codes.js';
import type { MailErrorDetails, MailErrorOrigin } from '../../src/drivers/port/mail-error.js';
import { mailError } from '../support/mail-errors.js';

const diagnostics = {
  clientRequestId: 'client-1',
  requestId: 'request-1',
  httpStatus: 500,
  frontEndServer: 'FE1',
  backEndServer: 'BE1',
  diagnosticInfo: null,
  serverVersion: '15.2.1.1',
  durationMs: 3,
};
const error = (origin: MailErrorOrigin, code: string, more: Partial<MailErrorDetails> = {}) =>
  mailError(code, { origin, operation: 'FindItem', text: 'as the server says', diagnostics, ...more });
const consequence = (origin: MailErrorOrigin, code: string, more: Partial<MailErrorDetails> = {}): Consequence =>
  consequenceOf(classify(error(origin, code, more)));

const schema = join(import.meta.dirname, '../../../shared/ews-schema/messages.xsd');
const hasSchema = existsSync(schema);
(hasSchema ? it : it.skip)(
  `knows every code of the EWS schema${hasSchema ? '' : ' (skipped: the EWS schema is not there)'}`,
  () => {
    const text = readFileSync(schema, 'utf8');
    const type = /<xs:simpleType name="ResponseCodeType">([\s\S]*?)<\/xs:simpleType>/.exec(text)?.[1] ?? '';
    const codes = [...type.matchAll(/<xs:enumeration value="(\w+)"/g)].map(([, code]) => code ?? '');
    expect(codes.length).toBeGreaterThan(400);
    expect(codes.filter((code) => code !== 'NoError' && !(code in responseCodes))).toEqual([]);
  },
);

/** The classes as they were agreed on, for clones that have no reference beside them. */
const agreed = join(import.meta.dirname, 'golden/response-codes.txt');
const reference = join(import.meta.dirname, '../../../shared/reference/ews-response-codes.json');

it('classifies every code as agreed, and as the reference does where that is at hand', () => {
  type Fact = Record<'code' | 'category' | 'scope' | 'retry', string>;
  const lines = (facts: readonly Fact[]) =>
    facts.map(({ code, category, scope, retry }) => `${code} ${category} ${scope} ${retry}\n`).sort();
  const ours = lines(Object.entries(responseCodes).map(([code, row]) => ({ code, ...row })));
  if (process.env.UPDATE_GOLDEN) writeFileSync(agreed, ours.join(''));
  expect(ours.length).toBeGreaterThan(500);
  expect(ours.join('')).toBe(readFileSync(agreed, 'utf8'));
  if (!existsSync(reference)) return;
  const facts = JSON.parse(readFileSync(reference, 'utf8')) as Fact[];
  // NoError is no failure.
  expect(ours).toEqual(lines(facts.filter(({ category }) => category !== 'success')));
});

it('takes a code that it does not know for one that passes, of the server and not of an item', () => {
  expect(classify(error('response', 'ErrorOfACodeFromTheFuture'))).toMatchObject({
    category: 'other',
    scope: 'server',
    retry: 'backoff',
  });
  for (const [origin, code] of [
    ['http', 'Http418'],
    ['transport', 'E_NEVER_HEARD_OF'],
    ['protocol', 'SomethingElse'],
  ] as const)
    expect(classify(error(origin, code))).toMatchObject({ scope: 'server', retry: 'backoff' });
});

describe('what a failure means', () => {
  it.each<[MailErrorOrigin, string, Consequence]>([
    ['response', 'ErrorImpersonateUserDenied', 'fail-mailbox'],
    ['response', 'ErrorImpersonationDenied', 'fail-mailbox'],
    ['response', 'ErrorImpersonationFailed', 'fail-mailbox'],
    ['response', 'ErrorAccessDenied', 'fail-mailbox'],
    ['response', 'ErrorNonExistentMailbox', 'fail-mailbox'],
    ['response', 'ErrorNonPrimarySmtpAddress', 'fail-mailbox'],
    ['response', 'ErrorAccountDisabled', 'fail-mailbox'],
    ['http', 'Http403', 'fail-mailbox'],
    ['http', 'Http401', 'suspend-profile'],
    ['http', 'Http440', 'suspend-profile'],
    ['http', 'Http456', 'suspend-profile'],
    ['response', 'ErrorServerBusy', 'throttle-profile'],
    ['response', 'ErrorExceededConnectionCount', 'throttle-profile'],
    ['response', 'ErrorExceededFindCountLimit', 'throttle-profile'],
    ['http', 'Http503', 'throttle-profile'],
    ['http', 'Http429', 'throttle-profile'],
    ['response', 'ErrorExceededSubscriptionCount', 'retry-later'],
    ['response', 'ErrorMailboxStoreUnavailable', 'retry-later'],
    ['response', 'ErrorMailboxMoveInProgress', 'retry-later'],
    ['response', 'ErrorInternalServerError', 'retry-later'],
    ['response', 'ErrorInternalServerTransientError', 'retry-later'],
    ['response', 'ErrorADUnavailable', 'retry-later'],
    ['response', 'ErrorTimeoutExpired', 'throttle-profile'],
    ['response', 'ErrorSchemaValidation', 'retry-later'],
    ['response', 'ErrorOfACodeFromTheFuture', 'retry-later'],
    ['response', 'constructor', 'retry-later'],
    ['http', 'Http302', 'retry-later'],
    ['http', 'Http404', 'retry-later'],
    ['http', 'Http400', 'retry-later'],
    ['http', 'Http413', 'retry-later'],
    ['http', 'Http500', 'retry-later'],
    ['http', 'Http504', 'retry-later'],
    ['http', 'Http599', 'retry-later'],
    ['http', 'constructor', 'retry-later'],
    ['http', 'Http502', 'retry-later'],
    ['transport', 'ECONNREFUSED', 'retry-later'],
    ['transport', 'ENOTFOUND', 'retry-later'],
    ['transport', 'CERT_HAS_EXPIRED', 'retry-later'],
    ['transport', 'TimedOut', 'retry-later'],
    ['protocol', 'InvalidXml', 'retry-later'],
    ['protocol', 'UnexpectedAnswer', 'retry-later'],
  ])('%s %s: %s', (origin, code, expected) => {
    expect(consequence(origin, code)).toBe(expected);
  });

  it('of any code with a time to wait is that the whole profile waits', () => {
    expect(consequence('response', 'ErrorInternalServerError', { backOffMs: 5_000 })).toBe('throttle-profile');
    expect(consequence('http', 'Http502', { backOffMs: 5_000 })).toBe('throttle-profile');
    // But for what concerns one mailbox only.
    expect(consequence('response', 'ErrorExceededSubscriptionCount', { backOffMs: 5_000 })).toBe('retry-later');
  });

  it('of a denied impersonation stays, however much the server wraps around it', () => {
    expect(consequence('response', 'ErrorImpersonationFailed', { backOffMs: 5_000 })).toBe('fail-mailbox');
  });

  it('is never that a mailbox stops for what passes, or goes on for what a person must mend', () => {
    for (const code of Object.keys(responseCodes)) {
      const failure = classify(error('response', code));
      const means = consequenceOf(failure);
      const impersonation = /^ErrorImpersonat/.test(code) && code !== 'ErrorImpersonationRequired';
      if (means === 'fail-mailbox' && !impersonation) expect([code, failure.retry]).toEqual([code, 'never']);
      if (failure.category === 'throttling')
        expect([code, means]).toEqual([code, failure.scope === 'mailbox' ? 'retry-later' : 'throttle-profile']);
      if (
        ['network', 'transient-server', 'protocol', 'item-permanent', 'client-bug', 'sync-state-invalid'].includes(
          failure.category,
        ) &&
        !impersonation
      )
        expect([code, means]).toEqual([code, 'retry-later']);
      if (
        ['impersonation-permission', 'mailbox-gone-moved'].includes(failure.category) &&
        failure.retry === 'never' &&
        failure.scope === 'mailbox'
      )
        expect([code, means]).toEqual([code, 'fail-mailbox']);
    }
  });
});

it('says nothing of an error of ours to the outside', () => {
  const failure = classify(new Error('password=hunter2 at 10.0.0.1'));
  expect(failure).toMatchObject({ code: 'InternalError', effectPossible: true, diagnostics: null });
  expect(JSON.stringify(failure)).not.toContain('hunter2');
  expect(consequenceOf(failure)).toBe('retry-later');
  for (const thrown of [undefined, null, 'text', 7, {}]) expect(classify(thrown).code).toBe('InternalError');
});

it('keeps of a failure what an administrator needs', () => {
  const failure = classify(error('response', 'ErrorNonPrimarySmtpAddress', { values: { Primary: 'anna@x' } }));
  expect(storedFailure(failure, 'outgoing', new Date(0))).toEqual({
    code: 'ErrorNonPrimarySmtpAddress',
    category: failure.category,
    operation: 'FindItem',
    during: 'outgoing',
    message: 'as the server says',
    values: { Primary: 'anna@x' },
    at: '1970-01-01T00:00:00.000Z',
    requestId: 'request-1',
    clientRequestId: 'client-1',
    httpStatus: 500,
    frontEndServer: 'FE1',
    backEndServer: 'BE1',
    serverVersion: '15.2.1.1',
  });
});
