import fc from 'fast-check';
import {
  numberOf,
  stepIds,
  stepOf,
  stepStatuses,
  type StepId,
} from '../../src/features/diagnostics/diagnostic-step.js';
import { isCertificatePem } from '../../src/features/diagnostics/pem.js';
import { coloured, reportText, stepText } from '../../src/features/diagnostics/report-text.js';
import { polisher } from '../../src/features/diagnostics/shown-step.js';
import { orderOf, skipReason } from '../../src/features/diagnostics/step-plan.js';
import { summaryOf, verdictCodes } from '../../src/features/diagnostics/verdict.js';
import { makeCertificate, opensslAvailable } from '../support/certificates.js';

const mailbox = { address: 'a@x.test', connectingSid: 'a@x.test' };
const anyState = fc.record({
  target: fc.record({
    ewsUrl: fc.constantFrom(null, 'https://x.test/'),
    mailbox: fc.constantFrom(null, mailbox),
    canary: fc.constantFrom(null, mailbox),
    sendToSelf: fc.boolean(),
  }),
  results: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...stepIds), fc.constantFrom(...stepStatuses)), { selector: ([id]) => id })
    .map((entries) => new Map(entries)),
  draftMayExist: fc.boolean(),
  credentialsRefused: fc.boolean(),
  stopped: fc.constantFrom(null, 'the end'),
});
const anyStep = fc.constantFrom(...stepIds);

describe('the plan', () => {
  it('takes every step once, and looks for the server first where it has no address', () => {
    for (const ewsUrl of [null, 'https://x.test/']) {
      const order = orderOf({ ewsUrl });
      expect([...order].sort()).toEqual([...stepIds].sort());
      expect(order.indexOf('autodiscover')).toBe(ewsUrl === null ? 0 : 5);
    }
  });

  it('calls nobody with credentials that were refused', () => {
    const signed = stepIds.filter((id) => numberOf(id) >= numberOf('credentials'));
    fc.assert(
      fc.property(anyState, fc.constantFrom(...signed), (state, id) => {
        expect(skipReason(id, { ...state, credentialsRefused: true })).not.toBeNull();
      }),
    );
  });

  it('deletes a draft that may be there whatever happened, and looks for none otherwise', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const reason = skipReason('delete', { ...state, credentialsRefused: false });
        expect(reason === null).toBe(state.draftMayExist);
      }),
    );
  });

  it('begins nothing but that once the run has ended', () => {
    fc.assert(
      fc.property(anyState, anyStep, (state, id) => {
        fc.pre(id !== 'delete');
        expect(skipReason(id, { ...state, stopped: 'the end' })).not.toBeNull();
      }),
    );
  });

  it('takes no step whose ground is missing', () => {
    const grounds: [StepId, StepId][] = [
      ['tcp', 'dns'],
      ['tls', 'tcp'],
      ['authentication', 'tls'],
      ['credentials', 'authentication'],
      ['impersonation', 'credentials'],
      ['canary', 'credentials'],
      ['create', 'impersonation'],
      ['read', 'create'],
      ['send', 'create'],
      ['send', 'delete'],
      ['find', 'impersonation'],
    ];
    fc.assert(
      fc.property(anyState, fc.constantFrom(...grounds), (state, [id, ground]) => {
        const status = state.results.get(ground);
        fc.pre(status === undefined || status === 'failed' || status === 'skipped');
        expect(skipReason(id, state)).not.toBeNull();
      }),
    );
  });
});

describe('the verdict', () => {
  const comparison = {
    username: 'svc',
    mailbox: 'a@x.test',
    canary: 'b@x.test',
    mailboxDenied: false,
    canaryOutcome: 'opened' as const,
    delegation: false,
    credentialsRefused: false,
    stopped: null,
  };

  it('is there for every way in which steps can end, and good only when nothing failed', () => {
    const anySteps = fc.array(fc.constantFrom(...stepStatuses), { minLength: 13, maxLength: 13 });
    fc.assert(
      fc.property(anySteps, fc.boolean(), fc.boolean(), fc.boolean(), (results, mailboxDenied, denied, end) => {
        const steps = stepIds.map((id, index) =>
          stepOf(id, { status: results[index] ?? 'passed', detail: 'd', remedy: 'r' }, 1),
        );
        const canaryOutcome = denied ? ('denied' as const) : ('unknown' as const);
        const facts = { ...comparison, mailboxDenied, canaryOutcome, stopped: end ? 'It ended.' : null };
        const { ok, verdict, counts } = summaryOf(steps, facts, 1);
        expect(verdictCodes).toContain(verdict.code);
        expect(verdict.text).toMatch(/^\S.*\.$/s);
        expect(ok).toBe(!results.includes('failed') && !end);
        expect(/^well/.test(verdict.code)).toBe(ok);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(13);
      }),
    );
  });
});

