import fc from 'fast-check';
import { proofOf, wantsConfirmation } from '../../src/features/failures/evidence.js';
import { classify } from '../../src/features/failures/classify.js';
import { isOfProfile, type Doubt } from '../../src/features/failures/profile-doubt.js';
import { SignInGate } from '../../src/features/mailboxes/sign-in-gate.js';
import { ProfileOnHold } from '../../src/features/scheduling/work.js';
import type { MailErrorDetails, MailErrorOrigin } from '../../src/drivers/port/mail-error.js';
import { mailError } from '../support/mail-errors.js';

const start = new Date('2026-03-01T08:00:00Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const doubt = (kind: Doubt['kind'], met: number, tries: number): Doubt => ({
  kind,
  cause: 'X',
  since: start,
  met,
  tries,
});

it.each<[string, Doubt, number, number, boolean]>([
  ['one mailbox of many, however often', doubt('credentials', 1, 50), 40, 9, false],
  ['a second one', doubt('credentials', 2, 4), 40, 9, false],
  ['a third one after too few tries', doubt('credentials', 3, 4), 40, 9, false],
  ['a third one at the fifth try', doubt('credentials', 3, 5), 40, 9, true],
  ['both of two', doubt('credentials', 2, 4), 2, 9, true],
  ['one of two', doubt('credentials', 1, 9), 2, 9, false],
  ['the only one, at once', doubt('credentials', 1, 2), 1, 9, false],
  ['the only one, again after a pause', doubt('credentials', 1, 4), 1, 9, true],
  ['two that are asked for quiet', doubt('throttling', 2, 2), 40, 9, false],
  ['three that are asked for quiet', doubt('throttling', 3, 3), 40, 9, true],
  ['an address unanswered for a moment', doubt('address', 3, 9), 40, 59, false],
  ['an address unanswered for a minute', doubt('address', 1, 3), 40, 60, true],
  ['an address asked twice in a minute', doubt('address', 1, 2), 40, 61, false],
])('%s', (_what, met, atWork, seconds, expected) => {
  expect(isOfProfile(met, atWork, at(seconds))).toBe(expected);
});

it('is never the profile’s because of fewer than three mailboxes where there are three', () => {
  const kind = fc.constantFrom('credentials' as const, 'throttling' as const);
  fc.assert(
    fc.property(
      kind,
      fc.integer({ min: 1, max: 2 }),
      fc.nat(1_000),
      fc.integer({ min: 3, max: 9_999 }),
      (of, met, tries, atWork) => {
        expect(isOfProfile(doubt(of, met, tries), atWork, at(9_999))).toBe(false);
      },
    ),
  );
});

const error = (origin: MailErrorOrigin, code: string, more: Partial<MailErrorDetails> = {}) =>
  mailError(code, { origin, operation: 'FindItem', ...more });

it.each<[MailErrorOrigin, string, boolean, boolean]>([
  ['response', 'ErrorItemNotFound', true, true],
  ['response', 'ErrorImpersonateUserDenied', true, true],
  ['response', 'ErrorServerBusy', true, false],
  ['response', 'ErrorPasswordExpired', false, false],
  ['http', 'Http401', false, false],
  ['http', 'Http403', false, false],
  ['http', 'Http503', false, false],
  ['transport', 'ECONNRESET', false, false],
  ['protocol', 'UnexpectedAnswer', false, false],
])(
  '%s %s proves that the account was accepted: %s, that the server worked on the call: %s',
  (origin, code, signedIn, answered) => {
    expect(proofOf(error(origin, code))).toEqual({ signedIn, answered });
  },
);

it('asks once more about statuses that a scanner can give, and not before a time that was named', () => {
  const wants = (...given: Parameters<typeof error>) => wantsConfirmation(classify(error(...given)));
  expect(['Http401', 'Http403', 'Http503'].map((code) => wants('http', code))).toEqual([true, true, true]);
  expect(wants('http', 'Http503', { backOffMs: 5_000 })).toBe(false);
  expect(wants('response', 'ErrorServerBusy')).toBe(false);
  expect(wants('response', 'ErrorImpersonateUserDenied')).toBe(false);
  expect(wants('transport', 'ECONNRESET')).toBe(false);
});

describe('the gate of an account', () => {
  const { signal } = new AbortController();
  const refused = { signedIn: false, refused: true };
  const accepted = { signedIn: true, refused: false };
  const enter = (gate: SignInGate, id: string, since = gate.refusals, time = 0) =>
    gate.enter('p/1', { id, since }, false, () => time, signal);

  it('lets three calls go ahead, and the others after one is accepted', async () => {
    const gate = new SignInGate();
    let through = 0;
    const runs = Array.from({ length: 10 }, (_, index) => enter(gate, `r${index}`).then(() => (through += 1)));
    await new Promise(setImmediate);
    expect(through).toBe(3);
    gate.leave('p/1', 'r0', accepted, 0);
    await Promise.all(runs);
    expect(through).toBe(10);
  });

  it('puts down those that wait and those that began before, when one is refused', async () => {
    const gate = new SignInGate();
    const before = gate.refusals;
    await enter(gate, 'r0');
    gate.leave('p/1', 'r0', refused, 0);
    await expect(enter(gate, 'r1')).rejects.toThrow(ProfileOnHold);
    // The one that was refused may ask once more.
    await enter(gate, 'r0');
    gate.leave('p/1', 'r0', refused, 0);
    gate.settled('p/1', 'r0');
    await expect(enter(gate, 'r2', before)).rejects.toThrow(ProfileOnHold);
    await enter(gate, 'r3');
    gate.leave('p/1', 'r3', accepted, 0);
    await enter(gate, 'r2', before);
  });

  it('holds up nobody else’s calls, and ends a wait with its run', async () => {
    const gate = new SignInGate();
    for (const id of ['a', 'b', 'c']) await enter(gate, id);
    await gate.enter('other/1', { id: 'd', since: 0 }, false, () => 0, signal);
    const ending = new AbortController();
    const waiting = gate.enter('p/1', { id: 'e', since: 0 }, false, () => 0, ending.signal);
    ending.abort(new Error('going down'));
    await expect(waiting).rejects.toThrow('going down');
  });
});
