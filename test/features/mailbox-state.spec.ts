import fc from 'fast-check';
import {
  transition,
  type MailboxEffect,
  type MailboxEvent,
  type MailboxStatus,
} from '../../src/features/mailboxes/mailbox-state.js';
import type { StoredFailure, Stream } from '../../src/features/failures/failure.js';
import { lanes, type RunKind } from '../../src/features/scheduling/work.js';

const failure = (during: Stream, code = 'ErrorImpersonateUserDenied'): StoredFailure => ({
  code,
  category: 'impersonation-permission',
  operation: 'FindItem',
  during,
  message: 'denied',
  values: {},
  at: '2026-01-01T00:00:00.000Z',
  requestId: null,
  clientRequestId: null,
  httpStatus: 500,
  frontEndServer: null,
  backEndServer: null,
  serverVersion: null,
});

const approvedAt = new Date('2026-01-01T00:00:00Z');
const active: MailboxStatus = {
  state: 'active',
  failure: null,
  failedProbes: 0,
  incoming: true,
  outgoing: true,
  approvedAt,
};
const paused: MailboxStatus = { ...active, state: 'paused' };
const denial = (kind: RunKind, during: Stream = 'incoming', more: Partial<Denial> = {}): MailboxEvent => ({
  type: 'work-denied',
  kind,
  failure: failure(during),
  confirmed: false,
  peers: 0,
  ...more,
});
/** Denied, and denied again at the second look. */
const deniedTwice = (kind: RunKind, during: Stream = 'incoming', status = active, random = 0) =>
  transition(transition(status, denial(kind, during), random).status, denial(during, during), random);
const of = (effects: readonly MailboxEffect[], type: MailboxEffect['type']) =>
  effects.filter((effect) => effect.type === type);
const scheduled = (effects: readonly MailboxEffect[], kind: RunKind) =>
  effects.flatMap((effect) => (effect.type === 'schedule' && effect.kind === kind ? [effect.inMs] : [])).at(-1);

type Denial = Extract<MailboxEvent, { type: 'work-denied' }>;

describe('a mailbox that is denied once', () => {
  const first = transition(active, denial('incoming'), 0.5);

  it('is looked at again after 30 to 90 s, and nobody is told', () => {
    expect(first.status).toMatchObject({ state: 'verifying', failure: { code: 'ErrorImpersonateUserDenied' } });
    // Before first looks that are overdue.
    expect(first.effects).toContainEqual(
      expect.objectContaining({ type: 'schedule', kind: 'incoming', lane: lanes.asked }),
    );
    expect(first.effects.map(({ type }) => type)).toEqual(['schedule', 'schedule', 'schedule', 'schedule']);
    expect(scheduled(first.effects, 'incoming')).toBe(60_000);
    expect(scheduled(first.effects, 'outgoing')).toBeNull();
    expect(
      [0, 0.999999].map((random) => scheduled(transition(active, denial('incoming'), random).effects, 'incoming')),
    ).toEqual([30_000, 90_000]);
  });

  it('goes on as if nothing had been when the second look succeeds', () => {
    const well = transition(
      first.status,
      { type: 'work-succeeded', kind: 'incoming', nextInMs: 7, lane: lanes.routine },
      0,
    );
    expect(well.status).toEqual(active);
    expect(well.effects.every(({ type }) => type === 'schedule')).toBe(true);
    expect([scheduled(well.effects, 'incoming'), scheduled(well.effects, 'outgoing')]).toEqual([7, 0]);
  });

  it('is not confirmed by other work that was under way', () => {
    const other = transition(first.status, denial('outgoing', 'outgoing'), 0);
    expect(other.status).toEqual(first.status);
    expect(scheduled(other.effects, 'outgoing')).toBeNull();
  });

  it('waits on when the second look meets trouble that passes', () => {
    const delayed = {
      type: 'work-delayed',
      kind: 'incoming',
      failure: failure('incoming', 'ECONNRESET'),
      attempts: 1,
      atLeastMs: 0,
      peers: 0,
    } as const;
    const later = transition(first.status, delayed, 0);
    expect(later.status).toEqual(first.status);
    expect(scheduled(later.effects, 'incoming')).toBeGreaterThan(0);
  });

  it('fails at once when the cause is confirmed', () => {
    const known = transition(active, denial('incoming', 'incoming', { confirmed: true }), 0);
    expect(known.status.state).toBe('failed');
    expect(of(known.effects, 'announce')).toEqual([{ type: 'announce', event: 'mailbox.failed' }]);
  });
});

