import { probeDelay, retryDelay } from '../failures/backoff.js';
import type { StoredFailure, WorkKind } from '../failures/failure.js';
import { lanes, type Lane } from '../scheduling/work.js';

export const mailboxStates = ['active', 'failed', 'paused'] as const;
export type MailboxState = (typeof mailboxStates)[number];

/** All that decides what a mailbox does next. */
export interface MailboxStatus {
  readonly state: MailboxState;
  /** Why it stopped; set exactly while `failed`. */
  readonly failure: StoredFailure | null;
  /** Probes that failed since it stopped. */
  readonly failedProbes: number;
  readonly incoming: boolean;
  readonly outgoing: boolean;
}

export type MailboxEvent =
  | { readonly type: 'work-succeeded'; readonly kind: WorkKind; readonly nextInMs: number | null; readonly lane: Lane }
  /** What only waiting mends. */
  | { readonly type: 'work-delayed'; readonly kind: WorkKind; readonly attempts: number; readonly atLeastMs: number }
  /** What stops the mailbox. */
  | { readonly type: 'work-denied'; readonly kind: WorkKind; readonly failure: StoredFailure }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'sync-requested' }
  | { readonly type: 'directions-changed'; readonly incoming: boolean; readonly outgoing: boolean };

export type MailboxEffect =
  /** `inMs` null: not until something happens. */
  | {
      readonly type: 'schedule';
      readonly kind: WorkKind;
      readonly inMs: number | null;
      readonly lane: Lane;
      readonly attempts: number;
    }
  | { readonly type: 'join-incident'; readonly failure: StoredFailure }
  | { readonly type: 'leave-incidents' }
  | {
      readonly type: 'announce';
      readonly event: 'mailbox.failed' | 'mailbox.recovered' | 'mailbox.paused' | 'mailbox.resumed';
    };

export interface Transition {
  readonly status: MailboxStatus;
  readonly effects: readonly MailboxEffect[];
}

const schedule = (kind: WorkKind, inMs: number | null, lane: Lane = lanes.routine, attempts = 0): MailboxEffect => ({
  type: 'schedule',
  kind,
  inMs,
  lane,
  attempts,
});

const other = (kind: WorkKind): WorkKind => (kind === 'incoming' ? 'outgoing' : 'incoming');
const wants = (status: MailboxStatus, kind: WorkKind): boolean => status[kind];

/** Everything that is switched on runs now; what is off does not run. */
const runAll = (status: MailboxStatus, lane: Lane): MailboxEffect[] =>
  (['incoming', 'outgoing'] as const).map((kind) => schedule(kind, wants(status, kind) ? 0 : null, lane));

/**
 * The whole life of a mailbox. From `failed` the work that was denied goes on as the probe, so a path
 * always leads back without a person; only a person's pause stops it for good.
 * @param random from 0 up to 1, for jitter
 */
export function transition(status: MailboxStatus, event: MailboxEvent, random: number): Transition {
  switch (event.type) {
    case 'work-succeeded':
      return succeeded(status, event);
    case 'work-delayed':
      // A mailbox that a person paused meanwhile stays still; otherwise the state is not touched by what passes.
      return {
        status,
        effects: [
          schedule(
            event.kind,
            status.state === 'paused' || !wants(status, event.kind)
              ? null
              : retryDelay(event.attempts, random, event.atLeastMs),
            lanes.routine,
            event.attempts,
          ),
        ],
      };
    case 'work-denied':
      return denied(status, event, random);
    case 'paused':
      if (status.state === 'paused') return { status, effects: [] };
      return {
        status: { ...status, state: 'paused', failure: null, failedProbes: 0 },
        effects: [
          schedule('incoming', null),
          schedule('outgoing', null),
          ...(status.state === 'failed' ? [{ type: 'leave-incidents' } as const] : []),
          { type: 'announce', event: 'mailbox.paused' },
        ],
      };
    case 'resumed': {
      if (status.state !== 'paused') return { status, effects: [] };
      const resumed: MailboxStatus = { ...status, state: 'active' };
      return {
        status: resumed,
        effects: [...runAll(resumed, lanes.asked), { type: 'announce', event: 'mailbox.resumed' }],
      };
    }
    case 'sync-requested':
      if (status.state === 'paused') return { status, effects: [] };
      return {
        status,
        effects: status.failure ? [schedule(status.failure.during, 0, lanes.asked)] : runAll(status, lanes.asked),
      };
    case 'directions-changed':
      return directionsChanged({ ...status, incoming: event.incoming, outgoing: event.outgoing });
  }
}

function succeeded(status: MailboxStatus, event: Extract<MailboxEvent, { type: 'work-succeeded' }>): Transition {
  const next = schedule(event.kind, wants(status, event.kind) ? event.nextInMs : null, event.lane);
  if (status.state === 'active') return { status, effects: [next] };
  // Only the work that was denied proves that the mailbox is well; the other may have been under way when it stopped.
  if (status.state === 'paused' || status.failure?.during !== event.kind)
    return { status, effects: [schedule(event.kind, null)] };
  const well: MailboxStatus = { ...status, state: 'active', failure: null, failedProbes: 0 };
  return {
    status: well,
    effects: [
      next,
      schedule(other(event.kind), wants(well, other(event.kind)) ? 0 : null),
      { type: 'leave-incidents' },
      { type: 'announce', event: 'mailbox.recovered' },
    ],
  };
}

function denied(
  status: MailboxStatus,
  event: Extract<MailboxEvent, { type: 'work-denied' }>,
  random: number,
): Transition {
  if (status.state === 'paused' || !wants(status, event.kind)) return { status, effects: [schedule(event.kind, null)] };
  if (status.state === 'failed') {
    if (status.failure?.during !== event.kind) return { status, effects: [schedule(event.kind, null)] };
    const failedProbes = status.failedProbes + 1;
    return {
      status: { ...status, failure: event.failure, failedProbes },
      effects: [
        schedule(event.kind, probeDelay(failedProbes, random)),
        { type: 'join-incident', failure: event.failure },
      ],
    };
  }
  return {
    status: { ...status, state: 'failed', failure: event.failure, failedProbes: 0 },
    effects: [
      schedule(event.kind, probeDelay(0, random)),
      schedule(other(event.kind), null),
      { type: 'join-incident', failure: event.failure },
      { type: 'announce', event: 'mailbox.failed' },
    ],
  };
}

function directionsChanged(status: MailboxStatus): Transition {
  if (status.state === 'paused') return { status, effects: [] };
  if (status.failure) {
    if (wants(status, status.failure.during)) return { status, effects: [] };
    // What failed is no longer wanted, so nothing would ever prove the mailbox well: it starts afresh.
    const afresh: MailboxStatus = { ...status, state: 'active', failure: null, failedProbes: 0 };
    return {
      status: afresh,
      effects: [
        ...runAll(afresh, lanes.routine),
        { type: 'leave-incidents' },
        { type: 'announce', event: 'mailbox.recovered' },
      ],
    };
  }
  return { status, effects: runAll(status, lanes.routine) };
}
