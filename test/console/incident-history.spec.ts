import { checkOutcome, goesOn, type Standing } from '../../src/console/pages/incidents/check-outcome.js';
import { historyOf } from '../../src/console/pages/incidents/history.js';

const start = Date.parse('2026-03-01T08:00:00.000Z');
const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
const by = { id: '1', name: 'Olga' };
type Incident = Parameters<typeof historyOf>[0];

const incident = (more: Partial<Incident>): Incident =>
  ({
    firstAt: at(0),
    closedAt: null,
    affectedMailboxes: 0,
    mailboxes: [],
    notifications: [],
    acts: [],
    ...more,
  }) as Incident;
const member = (stopped: number, recovered: number | null = null) => ({
  id: `m${stopped}`,
  emailAddress: 'a@example.com',
  stoppedAt: at(stopped),
  recoveredAt: recovered === null ? null : at(recovered),
});
const titles = (one: Incident) => historyOf(one).map(({ title }) => title);

describe('the timeline', () => {
  it('tells how it began, grew, came back and ended, newest first, crowds as one line', () => {
    const mailboxes = [member(0, 90), member(1, 91), member(4, 120), member(30, 120), member(33, 120)];
    expect(titles(incident({ mailboxes, affectedMailboxes: 5, closedAt: at(120) }))).toEqual([
      'It was over',
      '3 mailboxes were well again',
      '2 mailboxes were well again',
      'It grew by 2 mailboxes',
      'It began, with 3 mailboxes',
    ]);
  });

  it('says "at least" where it knows of the first 200 mailboxes only', () => {
    expect(titles(incident({ mailboxes: [member(0, 5)], affectedMailboxes: 300 }))).toEqual([
      'At least 1 mailbox was well again',
      'It began, with at least 1 mailbox',
    ]);
    expect(titles(incident({}))).toEqual(['It began']);
  });

  it('tells who was told, and who could not be', () => {
    const mail = (state: string, more: object = {}) => ({
      id: state,
      kind: 'opened',
      state,
      recipient: { name: 'Olga', email: 'olga@example.com' },
      text: 'Hello',
      lastError: null,
      createdAt: at(1),
      sentAt: null,
      ...more,
    });
    const notifications = [
      mail('sent', { sentAt: at(6), kind: 'recovered' }),
      mail('failed', { lastError: '550 no such user', createdAt: at(5) }),
      mail('kept', { createdAt: at(4) }),
      mail('withdrawn', { kind: 'escalated', createdAt: at(3) }),
      mail('pending', { createdAt: at(2) }),
    ] as unknown as Incident['notifications'];
    expect(titles(incident({ notifications }))).toEqual([
      'Olga (olga@example.com) was told that it is over',
      'Olga (olga@example.com) could not be told that it began: 550 no such user',
      'Olga (olga@example.com) was not told that it began: no mail server is set up for notifications',
      'Olga (olga@example.com) did not have to be told that nobody has taken it up any more',
      'Olga (olga@example.com) is being told that it began',
      'It began',
    ]);
  });

  it('tells what people did, in their own words where they wrote', () => {
    const act = (minutes: number, name: string, data: object = {}) => ({
      id: `${minutes}`,
      act: name,
      by,
      at: at(minutes),
      data,
    });
    const acts = [
      act(6, 'commented', { text: 'They forgot the scope.' }),
      act(5, 'checked', { mailboxes: 1 }),
      act(4, 'reassigned', { assignee: null }),
      act(3, 'reassigned', { assignee: { name: 'Paul', email: 'paul@example.com' } }),
      act(2, 'snoozed', { until: null }),
      act(1, 'snoozed', { until: at(60) }),
    ] as unknown as Incident['acts'];
    const history = historyOf(incident({ acts }));
    expect(history.map(({ title }) => title)).toEqual([
      'Olga wrote',
      'Olga had it checked',
      'Olga gave it back to the owner',
      'Olga gave it to Paul (paul@example.com)',
      'Olga ended the snooze',
      'Olga snoozed it until',
      'It began',
    ]);
    expect(history[0]?.text).toBe('They forgot the scope.');
    expect(history[5]?.until).toBe(at(60));
  });
});

describe('what comes of a check', () => {
  const before: Standing = {
    open: true,
    scope: 'mailbox',
    serverHost: null,
    count: 10,
    stoppedMailboxes: 60,
    affectedMailboxes: 60,
    message: 'Access is denied.',
  };
  const outcome = (now: Partial<Standing>, quietSeconds = 0, mailboxes = 10) =>
    checkOutcome({ before, now: { ...before, ...now }, mailboxes, quietSeconds });

  it.each([
    ['looking', {}, 0],
    ['looking', { count: 13 }, 5],
    ['refused', { count: 20 }, 0],
    ['refused', { count: 13 }, 30],
    ['no-answer', {}, 90],
    ['coming-back', { stoppedMailboxes: 57 }, 0],
    ['coming-back', { stoppedMailboxes: 57, count: 17 }, 29],
    ['partly', { stoppedMailboxes: 57, count: 17 }, 30],
    ['mended', { open: false, stoppedMailboxes: 0 }, 0],
  ] as const)('is %s by %j after %d quiet seconds', (state, now, quietSeconds) => {
    const found = outcome(now, quietSeconds);
    expect(found.state).toBe(state);
    expect(goesOn(found)).toBe(state === 'looking' || state === 'coming-back');
  });

  it('does not take mailboxes that join meanwhile for a failure of the check, nor for recovered ones', () => {
    expect(outcome({ stoppedMailboxes: 65, affectedMailboxes: 65 }).state).toBe('looking');
    expect(outcome({ stoppedMailboxes: 62, affectedMailboxes: 65 }).text).toMatch(/^3 mailboxes are back/);
  });

  it('says what the server said', () => {
    expect(outcome({ count: 20 }).text).toContain('“Access is denied.”');
    const server = {
      ...before,
      scope: 'server' as const,
      serverHost: 'mail.example.com',
      affectedMailboxes: 0,
      stoppedMailboxes: 0,
    };
    const looked = checkOutcome({ before: server, now: { ...server, count: 11 }, mailboxes: 0, quietSeconds: 0 });
    expect(looked).toMatchObject({ state: 'refused', text: expect.stringContaining('still does not answer') });
  });
});