describe('a mailbox that is denied again', () => {
  const denied = deniedTwice('incoming');

  it('fails, joins an incident, is announced once and is probed after a minute', () => {
    expect(denied.status).toMatchObject({
      state: 'failed',
      failure: { code: 'ErrorImpersonateUserDenied' },
      failedProbes: 0,
    });
    expect(of(denied.effects, 'join-incident')).toHaveLength(1);
    expect(of(denied.effects, 'announce')).toEqual([{ type: 'announce', event: 'mailbox.failed' }]);
    expect(scheduled(denied.effects, 'incoming')).toBe(60_000);
    expect(scheduled(denied.effects, 'outgoing')).toBeNull();
  });

  it('is probed at 1, 2, 5, 10 and then every 15 minutes, announced no second time', () => {
    let { status } = denied;
    const minutes: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const next = transition(status, denial('incoming'), 0);
      expect(of(next.effects, 'announce')).toEqual([]);
      minutes.push((scheduled(next.effects, 'incoming') ?? 0) / 60_000);
      status = next.status;
    }
    expect(minutes).toEqual([2, 5, 10, 15, 15, 15]);
  });

  it('comes back when the denied work succeeds, and sends what waited', () => {
    const back = transition(
      denied.status,
      { type: 'work-succeeded', kind: 'incoming', nextInMs: 60_000, lane: lanes.routine },
      0,
    );
    expect(back.status).toEqual(active);
    expect(scheduled(back.effects, 'incoming')).toBe(60_000);
    expect(scheduled(back.effects, 'outgoing')).toBe(0);
    expect(of(back.effects, 'leave-incidents')).toEqual([{ type: 'leave-incidents' }]);
    expect(of(back.effects, 'announce')).toEqual([{ type: 'announce', event: 'mailbox.recovered' }]);
    expect(back.effects.findIndex(({ type }) => type === 'wake-peers')).toBeLessThan(
      back.effects.findIndex(({ type }) => type === 'leave-incidents'),
    );
  });

  it('waits longer in a crowd, at any time up to four hours', () => {
    const inCrowd = (random: number) =>
      scheduled(
        transition(denied.status, denial('incoming', 'incoming', { peers: 10_000 }), random).effects,
        'incoming',
      );
    expect(inCrowd(0)).toBe(2 * 60_000);
    expect(inCrowd(0.999999999)).toBe(240 * 60_000);
  });

  it('is put off by trouble that passes, and probed on by the same that stopped it', () => {
    const delayed = { type: 'work-delayed', kind: 'incoming', attempts: 1, atLeastMs: 0, peers: 0 } as const;
    const passing = transition(denied.status, { ...delayed, failure: failure('incoming', 'ECONNRESET') }, 0);
    expect(passing.status).toEqual(denied.status);
    expect(scheduled(passing.effects, 'incoming')).toBe(60_000);
    const same = transition(denied.status, { ...delayed, failure: failure('incoming') }, 0);
    expect(same.status).toMatchObject({ state: 'failed', failedProbes: 1 });
    expect(scheduled(same.effects, 'incoming')).toBe(2 * 60_000);
  });

  it('is not taken for well because other work, begun before, succeeds', () => {
    const still = transition(
      denied.status,
      { type: 'work-succeeded', kind: 'outgoing', nextInMs: 0, lane: lanes.routine },
      0,
    );
    expect(still.status).toEqual(denied.status);
    expect(scheduled(still.effects, 'outgoing')).toBeNull();
  });

  it('starts afresh when what failed is switched off', () => {
    const afresh = transition(denied.status, { type: 'directions-changed', incoming: false, outgoing: true }, 0);
    expect(afresh.status).toMatchObject({ state: 'active', failure: null });
    expect(scheduled(afresh.effects, 'incoming')).toBeNull();
    expect(scheduled(afresh.effects, 'outgoing')).toBe(0);
    expect(of(afresh.effects, 'leave-incidents')).toHaveLength(1);
  });

  it('probes at once when somebody asks', () => {
    const asked = transition(denied.status, { type: 'sync-requested' }, 0);
    expect(asked.effects).toEqual([{ type: 'schedule', kind: 'incoming', inMs: 0, lane: lanes.asked, attempts: 0 }]);
  });
});

