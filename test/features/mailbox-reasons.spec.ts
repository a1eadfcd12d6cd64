import fc from 'fast-check';
import type { StoredFailure } from '../../src/features/failures/failure.js';
import { reasonsOf } from '../../src/features/insight/timeline/reasons.js';
import { reasonCodes, type StandingFacts, type WorkFacts } from '../../src/features/insight/timeline/standing.js';
import { spanInWords } from '../../src/features/insight/timeline/time-words.js';

const now = new Date('2026-03-01T08:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const failure: StoredFailure = {
  code: 'ErrorImpersonateUserDenied',
  category: 'impersonation-permission',
  operation: 'FindItem',
  during: 'incoming',
  message: 'no',
  values: {},
  at: at(-100).toISOString(),
  requestId: null,
  clientRequestId: null,
  httpStatus: 500,
  frontEndServer: null,
  backEndServer: null,
  serverVersion: null,
};
const incident = { id: 'i-1', openedAt: at(-500), lastFailure: failure, stopped: 1 };
const work = (more: Partial<WorkFacts> = {}): WorkFacts => ({
  kind: 'incoming',
  dueAt: at(48),
  attempts: 0,
  leaseUntil: null,
  begunAt: null,
  ...more,
});
const away = { host: 'mail.example.com', since: at(-300), holdUntil: at(20), cause: 'TimedOut', incident: null };
const well: StandingFacts = {
  unreadable: null,
  mailboxId: 'm-1',
  profileId: 'p-1',
  emailAddress: 'ada@example.com',
  publicUrl: 'https://postroom.example',
  createdAt: at(-10_000),
  state: 'active',
  stateSince: at(-1_000),
  failure: null,
  lastError: null,
  lastSyncAt: at(-12),
  incoming: true,
  outgoing: true,
  isApproved: true,
  changedBy: null,
  incident: null,
  work: [work(), work({ kind: 'outgoing', dueAt: null })],
  folders: [],
  profile: {
    name: 'Head office',
    username: 'svc',
    ewsUrl: 'https://mail.example.com/EWS/Exchange.asmx',
    pollingIntervalSeconds: 60,
    budget: 3,
    running: 0,
    waitingBefore: null,
    holdUntil: null,
    suspendedCause: null,
    incident: null,
  },
  serverAway: null,
  sendingHold: null,
};
const profile = (more: Partial<StandingFacts['profile']>) => ({ profile: { ...well.profile, ...more } });
const failed = { state: 'failed', failure, incident } as const;
const dueSince = (seconds: number, more: Partial<WorkFacts> = {}) => ({
  work: [work({ dueAt: at(-seconds), ...more })],
});

