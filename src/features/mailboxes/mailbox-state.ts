import { probeDelay, retryDelay, secondLookDelay } from '../failures/backoff.js';
import type { StoredFailure, Stream } from '../failures/failure.js';
import { isCare, lanes, type CareKind, type Lane, type RunKind } from '../scheduling/work.js';

export const mailboxStates = ['active', 'verifying', 'failed', 'paused'] as const;
export type MailboxState = (typeof mailboxStates)[number];

/** All that decides what a mailbox does next. */
export interface MailboxStatus {
  readonly state: MailboxState;
  /** Why it stopped; set exactly while `verifying` or `failed`. */
  readonly failure: StoredFailure | null;
  /** Probes that failed since it stopped. */
  readonly failedProbes: number;
  readonly incoming: boolean;
  readonly outgoing: boolean;
  /** Since when somebody vouches for the address; null: a person's wish to start it is not enough. */
  readonly approvedAt: Date | null;
}

export type MailboxEvent =
  | { readonly type: 'work-succeeded'; readonly kind: RunKind; readonly nextInMs: number | null; readonly lane: Lane }
  /** What only waiting mends. */
  | {
      readonly type: 'work-delayed';
      readonly kind: RunKind;
      readonly failure: StoredFailure;
      /** Failures in a row, this one included. */
      readonly attempts: number;
      readonly atLeastMs: number;
      readonly peers: number;
    }
  /** What stops the mailbox. */
  | {
      readonly type: 'work-denied';
      readonly kind: RunKind;
      readonly failure: StoredFailure;
      /** Known to be more than a mood of the server: it has lasted, or most of the profile's mailboxes meet it. */
      readonly confirmed: boolean;
      /** Mailboxes that the same cause has stopped in this profile. */
      readonly peers: number;
    }
  /** There is older mail to bring. */
  | { readonly type: 'backfill-requested' }
  /** What a test proved of each direction that it tried; null: it said nothing of that one. */
  | {
      readonly type: 'tested';
      readonly incoming: 'passed' | 'failed' | null;
      readonly outgoing: 'passed' | 'failed' | null;
      /** Switch on what passed, and start a paused mailbox with it. */
      readonly enable: boolean;
    }
  | { readonly type: 'approval-withdrawn' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'sync-requested' }
  | { readonly type: 'directions-changed'; readonly incoming: boolean; readonly outgoing: boolean };

export type MailboxEffect =
  /** `inMs` null: not until something happens. */
  | {
      readonly type: 'schedule';
      readonly kind: RunKind;
      readonly inMs: number | null;
      readonly lane: Lane;
      readonly attempts: number;
    }
  | { readonly type: 'join-incident'; readonly failure: StoredFailure }
  | { readonly type: 'leave-incidents' }
  /** What stopped this one may be mended: some others that it stopped are looked at now. */
  | { readonly type: 'wake-peers' }
  | {
      readonly type: 'announce';
      readonly event: 'mailbox.failed' | 'mailbox.recovered' | 'mailbox.paused' | 'mailbox.resumed';
    };

export interface Transition {
  readonly status: MailboxStatus;
  readonly effects: readonly MailboxEffect[];
}

const laneOf = (kind: RunKind): Lane => (isCare(kind) ? lanes.patient : lanes.routine);

const schedule = (kind: RunKind, inMs: number | null, lane: Lane = laneOf(kind), attempts = 0): MailboxEffect => ({
  type: 'schedule',
  kind,
  inMs,
  lane,
  attempts,
});

const other = (kind: Stream): Stream => (kind === 'incoming' ? 'outgoing' : 'incoming');

/** Whether this kind of work is to be done on a mailbox that is well. A mailbox that receives nothing has nothing to compare. */
export function wants(status: Pick<MailboxStatus, 'incoming' | 'outgoing'>, kind: RunKind): boolean {
  if (kind === 'test') return true;
  if (kind === 'audit') return status.incoming;
  return kind === 'backfill' ? status.incoming || status.outgoing : status[kind];
}

