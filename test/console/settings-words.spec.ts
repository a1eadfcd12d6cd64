import fc from 'fast-check';
import {
  attemptInWords,
  countInWords,
  deliveryStates,
  standingOf,
} from '../../src/console/pages/settings/endpoint-words.js';
import {
  eventGroups,
  eventInWords,
  eventsInWords,
  eventTypes as offered,
} from '../../src/console/pages/settings/event-words.js';
import { endOfLife, lives, standingOfKey, widest } from '../../src/console/pages/settings/key-words.js';
import { fromLocalInput, toLocalInput } from '../../src/console/pages/settings/local-time.js';
import {
  encryptionInWords,
  kindInWords,
  notificationStates,
} from '../../src/console/pages/settings/notification-words.js';
import { reachInWords } from '../../src/console/pages/settings/reach-words.js';
import { changeInWords, daysInWords } from '../../src/console/parts/content-retention.js';
import { contentInWords, contentOfAll, keptThings } from '../../src/console/pages/settings/retention-words.js';
import { reachFor, standingOfUser } from '../../src/console/pages/settings/user-words.js';
import { shownStates } from '../../src/features/webhooks/delivery-views.store.js';
import { eventTypes } from '../../src/features/feed/event.js';
import { notificationStates as statesOfApi } from '../../src/features/notifications/notification-row.js';
import { reachTrouble } from '../../src/features/identity/users/user.js';

describe('webhook endpoints', () => {
  const well = { enabled: true, disabledReason: null, holdUntil: null, failingSince: null };
  const at = '2026-03-01T08:00:00.000Z';

  it('are off for a reason, failing, resting or on, what matters most first', () => {
    expect(standingOf(well).label).toBe('on');
    expect(standingOf({ ...well, holdUntil: at }).label).toBe('resting');
    expect(standingOf({ ...well, holdUntil: at, failingSince: at }).label).toBe('failing');
    const off = { ...well, enabled: false, failingSince: at };
    expect(standingOf({ ...off, disabledReason: 'manual' })).toMatchObject({ label: 'off', color: 'gray' });
    expect(standingOf({ ...off, disabledReason: 'gone' }).means).toContain('410');
    expect(standingOf({ ...off, disabledReason: 'failing' })).toMatchObject({ label: 'switched off', color: 'red' });
    expect(standingOf(off).label).toBe('off');
  });

  it('tell of the last attempt', () => {
    const delivery = { attempts: 0, lastStatus: null, lastError: null, lastMs: null };
    expect(attemptInWords(delivery)).toBe('not tried yet');
    expect(attemptInWords({ ...delivery, attempts: 1, lastStatus: 500, lastMs: 35 })).toBe('answered 500 after 35 ms');
    const known = { ...delivery, attempts: 1, lastStatus: 500, lastMs: 35 };
    expect(attemptInWords({ ...known, lastError: 'answered 500' })).toBe('answered 500 after 35 ms');
    expect(attemptInWords({ ...known, lastError: 'led elsewhere' })).toBe('answered 500 after 35 ms: led elsewhere');
    expect(attemptInWords({ ...delivery, attempts: 1, lastMs: 20_000 })).toBe('no answer after 20000 ms');
    expect(attemptInWords({ ...delivery, attempts: 1, lastError: 'ECONNREFUSED' })).toBe('no answer: ECONNREFUSED');
    expect(countInWords(12)).toBe('12');
    expect(countInWords(10_000)).toMatch(/^10\D?000 or more$/);
    expect(Object.keys(deliveryStates)).toEqual([...shownStates]);
  });

  it('offer each event of the API once, with words', () => {
    expect([...offered].sort()).toEqual([...eventTypes].sort());
    expect(eventGroups.flatMap(({ types }) => types).sort()).toEqual([...eventTypes].sort());
    for (const type of eventTypes) expect(eventInWords(type)).toMatch(/^\p{Ll}/u);
    expect(eventsInWords(null)).toBe('all events, later kinds too');
    expect(eventsInWords(['mailbox.failed'])).toBe('mailbox.failed');
    expect(eventsInWords(eventTypes)).toMatch(/^message\.received, .* and 30 more$/);
  });
});

describe('users', () => {
  it('are said to be disabled, under attack or invited, and nothing else', () => {
    const user = { disabled: false, newNetworksRefusedUntil: null, hasPassword: true, hasSingleSignOn: false };
    expect(standingOfUser(user)).toBeNull();
    expect(standingOfUser({ ...user, hasPassword: false, hasSingleSignOn: true })).toBeNull();
    expect(standingOfUser({ ...user, hasPassword: false })?.label).toBe('invited');
    const attacked = { ...user, newNetworksRefusedUntil: '2026-03-01T08:00:00Z' };
    expect(standingOfUser(attacked)?.label).toBe('under attack');
    expect(standingOfUser({ ...user, disabled: true, hasPassword: false })?.label).toBe('disabled');
  });

  it('have profiles that the API takes for the role, whatever the role was before', () => {
    const reach = fc.option(fc.array(fc.uuid()));
    fc.assert(
      fc.property(fc.constantFrom('admin', 'owner', 'viewer'), reach, (role, before) => {
        expect(reachTrouble(role, reachFor(role, before))).toBeNull();
      }),
    );
    expect(reachFor('owner', ['a'])).toEqual(['a']);
    expect(reachFor('viewer', ['a'])).toEqual(['a']);
  });

  it('are limited to profiles by their names', () => {
    const nameOf = (id: string) => ({ a: 'Head office', b: 'Branches' })[id];
    expect(reachInWords(null, nameOf)).toBe('all profiles');
    expect(reachInWords([], nameOf)).toBe('no profile yet');
    expect(reachInWords(['a', 'b'], nameOf)).toBe('Head office, Branches');
    expect(reachInWords(['a', '01a2020e-0fbf', 'b', 'a'], nameOf)).toBe(
      'Head office, profile 01a2020e, Branches and 1 more',
    );
  });
});

