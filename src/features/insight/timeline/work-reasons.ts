import { wants } from '../../mailboxes/mailbox-state.js';
import type { Stream } from '../../failures/failure.js';
import { nameOfKind } from './kind-words.js';
import { wordsOf } from './mailbox-reasons.js';
import { isAfter, noFailure, type Reason, type StandingFacts, type WorkFacts } from './standing.js';
import { spanInWords } from './time-words.js';

/** Where a worker runs, due work is claimed within a second, unless it waits for its turn. */
const unclaimedMs = 60_000;

/** What the schedule says of the work that is wanted: each kind of mail work has one reason. */
export function workReasons(facts: StandingFacts, now: Date): Reason[] {
  if (facts.state === 'paused') return [];
  const mail = (['incoming', 'outgoing'] as const).flatMap((kind) => {
    // A stopped mailbox does only what was refused, as its probe.
    if (!wants(facts, kind) || (facts.failure && facts.failure.during !== kind)) return [];
    const work = facts.work.find((one) => one.kind === kind);
    const reason = work ? mailReason(facts, kind, work, now) : kind === 'incoming' ? notScheduled : null;
    return reason ? [reason] : [];
  });
  const care = facts.work
    .filter(({ kind }) => kind !== 'incoming' && kind !== 'outgoing')
    .flatMap((work) => (isAfter(work.leaseUntil, now) ? [running(work)] : []));
  return [...mail, ...care];
}

function mailReason(facts: StandingFacts, kind: Stream, work: WorkFacts, now: Date): Reason | null {
  if (isAfter(work.leaseUntil, now)) return running(work);
  if (work.dueAt !== null && work.dueAt <= now) return overdue(facts, kind, work, work.dueAt, now);
  // When a stopped mailbox is looked at next, its state says.
  if (facts.failure) return null;
  if (work.dueAt === null) return kind === 'incoming' ? notScheduled : null;
  if (work.attempts > 0) return backOff(facts, kind, work);
  return kind === 'incoming' ? nextPoll(facts, work.dueAt, now) : null;
}

const running = ({ kind, begunAt, leaseUntil }: WorkFacts): Reason => ({
  code: 'running',
  title: begunAt
    ? `${nameOfKind(kind)} is under way`
    : `${nameOfKind(kind)} is about to begin: it was handed to a worker`,
  since: begunAt,
  until: begunAt ? null : leaseUntil,
  ends: begunAt
    ? 'The run ends; if its worker dies, another one takes it up within a minute.'
    : 'A worker takes it up; if none has until then, it is handed out again.',
  isTrouble: false,
  ...noFailure,
});

function overdue(facts: StandingFacts, kind: Stream, work: WorkFacts, dueAt: Date, now: Date): Reason | null {
  const { profile, serverAway } = facts;
  if (isAfter(profile.holdUntil, now) || isAfter(serverAway?.holdUntil ?? null, now)) return null;
  const since = latest(dueAt, work.leaseUntil, profile.holdUntil, serverAway?.holdUntil ?? null);
  const isFull = profile.running >= profile.budget;
  if (isFull && profile.suspendedCause === null && !serverAway) return budgetFull(facts, kind, since, now);
  // Under a hold one canary at a time calls, and the others wait for it.
  if (isFull || now.getTime() - since.getTime() <= unclaimedMs)
    return profile.suspendedCause !== null || serverAway ? null : due(kind, since);
  return {
    code: 'no-worker',
    title: `${nameOfKind(kind)} is due, and no worker takes it up`,
    since,
    until: null,
    ends: 'Start a process with the role worker (ROLES=worker, or all roles), and see that its /health/ready answers 200: it needs the database and the queue.',
    isTrouble: true,
    ...noFailure,
  };
}

const due = (kind: Stream, since: Date): Reason => ({
  code: 'due',
  title: `${nameOfKind(kind)} is due now`,
  since,
  until: null,
  ends: 'A worker takes it up, as a rule within a second.',
  isTrouble: false,
  ...noFailure,
});

