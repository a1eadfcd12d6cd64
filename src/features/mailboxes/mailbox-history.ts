import type {
  HistoryEntry,
  NextRunReason,
  RunEnd,
  StateChange,
  StateChangeCause,
} from '../insight/history/history-entry.js';
import { isCare } from '../scheduling/work.js';
import type { MailboxEffect, MailboxEvent, MailboxStatus, Transition } from './mailbox-state.js';
import type { RunStats } from './run-stats.js';

/** What whoever reports an event knows of how it came about. */
export interface EventOrigin {
  /** Of the run that reports. */
  readonly tally?: RunStats;
  /** Failures in a row, this one included. */
  readonly attempt?: number;
  /** Id of the API key or the user that acts. */
  readonly by?: string;
}

/** What the history tells of an event; the order is that in which it happened. */
export function historyOf(
  before: MailboxStatus,
  event: MailboxEvent,
  { status, effects }: Transition,
  origin: EventOrigin,
  now: Date,
): HistoryEntry[] {
  const run = origin.tally && runEnd(event, status, effects, origin.tally, origin.attempt ?? 0, now);
  const change = stateChange(before, event, status, origin.by ?? null);
  return [...(run ? [run] : []), ...(change ? [change] : [])];
}

/** Care that ends well has rows of its own, and a run that did nothing is no news. */
function runEnd(
  event: MailboxEvent,
  status: MailboxStatus,
  effects: readonly MailboxEffect[],
  tally: RunStats,
  attempt: number,
  now: Date,
): RunEnd | null {
  if (event.type !== 'work-succeeded' && event.type !== 'work-delayed' && event.type !== 'work-denied') return null;
  const failure = event.type === 'work-succeeded' ? null : event.failure;
  if (!failure && (tally.isEmpty || isCare(event.kind))) return null;
  const next = effects.find((effect) => effect.type === 'schedule' && effect.kind === event.kind);
  const inMs = next?.type === 'schedule' ? next.inMs : null;
  return {
    type: 'run',
    details: {
      kind: event.kind,
      startedAt: tally.startedAt.toISOString(),
      outcome: failure?.code ?? 'ok',
      category: failure?.category ?? null,
      operation: failure?.operation ?? null,
      requestId: failure?.requestId ?? null,
      counts: tally.counts(),
      attempt,
      nextAt: inMs === null ? null : new Date(now.getTime() + inMs).toISOString(),
      nextWhy: inMs === null ? 'nothing-due' : nextReason(event, status, inMs),
    },
  };
}

function nextReason(event: MailboxEvent, { state }: MailboxStatus, inMs: number): NextRunReason {
  if (state === 'failed') return 'probe';
  if (state === 'verifying') return 'second-look';
  if (event.type !== 'work-succeeded') return 'retry';
  if (event.kind === 'outgoing') return 'message-due';
  return inMs === 0 ? 'more' : 'interval';
}

function stateChange(
  before: MailboxStatus,
  event: MailboxEvent,
  after: MailboxStatus,
  by: string | null,
): StateChange | null {
  const why = before.state === after.state ? null : changeCause(before, event);
  const turned = before.incoming !== after.incoming || before.outgoing !== after.outgoing;
  if (why === null && !turned) return null;
  const failure = after.failure ?? before.failure;
  return {
    type: 'state',
    details: {
      from: before.state,
      to: after.state,
      why: why ?? (event.type === 'tested' ? 'tested' : 'directions-changed'),
      code: failure?.code ?? null,
      category: failure?.category ?? null,
      incoming: after.incoming,
      outgoing: after.outgoing,
      by,
    },
  };
}

function changeCause(before: MailboxStatus, event: MailboxEvent): StateChangeCause {
  switch (event.type) {
    case 'work-succeeded':
      return before.state === 'verifying' ? 'second-look' : 'probe';
    case 'work-delayed':
      return 'confirmed';
    case 'work-denied':
      if (before.state === 'verifying') return 'second-look';
      return event.confirmed ? 'confirmed' : 'denied';
    case 'paused':
      return 'paused';
    case 'directions-changed':
      return 'directions-changed';
    case 'tested':
      return 'tested';
    case 'approval-withdrawn':
      return 'approval-withdrawn';
    default:
      return 'resumed';
  }
}