describe('care of a mailbox', () => {
  const day = 24 * 60 * 60_000;
  const denied = (kind: RunKind, status = active) => transition(status, denial(kind), 0.5);

  it('stops with the mailbox and goes on with it, the audit at some time of the day to come', () => {
    const stopped = denied('incoming');
    expect([scheduled(stopped.effects, 'backfill'), scheduled(stopped.effects, 'audit')]).toEqual([null, null]);
    const back = transition(
      stopped.status,
      { type: 'work-succeeded', kind: 'incoming', nextInMs: 0, lane: lanes.routine },
      0.5,
    );
    expect(scheduled(back.effects, 'backfill')).toBe(0);
    expect(scheduled(back.effects, 'audit')).toBe(day / 2 + 1);
    const paused = transition(active, { type: 'paused' }, 0.5);
    expect([scheduled(paused.effects, 'backfill'), scheduled(paused.effects, 'audit')]).toEqual([null, null]);
    const resumed = transition(paused.status, { type: 'resumed' }, 0.5);
    expect(scheduled(resumed.effects, 'backfill')).toBe(0);
    expect(scheduled(resumed.effects, 'audit')).toBe(day / 2 + 1);
  });

  it('that is denied stops the mailbox, which mail work then proves well: incoming, or outgoing where that is off', () => {
    const byIncoming = denied('backfill');
    expect(byIncoming.status).toMatchObject({ state: 'verifying', failure: { during: 'incoming' } });
    expect(scheduled(byIncoming.effects, 'incoming')).toBe(60_000);
    expect(scheduled(byIncoming.effects, 'backfill')).toBeNull();
    const byOutgoing = denied('backfill', { ...active, incoming: false });
    expect(byOutgoing.status).toMatchObject({ state: 'verifying', failure: { during: 'outgoing' } });
    expect(scheduled(byOutgoing.effects, 'outgoing')).toBe(60_000);
    expect(scheduled(byOutgoing.effects, 'incoming')).toBeNull();
  });

  it('proves nothing by its own success, and a denied audit stops nothing', () => {
    const { status } = denied('incoming');
    const still = transition(status, { type: 'work-succeeded', kind: 'backfill', nextInMs: 0, lane: lanes.patient }, 0);
    expect(still).toEqual({
      status,
      effects: [{ type: 'schedule', kind: 'backfill', inMs: null, lane: lanes.patient, attempts: 0 }],
    });
    const audit = denied('audit');
    expect(audit.status).toEqual(active);
    expect(scheduled(audit.effects, 'audit')).toBeGreaterThanOrEqual(day / 2);
  });

  it('that is asked for waits while the mailbox stands still, and is not hurried by a sync', () => {
    const asked = { type: 'backfill-requested' } as const;
    expect(scheduled(transition(active, asked, 0).effects, 'backfill')).toBe(0);
    expect(scheduled(transition(denied('incoming').status, asked, 0).effects, 'backfill')).toBeNull();
    expect(transition(active, { type: 'sync-requested' }, 0).effects).toHaveLength(2);
  });
});

const event: fc.Arbitrary<MailboxEvent> = fc.oneof(
  careEvent(),
  fc.constant({ type: 'backfill-requested' as const }),
  fc.record({
    type: fc.constant('work-succeeded' as const),
    kind: kindOf(),
    nextInMs: fc.option(fc.nat(1000)),
    lane: fc.constant(lanes.routine),
  }),
  fc.record({
    type: fc.constant('work-delayed' as const),
    kind: kindOf(),
    failure: codeOf().map((code) => failure('incoming', code)),
    attempts: fc.integer({ min: 1, max: 40 }),
    atLeastMs: fc.nat(100_000),
    peers: fc.nat(20_000),
  }),
  kindOf().chain((kind) =>
    fc.record({
      type: fc.constant('work-denied' as const),
      kind: fc.constant(kind),
      failure: codeOf().map((code) => failure(kind, code)),
      confirmed: fc.boolean(),
      peers: fc.nat(20_000),
    }),
  ),
  fc.constant({ type: 'paused' as const }),
  fc.constant({ type: 'resumed' as const }),
  fc.constant({ type: 'sync-requested' as const }),
  fc.record({ type: fc.constant('directions-changed' as const), incoming: fc.boolean(), outgoing: fc.boolean() }),
  testEvent(),
  fc.constant({ type: 'approval-withdrawn' as const }),
);

