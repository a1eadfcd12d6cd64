import fc from 'fast-check';
import {
  transition,
  type MailboxEffect,
  type MailboxEvent,
  type MailboxStatus,
} from '../../src/features/mailboxes/mailbox-state.js';
import type { StoredFailure, WorkKind } from '../../src/features/failures/failure.js';
import { lanes } from '../../src/features/scheduling/work.js';

const failure = (during: WorkKind, code = 'ErrorImpersonateUserDenied'): StoredFailure => ({
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

const active: MailboxStatus = { state: 'active', failure: null, failedProbes: 0, incoming: true, outgoing: true };
const of = (effects: readonly MailboxEffect[], type: MailboxEffect['type']) =>
  effects.filter((effect) => effect.type === type);
const scheduled = (effects: readonly MailboxEffect[], kind: WorkKind) =>
  effects.flatMap((effect) => (effect.type === 'schedule' && effect.kind === kind ? [effect.inMs] : [])).at(-1);

describe('a mailbox that is denied', () => {
  const denied = transition(active, { type: 'work-denied', kind: 'incoming', failure: failure('incoming') }, 0);

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
      const next = transition(status, { type: 'work-denied', kind: 'incoming', failure: failure('incoming') }, 0);
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

const event: fc.Arbitrary<MailboxEvent> = fc.oneof(
  fc.record({
    type: fc.constant('work-succeeded' as const),
    kind: kindOf(),
    nextInMs: fc.option(fc.nat(1000)),
    lane: fc.constant(lanes.routine),
  }),
  fc.record({
    type: fc.constant('work-delayed' as const),
    kind: kindOf(),
    attempts: fc.integer({ min: 1, max: 40 }),
    atLeastMs: fc.nat(100_000),
  }),
  kindOf().chain((kind) =>
    fc.record({
      type: fc.constant('work-denied' as const),
      kind: fc.constant(kind),
      failure: fc.constant(failure(kind)),
    }),
  ),
  fc.constant({ type: 'paused' as const }),
  fc.constant({ type: 'resumed' as const }),
  fc.constant({ type: 'sync-requested' as const }),
  fc.record({ type: fc.constant('directions-changed' as const), incoming: fc.boolean(), outgoing: fc.boolean() }),
);

function kindOf(): fc.Arbitrary<WorkKind> {
  return fc.constantFrom('incoming', 'outgoing');
}

describe('the state machine under any history', () => {
  it('never swallows a mailbox, never announces twice, and keeps incident and state in step', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.float({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (events, random) => {
          let status = active;
          const due: Record<WorkKind, number | null> = { incoming: 0, outgoing: null };
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
            expect(status.state === 'failed').toBe(status.failure !== null);
            expect(inIncident).toBe(status.state === 'failed');
            if (status.state === 'failed' && status.failure) expect(due[status.failure.during]).not.toBeNull();
            if (status.state === 'paused') expect([due.incoming, due.outgoing]).toEqual([null, null]);
            if (before.state === 'paused' && next.type !== 'resumed') expect(status.state).toBe('paused');
          }
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