/** The facts that differ from a mailbox's that is well, and of each reason its code, since and until. */
const cases: [what: string, facts: Partial<StandingFacts>, reasons: [string, Date | null, Date | null][]][] = [
  ['well', {}, [['next-poll', at(-12), at(48)]]],
  ['paused', { state: 'paused', changedBy: 'Olga' }, [['paused', at(-1_000), null]]],
  ['verifying', { state: 'verifying', failure }, [['verifying', at(-1_000), at(48)]]],
  ['failed', failed, [['failed', at(-1_000), at(48)]]],
  [
    'failed, its probe due',
    { ...failed, ...dueSince(5) },
    [
      ['failed', at(-1_000), null],
      ['due', at(-5), null],
    ],
  ],
  [
    'failed, its probe under way',
    { ...failed, ...dueSince(5, { leaseUntil: at(40), begunAt: at(-3) }) },
    [
      ['failed', at(-1_000), null],
      ['running', at(-3), null],
    ],
  ],
  [
    'failed in sending, and receiving stands still',
    {
      ...failed,
      failure: { ...failure, during: 'outgoing' },
      work: [work({ dueAt: at(-500) }), work({ kind: 'outgoing', dueAt: at(30) })],
    },
    [['failed', at(-1_000), at(30)]],
  ],
  ['everything switched off', { incoming: false, outgoing: false, work: [] }, [['switched-off', null, null]]],
  [
    'folders with trouble of their own',
    {
      folders: [
        { path: 'Projects', kind: 'unreadable', since: at(-400), until: at(100), failure },
        { path: 'Nowhere', kind: 'missing', since: at(-300), until: null, failure: null },
        {
          path: 'inbox',
          kind: 'fallback',
          since: at(-200),
          until: at(3_000),
          failure: { ...failure, code: 'SyncStateStuck' },
        },
      ],
    },
    [
      ['folder-unreadable', at(-400), at(100)],
      ['folder-missing', at(-300), null],
      ['folder-fallback', at(-200), at(3_000)],
      ['next-poll', at(-12), at(48)],
    ],
  ],
  ['the server away', { serverAway: away, ...dueSince(90) }, [['server-away', at(-300), at(20)]]],
  [
    'the server away, its canary due',
    { serverAway: { ...away, holdUntil: at(-5) }, ...dueSince(90) },
    [['server-away', at(-300), null]],
  ],
  [
    'the server away, and no worker',
    { serverAway: { ...away, holdUntil: at(-65) }, ...dueSince(90) },
    [
      ['server-away', at(-300), null],
      ['no-worker', at(-65), null],
    ],
  ],
  [
    'the profile suspended',
    { ...profile({ suspendedCause: 'Http401', holdUntil: at(60), budget: 1, incident }), ...dueSince(90) },
    [['profile-suspended', at(-500), at(60)]],
  ],
  [
    'the profile suspended, its canary calling',
    { ...profile({ suspendedCause: 'Http401', holdUntil: at(-90), budget: 1, running: 1, incident }), ...dueSince(90) },
    [['profile-suspended', at(-500), null]],
  ],
  [
    'the profile throttled',
    { ...profile({ holdUntil: at(30) }), ...dueSince(90) },
    [['profile-throttled', null, at(30)]],
  ],
  ['throttled until just now', { ...profile({ holdUntil: at(-10) }), ...dueSince(90) }, [['due', at(-10), null]]],
  ['no worker', dueSince(61), [['no-worker', at(-61), null]]],
  ['a worker that died', dueSince(500, { leaseUntil: at(-70), begunAt: at(-499) }), [['no-worker', at(-70), null]]],
  ['just due', dueSince(59), [['due', at(-59), null]]],
  [
    'the budget full',
    { ...profile({ running: 3, waitingBefore: 7 }), ...dueSince(61) },
    [['budget-full', at(-61), null]],
  ],
  ['backing off', { lastError: failure, work: [work({ attempts: 3 })] }, [['back-off', at(-100), at(48)]]],
  [
    'backing off in sending only',
    {
      lastError: { ...failure, during: 'outgoing' },
      work: [work(), work({ kind: 'outgoing', attempts: 1, dueAt: at(9) })],
    },
    [
      ['back-off', at(-100), at(9)],
      ['next-poll', at(-12), at(48)],
    ],
  ],
  [
    'sending held',
    { sendingHold: { until: at(33), reason: 'rate-limit' } },
    [
      ['sending-held', null, at(33)],
      ['next-poll', at(-12), at(48)],
    ],
  ],
  ['a run under way', { work: [work({ leaseUntil: at(40), begunAt: at(-5) })] }, [['running', at(-5), null]]],
  ['a run handed out', { work: [work({ leaseUntil: at(40) })] }, [['running', null, at(40)]]],
  [
    'an audit under way',
    { work: [work(), work({ kind: 'audit', leaseUntil: at(40), begunAt: at(-5) })] },
    [
      ['running', at(-5), null],
      ['next-poll', at(-12), at(48)],
    ],
  ],
  ['nothing scheduled', { work: [work({ dueAt: null })] }, [['not-scheduled', null, null]]],
  [
    'receiving off',
    { incoming: false, work: [work({ kind: 'outgoing', dueAt: null })] },
    [['receiving-off', null, null]],
  ],
  [
    'sending off',
    { outgoing: false },
    [
      ['next-poll', at(-12), at(48)],
      ['sending-off', null, null],
    ],
  ],
];

it.each(cases)('%s is told as such', (_what, facts, expected) => {
  const reasons = reasonsOf({ ...well, ...facts }, now);
  expect(reasons.map(({ code, since, until }) => [code, since, until])).toEqual(expected);
});