function testEvent(): fc.Arbitrary<MailboxEvent> {
  const verdict = () => fc.constantFrom('passed' as const, 'failed' as const, null);
  return fc.oneof(
    fc.record({ type: fc.constant('tested' as const), incoming: verdict(), outgoing: verdict(), enable: fc.boolean() }),
    fc.record({
      type: fc.constant('work-succeeded' as const),
      kind: fc.constant('test' as const),
      nextInMs: fc.option(fc.nat(1000)),
      lane: fc.constant(lanes.asked),
    }),
    fc.record({
      type: fc.constant('work-delayed' as const),
      kind: fc.constant('test' as const),
      failure: fc.constant(failure('incoming')),
      attempts: fc.integer({ min: 1, max: 40 }),
      atLeastMs: fc.nat(100_000),
      peers: fc.constant(0),
    }),
  );
}

function codeOf(): fc.Arbitrary<string> {
  return fc.constantFrom('ErrorImpersonateUserDenied', 'ErrorNonExistentMailbox');
}

function kindOf(): fc.Arbitrary<Stream> {
  return fc.constantFrom('incoming', 'outgoing');
}

/** How runs of care end: a backfill with or without more to do, an audit always with a next one. */
function careEvent(): fc.Arbitrary<MailboxEvent> {
  const kind = fc.constantFrom<RunKind>('backfill', 'audit');
  const lane = fc.constant(lanes.patient);
  return fc.oneof(
    fc.record({
      type: fc.constant('work-succeeded' as const),
      kind: fc.constant('backfill' as const),
      nextInMs: fc.constantFrom(0, null),
      lane,
    }),
    fc.record({
      type: fc.constant('work-succeeded' as const),
      kind: fc.constant('audit' as const),
      nextInMs: fc.nat(),
      lane,
    }),
    fc.record({
      type: fc.constant('work-delayed' as const),
      kind,
      failure: fc.constant(failure('incoming')),
      attempts: fc.integer({ min: 1, max: 40 }),
      atLeastMs: fc.nat(100_000),
      peers: fc.constant(0),
    }),
    fc.record({
      type: fc.constant('work-denied' as const),
      kind,
      failure: fc.constant(failure('incoming')),
      confirmed: fc.constant(false),
      peers: fc.constant(0),
    }),
  );
}

describe('a mailbox that is tested', () => {
  const tested = (incoming: 'passed' | 'failed' | null, outgoing: 'passed' | 'failed' | null, enable = false) =>
    ({ type: 'tested', incoming, outgoing, enable }) as const;
  const denied = deniedTwice('incoming').status;

  it('changes nothing by failing, and nothing by passing while it is well', () => {
    for (const status of [active, paused, denied])
      for (const event of [tested('failed', 'failed', true), tested(null, null, true)])
        expect(transition(status, event, 0)).toEqual({ status, effects: [] });
    expect(transition(active, tested('passed', 'passed', true), 0)).toEqual({ status: active, effects: [] });
    expect(transition(paused, tested('passed', 'passed'), 0)).toEqual({ status: paused, effects: [] });
  });

  it('comes back when what stopped it passes, and by nothing else', () => {
    const back = transition(denied, tested('passed', null), 0);
    expect(back.status).toEqual(active);
    expect(of(back.effects, 'announce')).toEqual([{ type: 'announce', event: 'mailbox.recovered' }]);
    expect([scheduled(back.effects, 'incoming'), scheduled(back.effects, 'outgoing')]).toEqual([0, 0]);
    expect(of(back.effects, 'wake-peers')).toHaveLength(1);
    expect(transition(denied, tested('failed', 'passed'), 0).status).toEqual(denied);
    const verifying = transition(active, denial('incoming'), 0).status;
    const well = transition(verifying, tested('passed', null), 0);
    expect(well.status).toEqual(active);
    expect(of(well.effects, 'announce')).toEqual([]);
  });

  it('is enabled with what passed', () => {
    const off = { ...paused, outgoing: false };
    const started = transition(off, tested('failed', 'passed', true), 0);
    expect(started.status).toEqual({ ...active, incoming: false, outgoing: true });
    expect([scheduled(started.effects, 'incoming'), scheduled(started.effects, 'outgoing')]).toEqual([null, 0]);
    expect(of(started.effects, 'announce')).toEqual([{ type: 'announce', event: 'mailbox.resumed' }]);
    // A mailbox at work loses nothing over a test, and what was not tried stays as it was.
    const receiving = { ...active, outgoing: false };
    expect(transition(receiving, tested('failed', 'passed', true), 0).status).toEqual(active);
    expect(transition(off, tested('passed', null, true), 0).status).toEqual({ ...off, state: 'active' });
    expect(transition(receiving, tested('passed', 'passed'), 0).status).toEqual(receiving);
  });

  it('does not start before it is approved', () => {
    const unapproved = { ...paused, approvedAt: null };
    for (const event of [tested('passed', 'passed', true), { type: 'resumed' } as const])
      expect(transition(unapproved, event, 0)).toEqual({ status: unapproved, effects: [] });
    const withdrawn = transition(denied, { type: 'approval-withdrawn' }, 0);
    expect(withdrawn.status).toEqual(unapproved);
    expect(of(withdrawn.effects, 'leave-incidents')).toHaveLength(1);
    expect(transition(unapproved, { type: 'approval-withdrawn' }, 0).effects).toEqual([]);
  });
});

