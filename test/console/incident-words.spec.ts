import { counted } from '../../src/console/parts/incidents/counted.js';
import { durationWords } from '../../src/console/parts/incidents/duration-words.js';
import { isSnoozed, whomItStops } from '../../src/console/parts/incidents/incident-words.js';
import { recoveryLines } from '../../src/console/pages/incidents/recovery-lines.js';
import { remedyParts } from '../../src/console/parts/remedy-parts.js';
import { localField, snoozeChoices } from '../../src/console/pages/incidents/snooze-times.js';
import { mostUrgentFirst } from '../../src/console/pages/overview/most-urgent.js';
import { lagSummary, lagWords, mailSummary, rangeOf } from '../../src/console/pages/overview/series-words.js';
import { explainEndpoint } from '../../src/features/incidents/endpoint-explanation.js';

const minute = 60_000;
const day = 24 * 60 * minute;
const about = (scope: 'mailbox' | 'profile' | 'server' | 'notice' | 'endpoint', more: object = {}) => ({
  scope,
  open: true,
  serverHost: null,
  stoppedMailboxes: 3,
  affectedMailboxes: 3,
  ...more,
});

it.each([
  [about('mailbox'), 'Stops 3 mailboxes of “Sales”'],
  [about('mailbox', { affectedMailboxes: 4 }), 'Stops 3 mailboxes of “Sales”; 1 mailbox is back'],
  [about('mailbox', { open: false, stoppedMailboxes: 0 }), 'Stopped 3 mailboxes of “Sales”'],
  [about('profile', { stoppedMailboxes: 0, affectedMailboxes: 0 }), 'Holds up all mailboxes of “Sales”'],
  [about('server', { serverHost: 'mail.example.com' }), 'Holds up all profiles at mail.example.com'],
  [about('notice', { stoppedMailboxes: 1 }), 'Mail flows; it is about 1 mailbox of “Sales”'],
  [about('endpoint', { open: false }), 'A webhook endpoint was switched off; mail flowed'],
])('says whom %j stops', (incident, words) => {
  expect(whomItStops(incident, 'Sales')).toBe(words);
});

it('does without a name that is not known', () => {
  expect(whomItStops(about('mailbox'), null)).toBe('Stops 3 mailboxes of its profile');
});

it('takes a snooze for one while it lasts', () => {
  const snoozed = { until: '2026-03-01T08:00:00Z', by: { id: '1', name: 'Paul' } };
  const until = Date.parse(snoozed.until);
  expect(isSnoozed({ open: true, snoozed }, until - 1)).toBe(true);
  expect(isSnoozed({ open: true, snoozed }, until)).toBe(false);
  expect(isSnoozed({ open: false, snoozed }, until - 1)).toBe(false);
});

it.each([
  [59_000, 'less than a minute'],
  [minute, '1 minute'],
  [41 * minute, '41 minutes'],
  [125 * minute, '2 hours 5 minutes'],
  [120 * minute, '2 hours'],
  [day + 59 * minute, '1 day'],
  [2 * day + 61 * minute, '2 days 1 hour'],
])('says %d ms as %s', (ms, words) => expect(durationWords(ms)).toBe(words));

it('sums up what was', () => {
  const times = { firstAt: '2026-03-01T08:00:00Z', closedAt: '2026-03-01T08:41:00Z' };
  const caughtUp = { received: 1_204, sent: 1 };
  expect(recoveryLines({ ...times, scope: 'mailbox', affectedMailboxes: 60, caughtUp })).toEqual([
    'It lasted 41 minutes.',
    'It stopped 60 mailboxes.',
    'Nothing was lost.',
    `Of what arrived meanwhile, ${counted(1_204, 'message')} were fetched.`,
    'Of what waited to be sent, 1 message was sent.',
  ]);
  expect(
    recoveryLines({ ...times, scope: 'server', affectedMailboxes: 0, caughtUp: { received: 100_000, sent: null } }),
  ).toContain(`Of what arrived meanwhile, more than ${counted(100_000, 'message')} were fetched.`);
  expect(recoveryLines({ ...times, scope: 'endpoint', affectedMailboxes: 0, caughtUp: null })).toHaveLength(2);
});

it('takes the remedy of an endpoint apart into each of its commands', () => {
  const at = '2026-03-01T08:00:00.000Z';
  const failure = {
    code: 'WebhookGone',
    url: 'https://a.example/',
    message: 'answered 410',
    failingSince: at,
    waitingSince: at,
    at,
  } as const;
  const steps = remedyParts(
    explainEndpoint(failure, { endpointId: 'e', publicUrl: 'https://postroom.example' }).remedy,
  );
  expect(steps).toHaveLength(5);
  for (const step of steps)
    expect(step).toMatchObject({
      kind: 'command',
      purpose: expect.stringMatching(/[\w)]\.$/),
      command: expect.stringMatching(/^curl /),
    });
});

it('offers times to snooze until by the calendar', () => {
  const [hour, morning, week] = snoozeChoices(new Date(2026, 2, 1, 23, 30));
  expect(hour?.until).toEqual(new Date(2026, 2, 2, 0, 30));
  expect(morning?.until).toEqual(new Date(2026, 2, 2, 8, 0));
  expect(week?.until).toEqual(new Date(2026, 2, 8, 23, 30));
  const field = localField(new Date(2026, 2, 1, 3, 5));
  expect(field).toBe('2026-03-01T03:05');
  expect(new Date(field)).toEqual(new Date(2026, 2, 1, 3, 5));
});

it('puts first what stops mail and what nobody has taken up', () => {
  const acknowledged = { at: '', by: { id: '', name: '' } };
  const rows = [
    { id: 'notice', scope: 'notice', acknowledged: null },
    { id: 'taken', scope: 'mailbox', acknowledged },
    { id: 'server', scope: 'server', acknowledged: null },
    { id: 'mailbox', scope: 'mailbox', acknowledged: null },
  ] as const;
  expect(mostUrgentFirst(rows).map(({ id }) => id)).toEqual(['server', 'mailbox', 'taken', 'notice']);
});

describe('of the charts', () => {
  it.each([
    [0, '0 s'],
    [420, '0.4 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [59.6 * minute, '1 h'],
    [90 * minute, '1.5 h'],
  ])('says a lag of %d ms as %s', (ms, words) => expect(lagWords(ms)).toBe(words));

  const point = (p50Ms: number | null, p95Ms: number | null, received = 0, sent = 0) => ({
    at: '2026-03-01T08:00:00Z',
    p50Ms,
    p95Ms,
    received,
    sent,
    failed: 0,
  });

  it('tells what they show, gaps left out', () => {
    expect(lagSummary([point(null, null)], '1h')).toBe('Nothing was measured in the last hour.');
    expect(lagSummary([point(500, 2_000), point(null, null), point(3_000, 12_000)], '24h')).toBe(
      'In the last 24 hours the lag of half of the mailboxes went from 0.5 s to 3 s at most; 95 of 100 were never later than 12 s.',
    );
    expect(mailSummary([point(null, null, 2, 1), point(1, 1, 3)], '7d')).toBe(
      'In the last 7 days 5 messages were received and 1 was sent.',
    );
  });

  it('takes any other range in the address for a day', () => {
    expect(['1h', '7d', '', '9y'].map(rangeOf)).toEqual(['1h', '7d', '24h', '24h']);
  });
});