function budgetFull({ profile }: StandingFacts, kind: Stream, since: Date, now: Date): Reason {
  const before = profile.waitingBefore ?? 0;
  const ahead = before === 0 ? 'it is next' : `${before} before it`;
  return {
    code: 'budget-full',
    title: `${nameOfKind(kind)} is due and waits for its turn: ${profile.running} of ${profile.budget} runs of the profile ${profile.name} are under way, ${ahead}`,
    since,
    until: null,
    ends: 'A run of the profile ends. The budget grows by itself while work waits, up to the profile’s maxConcurrentConnections.',
    // A moment’s wait is how a budget works.
    isTrouble: now.getTime() - since.getTime() > unclaimedMs,
    ...noFailure,
  };
}

function backOff(facts: StandingFacts, kind: Stream, work: WorkFacts): Reason {
  const error = facts.lastError?.during === kind ? facts.lastError : null;
  const words = error && wordsOf(error, facts);
  const times = work.attempts === 1 ? 'failed' : `failed ${work.attempts} times in a row`;
  return {
    code: 'back-off',
    title: `${nameOfKind(kind)} ${times} and is tried again${words ? `: ${words.title}` : ''}`,
    since: error ? new Date(error.at) : null,
    until: work.dueAt,
    ends: 'The next try, which comes by itself, or at once by POST /v1/mailboxes/{id}/sync. The waits grow up to 15 minutes.',
    isTrouble: true,
    failureCode: error?.code ?? null,
    cause: words?.cause ?? null,
    remedy: words?.remedy ?? null,
    incidentId: null,
  };
}

function nextPoll(facts: StandingFacts, dueAt: Date, now: Date): Reason {
  const { lastSyncAt, profile } = facts;
  const last = lastSyncAt ? `last ${spanInWords(now.getTime() - lastSyncAt.getTime())} ago` : 'not yet once';
  const next = spanInWords(dueAt.getTime() - now.getTime());
  return {
    code: 'next-poll',
    title: `${facts.folders.length === 0 ? 'Well: syncs' : 'Syncs'} every ${spanInWords(profile.pollingIntervalSeconds * 1_000)}; ${last}; next in ${next}`,
    since: lastSyncAt,
    until: dueAt,
    ends: 'The next poll, which comes by itself.',
    isTrouble: false,
    ...noFailure,
  };
}

const notScheduled: Reason = {
  code: 'not-scheduled',
  title: 'No sync is scheduled',
  since: null,
  until: null,
  ends: 'Ask for one: POST /v1/mailboxes/{id}/sync.',
  isTrouble: true,
  ...noFailure,
};

/** Mail that cannot be read while the rest comes in. */
export function unreadableReason({ unreadable, state, incoming }: StandingFacts, now: Date): Reason | null {
  if (!unreadable || state !== 'active' || !incoming) return null;
  const { messages, since, retryAt, code } = unreadable;
  return {
    code: 'items-unreadable',
    title: `${messages === 1 ? '1 message' : `${messages} messages`} cannot be read; all other mail is received`,
    since,
    until: isAfter(retryAt, now) ? retryAt : null,
    ends: 'They are tried again over two weeks, and as soon as others like them can be read; at once by POST /v1/mailboxes/{id}/item-failures/retry.',
    isTrouble: true,
    ...noFailure,
    failureCode: code,
  };
}

/** What keeps messages from being sent while everything else goes on. */
export function sendingReason({ sendingHold, state }: StandingFacts): Reason | null {
  if (!sendingHold || state !== 'active') return null;
  const byQuota = sendingHold.reason === 'submission-quota';
  return {
    code: 'sending-held',
    title: byQuota
      ? 'Sending waits: the server’s quota for the mailbox is used up'
      : 'Sending waits: the mailbox has sent as much as its limit allows in a minute',
    since: null,
    until: sendingHold.until,
    ends: byQuota
      ? 'It is tried again then. Receiving goes on.'
      : 'It ends by itself, or at once with a higher maxSendsPerMinute. Receiving goes on.',
    isTrouble: true,
    ...noFailure,
  };
}

const latest = (first: Date, ...others: (Date | null)[]): Date =>
  others.reduce<Date>((last, one) => (one !== null && one > last ? one : last), first);