describe('the state machine under any history', () => {
  it('never swallows a mailbox, never announces twice, and keeps incident and state in step', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.float({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (events, random) => {
          let status = active;
          const due: Record<RunKind, number | null> = {
            incoming: 0,
            outgoing: null,
            backfill: null,
            audit: 0,
            test: null,
          };
          let isAskedFor = false;
          let inIncident = false;
          let said: string | null = null;
          for (const next of events) {
            // A run reports only for work that was due or under way; anything else cannot happen.
            const before = status;
            const result = transition(status, next, random);
            status = result.status;
            for (const effect of result.effects) {
              if (effect.type === 'schedule') due[effect.kind] = effect.inMs;
              if (effect.type === 'join-incident') inIncident = true;
              if (effect.type === 'leave-incidents') inIncident = false;
              if (effect.type === 'announce') {
                expect(effect.event).not.toBe(said);
                said = effect.event;
              }
            }
            expect(status.state === 'failed' || status.state === 'verifying').toBe(status.failure !== null);
            expect(inIncident).toBe(status.state === 'failed');
            if (status.failure) expect(due[status.failure.during]).not.toBeNull();
            // Told of exactly while it is failed.
            expect(said === 'mailbox.failed').toBe(status.state === 'failed');
            if (status.state === 'verifying' && before.state !== 'verifying') expect(before.state).toBe('active');
            if (status.state === 'paused') expect([due.incoming, due.outgoing]).toEqual([null, null]);

            // Care rests with the mailbox, and while the mailbox is well it is never forgotten.
            if (next.type === 'backfill-requested') isAskedFor = true;
            if (next.type === 'work-succeeded' && next.kind === 'backfill' && next.nextInMs === null)
              isAskedFor = false;
            if (status.state !== 'active') expect([due.backfill, due.audit]).toEqual([null, null]);
            else {
              expect(due.audit !== null).toBe(status.incoming);
              if (isAskedFor) expect(due.backfill !== null).toBe(status.incoming || status.outgoing);
            }
            if (status.failure) expect(status[status.failure.during]).toBe(true);
            if (status.state !== 'active' && before.state === 'active' && next.type === 'work-denied')
              expect(next.kind).not.toBe('audit');
            if (before.state === 'paused' && next.type !== 'resumed' && next.type !== 'tested')
              expect(status.state).toBe('paused');

            // A test starts, brings back and switches on; it never stops anything, and is itself never stopped.
            if (next.type === 'tested') {
              if (before.state === 'paused' && status.state !== 'paused')
                expect(next.enable && [next.incoming, next.outgoing].includes('passed')).toBe(true);
              for (const kind of ['incoming', 'outgoing'] as const) {
                if (status[kind] && !before[kind]) expect([next.enable, next[kind]]).toEqual([true, 'passed']);
                if (before.state !== 'paused' && before[kind]) expect(status[kind]).toBe(true);
                if (before.state === 'paused' && status.state === 'active')
                  expect([status[kind], next[kind]]).not.toEqual([true, 'failed']);
              }
              if (before.state === 'active') expect(status.state).toBe('active');
              if (before.failure && next[before.failure.during] === 'passed') expect(status.state).toBe('active');
            }
            if ('kind' in next && next.kind === 'test') expect(status).toEqual(before);
            else
              expect(result.effects.filter((effect) => effect.type === 'schedule' && effect.kind === 'test')).toEqual(
                [],
              );

            // Nobody starts what is not approved.
            if (status.approvedAt === null) expect(status.state).toBe('paused');
          }
          status = { ...status, approvedAt };
          if (status.state === 'paused') status = transition(status, { type: 'resumed' }, random).status;
          // From wherever it is, success of the work it waits for makes it well.
          if (status.failure)
            status = transition(
              status,
              { type: 'work-succeeded', kind: status.failure.during, nextInMs: 0, lane: lanes.routine },
              random,
            ).status;
          expect(status.state).toBe('active');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