/**
 * Whether the work rests until the mailbox changes its state: mail work goes on as the probe of a stopped one,
 * and a test is there to tell how a mailbox is that does nothing else.
 */
export const rests = (state: MailboxState, kind: RunKind): boolean =>
  kind !== 'test' && (state === 'paused' || (state !== 'active' && isCare(kind)));

/** Everything that is switched on runs now; what is off does not run. */
const runAll = (status: MailboxStatus, lane: Lane): MailboxEffect[] =>
  (['incoming', 'outgoing'] as const).map((kind) => schedule(kind, wants(status, kind) ? 0 : null, lane));

const auditEveryMs = 24 * 60 * 60_000;

/** Care stands still while the mailbox does. */
const restCare = (): MailboxEffect[] => [schedule('backfill', null), schedule('audit', null)];

/**
 * Care goes on with the mailbox. The audit at any time of the day to come: mailboxes that come back
 * together must not all be compared together, and one that is denied its audits must not stop and
 * recover by the minute.
 */
const goOnWithCare = (status: MailboxStatus, random: number): MailboxEffect[] => [
  schedule('backfill', wants(status, 'backfill') ? 0 : null),
  schedule('audit', wants(status, 'audit') ? Math.round(auditEveryMs * random) + 1 : null),
];

/**
 * The whole life of a mailbox. From `failed` the work that was denied goes on as the probe, so a path
 * always leads back without a person; only a person's pause stops it for good.
 * @param random from 0 up to 1, for jitter
 */
export function transition(status: MailboxStatus, event: MailboxEvent, random: number): Transition {
  switch (event.type) {
    case 'work-succeeded':
      return succeeded(status, event, random);
    case 'work-delayed':
      return delayed(status, event, random);
    case 'work-denied':
      return denied(status, event, random);
    case 'paused':
      return paused(status);
    case 'approval-withdrawn':
      return status.approvedAt === null ? { status, effects: [] } : paused({ ...status, approvedAt: null });
    case 'resumed':
      return mayStart(status) ? started({ ...status, state: 'active' }, random) : { status, effects: [] };
    case 'tested':
      return tested(status, event, random);
    case 'sync-requested':
      if (status.state === 'paused') return { status, effects: [] };
      return {
        status,
        effects: status.failure ? [schedule(status.failure.during, 0, lanes.asked)] : runAll(status, lanes.asked),
      };
    case 'backfill-requested':
      return {
        status,
        effects: [schedule('backfill', status.state === 'active' && wants(status, 'backfill') ? 0 : null)],
      };
    case 'directions-changed':
      return directionsChanged({ ...status, incoming: event.incoming, outgoing: event.outgoing }, random);
  }
}

const mayStart = ({ state, approvedAt }: MailboxStatus): boolean => state === 'paused' && approvedAt !== null;

const started = (status: MailboxStatus, random: number): Transition => ({
  status,
  effects: [
    ...runAll(status, lanes.asked),
    ...goOnWithCare(status, random),
    { type: 'announce', event: 'mailbox.resumed' },
  ],
});

function paused(status: MailboxStatus): Transition {
  if (status.state === 'paused') return { status, effects: [] };
  return {
    status: { ...status, state: 'paused', failure: null, failedProbes: 0 },
    effects: [
      schedule('incoming', null),
      schedule('outgoing', null),
      ...restCare(),
      ...(status.state === 'failed' ? [{ type: 'leave-incidents' } as const] : []),
      { type: 'announce', event: 'mailbox.paused' },
    ],
  };
}