describe('what is shown', () => {
  it('never holds the password, in whatever form and place it came', () => {
    const password = fc.string({ minLength: 6, maxLength: 40 }).filter((text) => text.trim().length >= 6);
    fc.assert(
      fc.property(password, fc.string(), fc.constantFrom(0, 1, 2, 3), (secret, around, form) => {
        const token = Buffer.from(`svc:${secret}`).toString('base64');
        const written = [secret, token, encodeURIComponent(secret), JSON.stringify(secret)][form] ?? '';
        const detail = `${around}${written}${around}`;
        const polish = polisher({ username: 'svc', password: secret });
        const step = polish.step(
          stepOf('dns', { status: 'failed', detail, remedy: detail, code: detail, requestId: detail }, 1),
        );
        for (const text of [step.detail, step.remedy, step.code, step.requestId]) {
          if (secret !== '***') expect(text).not.toContain(secret);
          expect(text).not.toContain(token);
        }
      }),
    );
  });

  it('is cut to a length that a log and a screen can bear', () => {
    const polish = polisher({ username: 'svc', password: 'secret' });
    const long = '\ud83d\ude00'.repeat(100_000);
    const step = polish.step(stepOf('dns', { status: 'failed', detail: long, remedy: long }, 1));
    expect(step.detail.length).toBeLessThan(2_100);
    expect(step.remedy?.length).toBeLessThan(4_100);
    expect(step.detail.isWellFormed()).toBe(true);
  });

  it('is a tree to read, with colours only where asked for', () => {
    const steps = [
      stepOf('dns', { status: 'passed', detail: 'mail.x.test is 192.0.2.1.', requestId: 'r-0' }, 3.4),
      stepOf(
        'tcp',
        {
          status: 'failed',
          detail: 'Nothing listens.',
          code: 'ECONNREFUSED',
          remedy: 'Look:\n  curl x',
          requestId: 'r-1',
        },
        12,
      ),
      stepOf('tls', { status: 'skipped', detail: 'Step 2 did not succeed.' }, 0),
    ];
    const summary = {
      verdict: { code: 'server-unreachable', text: 'It cannot be reached.', remedy: 'Ask.' },
      ok: false,
      counts: { passed: 1, warning: 0, failed: 1, skipped: 1 },
      durationMs: 1_520,
    } as const;
    expect(reportText(steps, summary)).toBe(`✓  1  The address and its name (DNS)                  3 ms
      mail.x.test is 192.0.2.1.
✗  2  TCP connection                                 12 ms
      Nothing listens.
      code: ECONNREFUSED, request id: r-1
      What to do:
        Look:
          curl x
–  3  TLS and certificate
      Step 2 did not succeed.

✗ It cannot be reached.
  1 passed, 1 failed, 1 skipped, in 1.5 s
  What to do:
    Ask.
`);
    const [first] = steps;
    expect(first && stepText(first)).not.toContain('\u001b');
    expect(first && stepText(first, coloured)).toContain('\u001b[32m✓\u001b[0m');
  });
});

(opensslAvailable() ? describe : describe.skip)('certificates that are given (needs openssl)', () => {
  it('are certificates and nothing else', () => {
    const pair = makeCertificate(['x.test']);
    const [cert, key] = [pair.cert.toString(), pair.key.toString()];
    expect(isCertificatePem(`${cert}\n${cert}`)).toBe(true);
    expect(isCertificatePem(`${cert}${key}`)).toBe(false);
    expect(isCertificatePem(key)).toBe(false);
    expect(isCertificatePem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toBe(false);
    expect(isCertificatePem('')).toBe(false);
  });
});