describe('API keys', () => {
  const now = Date.parse('2026-03-01T08:00:00Z');

  it('are valid until they are revoked or their time is over', () => {
    const key = { revokedAt: null, expiresAt: null };
    expect(standingOfKey(key, now).label).toBe('valid');
    expect(standingOfKey({ ...key, expiresAt: '2026-03-01T08:00:00.001Z' }, now).label).toBe('valid');
    expect(standingOfKey({ ...key, expiresAt: '2026-03-01T08:00:00.000Z' }, now).label).toBe('expired');
    expect(standingOfKey({ revokedAt: '2026-02-01T00:00:00Z', expiresAt: '2026-02-02T00:00:00Z' }, now).label).toBe(
      'revoked',
    );
  });

  it('are named by their widest scope, and live as long as chosen', () => {
    expect([widest(['read']), widest(['write', 'read']), widest(['read', 'admin'])]).toEqual([
      'read',
      'write',
      'admin',
    ]);
    expect(endOfLife('30', now)).toBe('2026-03-31T08:00:00.000Z');
    // At a full hour: a request that is repeated must be the same.
    expect(endOfLife('30', now + 1)).toBe('2026-03-31T09:00:00.000Z');
    expect(endOfLife('30', now + 60_000)).toBe(endOfLife('30', now + 1));
    expect(endOfLife('never', now)).toBeNull();
    expect(lives.map(({ value }) => endOfLife(value, now)).filter((end) => end === null)).toHaveLength(1);
  });
});

describe('notifications', () => {
  it('have words for each state and kind, and for encryption', () => {
    expect(Object.keys(notificationStates).sort()).toEqual([...statesOfApi].sort());
    expect(kindInWords({ kind: 'digest', number: 2 })).toBe('reminder 2');
    expect((['opened', 'escalated', 'recovered'] as const).map((kind) => kindInWords({ kind, number: 0 }))).toEqual([
      'new incident',
      'escalation',
      'recovery',
    ]);
    expect([true, false, null].map(encryptionInWords)).toEqual([
      'always TLS',
      'none',
      expect.stringContaining('STARTTLS'),
    ]);
  });
});

describe('retention', () => {
  it('warns exactly when content goes', () => {
    const days = fc.option(fc.integer({ min: 1, max: 36_500 }));
    fc.assert(
      fc.property(days, days, (before, after) => {
        const [had, has] = [before ?? Infinity, after ?? Infinity];
        const { removes, text } = changeInWords(before, after);
        expect(removes).toBe(has < had);
        expect(text.includes('are removed')).toBe(removes);
      }),
    );
  });

  it('is told in words', () => {
    expect([daysInWords(1), daysInWords(30), contentInWords(null)]).toEqual(['1 day', '30 days', 'for ever']);
    expect(contentOfAll({ shortest: null, longest: null, unlimitedProfiles: 0 })).toBe('there is no profile yet');
    expect(contentOfAll({ shortest: null, longest: null, unlimitedProfiles: 1 })).toBe('one profile keeps it for ever');
    expect(contentOfAll({ shortest: 30, longest: 90, unlimitedProfiles: 2 })).toBe(
      '30 to 90 days; 2 profiles keep it for ever',
    );
    expect(contentOfAll({ shortest: 30, longest: 30, unlimitedProfiles: 0 })).toBe('30 days');
    const contentDays = { shortest: null, longest: null, unlimitedProfiles: 0 };
    const things = keptThings({ eventsDays: 30, historyDays: 31, diagnosticsDays: 32, contentDays });
    expect(things.map(({ kept }) => kept)).toEqual(['30 days', '31 days', '32 days', 'for ever', 'for ever']);
  });
});

describe('the time of a replay', () => {
  it('survives the field that it is chosen in, to the minute', () => {
    const minute = 60_000;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000_000 }), (minutes) => {
        const at = new Date(minutes * minute);
        // An hour that a change of the clocks repeats is meant once.
        const back = fromLocalInput(toLocalInput(at.getTime()));
        expect(toLocalInput(Date.parse(back ?? ''))).toBe(toLocalInput(at.getTime()));
      }),
    );
    expect(toLocalInput(new Date(2026, 0, 2, 3, 4).getTime())).toBe('2026-01-02T03:04');
    expect([fromLocalInput(''), fromLocalInput('soon')]).toEqual([null, null]);
  });
});