/** How a run of tests ends: the mailbox's own state is none of its business. */
function testWork(
  status: MailboxStatus,
  event: Extract<MailboxEvent, { readonly kind: RunKind }>,
  random: number,
): Transition {
  if (event.type === 'work-succeeded') return { status, effects: [schedule('test', event.nextInMs, event.lane)] };
  const { attempts, atLeastMs } = event.type === 'work-delayed' ? event : { attempts: 1, atLeastMs: 0 };
  const wait = retryDelay(attempts, random, atLeastMs);
  return { status, effects: [schedule('test', wait, lanes.routine, attempts)] };
}

type Tested = Extract<MailboxEvent, { type: 'tested' }>;

/**
 * What passed is as good as a probe: it brings back the mailbox that stopped over that direction. What failed
 * stops nothing, and only keeps a mailbox that is about to start from starting with it.
 */
function tested(status: MailboxStatus, event: Tested, random: number): Transition {
  if (event.incoming !== 'passed' && event.outgoing !== 'passed') return { status, effects: [] };
  const starts = event.enable && mayStart(status);
  const isOn = (kind: Stream): boolean => {
    if (!event.enable || status.approvedAt === null || event[kind] === null) return status[kind];
    return event[kind] === 'passed' || (status[kind] && !starts);
  };
  const wanted: MailboxStatus = { ...status, incoming: isOn('incoming'), outgoing: isOn('outgoing') };
  if (status.state === 'paused')
    return starts ? started({ ...wanted, state: 'active' }, random) : { status, effects: [] };
  if (status.failure && event[status.failure.during] === 'passed') return wellAgain(wanted, random);
  const changes = wanted.incoming !== status.incoming || wanted.outgoing !== status.outgoing;
  return changes ? directionsChanged(wanted, random) : { status, effects: [] };
}

function wellAgain(status: MailboxStatus, random: number): Transition {
  const well: MailboxStatus = { ...status, state: 'active', failure: null, failedProbes: 0 };
  return {
    status: well,
    effects: [
      ...runAll(well, lanes.asked),
      ...goOnWithCare(well, random),
      ...(status.state === 'failed' ? recovered(true) : []),
    ],
  };
}

function succeeded(
  status: MailboxStatus,
  event: Extract<MailboxEvent, { type: 'work-succeeded' }>,
  random: number,
): Transition {
  if (event.kind === 'test') return testWork(status, event, random);
  const next = schedule(event.kind, wants(status, event.kind) ? event.nextInMs : null, event.lane);
  if (status.state === 'active') return { status, effects: [next] };
  // Only the work that was denied proves that the mailbox is well; the other may have been under way when it stopped.
  if (status.state === 'paused' || isCare(event.kind) || status.failure?.during !== event.kind)
    return { status, effects: [schedule(event.kind, null)] };
  const well: MailboxStatus = { ...status, state: 'active', failure: null, failedProbes: 0 };
  return {
    status: well,
    effects: [
      next,
      schedule(other(event.kind), wants(well, other(event.kind)) ? 0 : null),
      ...goOnWithCare(well, random),
      ...(status.state === 'failed' ? recovered(true) : []),
    ],
  };
}

/** Nobody was told of a mailbox that was only being verified. */
const recovered = (proven: boolean): MailboxEffect[] => [
  // Before it leaves: afterwards nothing would tell who the others are.
  ...(proven ? [{ type: 'wake-peers' } as const] : []),
  { type: 'announce', event: 'mailbox.recovered' },
  // Last: the incident is one row for a crowd, and each of them holds it locked until its commit.
  { type: 'leave-incidents' },
];

function delayed(
  status: MailboxStatus,
  event: Extract<MailboxEvent, { type: 'work-delayed' }>,
  random: number,
): Transition {
  const { kind, attempts } = event;
  if (kind === 'test') return testWork(status, event, random);
  // A mailbox that a person paused meanwhile stays still.
  if (rests(status.state, kind) || !wants(status, kind))
    return { status, effects: [schedule(kind, null, laneOf(kind), attempts)] };
  const wait = retryDelay(attempts, random, event.atLeastMs);
  if (status.state !== 'failed' || status.failure?.during !== kind)
    return { status, effects: [schedule(kind, wait, laneOf(kind), attempts)] };
  // Trouble that should have passed stopped it, and is still there; any other only puts the next probe off.
  if (status.failure.code === event.failure.code)
    return stopped(status, status.failure.during, { ...event, confirmed: true }, random);
  const probe = probeDelay(status.failedProbes, random, event.peers);
  return { status, effects: [schedule(kind, Math.max(wait, probe), laneOf(kind), attempts)] };
}

