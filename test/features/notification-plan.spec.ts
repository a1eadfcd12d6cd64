import { planOf, type ToldIncident } from '../../src/features/notifications/notification-plan.js';

const minute = 60_000;
const start = new Date('2026-03-01T08:00:00Z');
const at = (minutes: number) => new Date(start.getTime() + minutes * minute);

const incident = (more: Partial<ToldIncident> = {}): ToldIncident => ({
  scope: 'mailbox',
  openedAt: start,
  closedAt: null,
  affected: 3,
  openingOwed: false,
  reminderOwed: false,
  toldAt: at(1),
  toldAffected: 3,
  acknowledgedAffected: null,
  snoozedUntil: null,
  unansweredSince: start,
  ...more,
});
const untold = { openingOwed: true, toldAt: null, toldAffected: 0 };
const contact = { email: 'x@example.com', afterMinutes: 240 };

it.each<[string, ToldIncident, number, object]>([
  ['waits half a minute for further mailboxes', incident(untold), 0.4, { opening: false, lookAt: at(0.5) }],
  ['tells of mailboxes then', incident(untold), 0.5, { opening: true, digest: false, lookAt: at(1440.5) }],
  ['tells of a profile at once', incident({ ...untold, scope: 'profile' }), 0, { opening: true }],
  ['tells of a server at once', incident({ ...untold, scope: 'server' }), 0, { opening: true }],
  ['is quiet while nothing changes', incident(), 600, { digest: false, lookAt: at(1441) }],
  ['reminds after a day', incident(), 1441, { digest: true, lookAt: at(2881) }],
  ['is quiet for an hour while it grows', incident({ affected: 9 }), 60, { digest: false, lookAt: at(61) }],
  ['tells that it has grown after an hour', incident({ affected: 9 }), 61, { digest: true, lookAt: at(1501) }],
  [
    'does not remind of what somebody took up',
    incident({ acknowledgedAffected: 3 }),
    9999,
    { digest: false, lookAt: null },
  ],
  [
    'tells that it outgrew what somebody took up, and reminds again',
    incident({ acknowledgedAffected: 3, affected: 4 }),
    100,
    { digest: true, acknowledgementLapses: true, lookAt: at(1540) },
  ],
  [
    'says nothing while snoozed',
    incident({ affected: 9, snoozedUntil: at(900) }),
    800,
    { digest: false, lookAt: at(900) },
  ],
  [
    'tells once when the snooze is over, even of what somebody took up',
    incident({ acknowledgedAffected: 3, snoozedUntil: at(900), reminderOwed: true }),
    900,
    { digest: true, lookAt: null },
  ],
  [
    'tells that it began when it was snoozed before it was told',
    incident({ ...untold, snoozedUntil: at(5), reminderOwed: true }),
    5,
    { opening: true, digest: false },
  ],
  [
    'tells a person who is new to it, and nobody else',
    incident({ openingOwed: true }),
    20,
    { opening: true, digest: false },
  ],
  [
    'tells the end',
    incident({ closedAt: at(7), snoozedUntil: at(900) }),
    8,
    { recovery: true, opening: false, lookAt: null },
  ],
])('%s', (_what, told, minutes, expected) => {
  expect(planOf(told, [], at(minutes))).toMatchObject(expected);
});

it('escalates what nobody took up in time, and looks again when it is time', () => {
  expect(planOf(incident(), [contact], at(239))).toMatchObject({ escalateTo: [], lookAt: at(240) });
  expect(planOf(incident(), [contact], at(240))).toMatchObject({ escalateTo: [contact.email] });
  expect(planOf(incident({ acknowledgedAffected: 3 }), [contact], at(999))).toMatchObject({
    escalateTo: [],
    lookAt: null,
  });
  // The time during which its profile muted the cause is not counted.
  const unmuted = { ...contact, notBefore: at(500) };
  expect(planOf(incident(), [unmuted], at(700))).toMatchObject({ escalateTo: [], lookAt: at(740) });
  expect(planOf(incident(), [unmuted], at(740))).toMatchObject({ escalateTo: [contact.email] });
  // What it grew by is nobody's, and is given the same time.
  const grown = incident({ acknowledgedAffected: 3, affected: 4 });
  expect(planOf(grown, [contact], at(300))).toMatchObject({ digest: true, escalateTo: [], lookAt: at(540) });
});