it.each([
  [
    'paused',
    'profile-suspended',
    { state: 'paused', ...profile({ suspendedCause: 'Http401', holdUntil: at(60) }) } as const,
  ],
  ['failed', 'server-away', { ...failed, serverAway: away } as const],
  ['server-away', 'profile-suspended', { serverAway: away, ...profile({ suspendedCause: 'Http401' }) }],
  ['profile-throttled', 'sending-off', { ...profile({ holdUntil: at(60) }), outgoing: false }],
  ['no-worker', 'sending-off', { outgoing: false, ...dueSince(100) }],
])('%s comes first', (first, second, facts) => {
  const codes = reasonsOf({ ...well, ...facts }, now).map(({ code }) => code);
  expect(codes[0]).toBe(first);
  expect(codes).toContain(second);
});

describe('the words', () => {
  const titleOf = (facts: Partial<StandingFacts>) => reasonsOf({ ...well, ...facts }, now)[0]?.title;

  it('of a mailbox that is well have its interval, its last poll and its next', () => {
    expect(titleOf({})).toBe('Well: syncs every 60 s; last 12 s ago; next in 48 s');
    expect(titleOf({ lastSyncAt: null })).toBe('Well: syncs every 60 s; not yet once; next in 48 s');
    expect([-5_000, 89_000, 120_000, 7_000_000, 90_000_000, 260_000_000].map(spanInWords)).toEqual([
      '0 s',
      '89 s',
      '2 min',
      '117 min',
      '25 h',
      '3 d',
    ]);
  });

  it('have names and numbers filled in', () => {
    expect(titleOf({ ...profile({ running: 3, waitingBefore: 7 }), ...dueSince(61) })).toBe(
      'Receiving is due and waits for its turn: 3 of 3 runs of the profile Head office are under way, 7 before it',
    );
    expect(titleOf({ lastError: failure, work: [work({ attempts: 3 })] })).toBe(
      'Receiving failed 3 times in a row and is tried again: The service account may not impersonate the mailbox',
    );
    expect(titleOf({ state: 'paused', changedBy: 'Olga' })).toBe('Paused by Olga');
    const [reason] = reasonsOf({ ...well, ...failed, incident: { ...incident, stopped: 5 } }, now);
    expect(reason).toMatchObject({
      incidentId: 'i-1',
      remedy: expect.stringContaining('svc'),
      ends: expect.stringContaining('4 other mailboxes'),
    });
  });
});

it('always has a verdict, and its reasons are in the order of the table', () => {
  const time = fc.option(fc.integer({ min: -200, max: 200 }).map(at));
  const anyWork = (kind: WorkFacts['kind']) =>
    fc.record({ kind: fc.constant(kind), dueAt: time, attempts: fc.nat(3), leaseUntil: time, begunAt: time });
  const facts = fc.record({
    state: fc.constantFrom('active', 'verifying', 'failed', 'paused'),
    incoming: fc.boolean(),
    outgoing: fc.boolean(),
    during: fc.constantFrom('incoming', 'outgoing'),
    work: fc.tuple(anyWork('incoming'), anyWork('outgoing'), anyWork('audit')),
    holdUntil: time,
    suspendedCause: fc.option(fc.constant('Http401')),
    running: fc.nat(4),
    isAway: fc.boolean(),
  });
  fc.assert(
    fc.property(facts, ({ during, holdUntil, suspendedCause, running, isAway, state, ...more }) => {
      const stopped = state === 'failed' || state === 'verifying';
      const reasons = reasonsOf(
        {
          ...well,
          ...more,
          state,
          failure: stopped ? { ...failure, during } : null,
          ...profile({ holdUntil, suspendedCause, running }),
          serverAway: isAway ? { ...away, holdUntil } : null,
        },
        now,
      );
      expect(reasons.length).toBeGreaterThan(0);
      const order = reasons.map(({ code }) => reasonCodes.indexOf(code));
      expect(order).toEqual(order.toSorted((one, other) => one - other));
      for (const { title, ends } of reasons) expect(`${title}${ends}`).not.toMatch(/undefined|null|NaN|\[object/);
    }),
  );
});