type Denial = Extract<MailboxEvent, { type: 'work-denied' }>;

function denied(status: MailboxStatus, event: Denial, random: number): Transition {
  if (event.kind === 'test') return testWork(status, event, random);
  if (status.state === 'paused' || !wants(status, event.kind)) return { status, effects: [schedule(event.kind, null)] };
  if (isCare(event.kind)) return careDenied(status, event.kind, event, random);
  // The other work may have been under way when the mailbox stopped: its refusal is no second look.
  if (status.state !== 'active' && status.failure?.during !== event.kind)
    return { status, effects: [schedule(event.kind, null)] };
  return stopped(status, event.kind, event, random);
}

/**
 * Care comes and goes, so it is no probe: what was denied to a backfill, the mail work proves mended.
 * A denied audit stops nothing, for the next poll meets the same refusal within its interval; if it does
 * not, only listing is denied, and the mailbox would stop and recover with every audit.
 */
function careDenied(status: MailboxStatus, kind: CareKind, event: Denial, random: number): Transition {
  if (status.state !== 'active') return { status, effects: [schedule(kind, null)] };
  if (kind === 'audit') return { status, effects: [schedule(kind, Math.round(auditEveryMs * (0.5 + random / 2)))] };
  return stopped(status, status.incoming ? 'incoming' : 'outgoing', event, random);
}

/** One denial can be a mood of the server, so a mailbox fails at the second only; meanwhile nothing else asks. */
function stopped(
  status: MailboxStatus,
  probe: Stream,
  event: Omit<Denial, 'type' | 'kind'>,
  random: number,
): Transition {
  const failure: StoredFailure = { ...event.failure, during: probe };
  const standStill = [schedule(other(probe), null), ...restCare()];
  if (status.state === 'active' && !event.confirmed) {
    return {
      status: { ...status, state: 'verifying', failure, failedProbes: 0 },
      // Before first looks that are overdue: what a crowd has met is then known, and told, within minutes.
      effects: [schedule(probe, secondLookDelay(random), lanes.asked), ...standStill],
    };
  }
  const failedProbes = status.state === 'failed' ? status.failedProbes + 1 : 0;
  return {
    status: { ...status, state: 'failed', failure, failedProbes },
    effects: [
      schedule(probe, probeDelay(failedProbes, random, event.peers)),
      ...(status.state === 'failed' ? [] : standStill),
      ...(status.state === 'failed' ? [] : [{ type: 'announce', event: 'mailbox.failed' } as const]),
      // Last: the incident is one row for a crowd, and each of them holds it locked until its commit.
      { type: 'join-incident', failure },
    ],
  };
}

function directionsChanged(status: MailboxStatus, random: number): Transition {
  if (status.state === 'paused') return { status, effects: [] };
  if (status.failure) {
    if (wants(status, status.failure.during)) return { status, effects: [] };
    // What failed is no longer wanted, so nothing would ever prove the mailbox well: it starts afresh.
    const afresh: MailboxStatus = { ...status, state: 'active', failure: null, failedProbes: 0 };
    return {
      status: afresh,
      effects: [
        ...runAll(afresh, lanes.routine),
        ...goOnWithCare(afresh, random),
        ...(status.state === 'failed' ? recovered(false) : []),
      ],
    };
  }
  return { status, effects: [...runAll(status, lanes.routine), ...goOnWithCare(status, random)] };
}
