import { explain } from '../../failures/explanations.js';
import type { StoredFailure } from '../../failures/failure.js';
import { isAfter, noFailure, type Reason, type StandingFacts } from './standing.js';

/** The words of a failure, the names of the mailbox and its profile filled in. */
export function wordsOf(
  failure: Pick<StoredFailure, 'code' | 'category' | 'values'>,
  { emailAddress, profile, ...facts }: StandingFacts,
) {
  const { username, ewsUrl } = profile;
  const { publicUrl, profileId, mailboxId } = facts;
  const { values } = failure;
  return explain(failure, { username, ewsUrl, mailbox: emailAddress, values, publicUrl, profileId, mailboxId });
}

/** What the mailbox's own state says. */
export function stateReason(facts: StandingFacts, now: Date): Reason | null {
  const { state, stateSince: since, failure, incident } = facts;
  if (state === 'paused') {
    const title = `Paused${facts.changedBy === null ? '' : ` by ${facts.changedBy}`}`;
    const ends = facts.isApproved
      ? 'Somebody resumes it: POST /v1/mailboxes/{id}/resume.'
      : 'Somebody approves it, POST /v1/mailboxes/{id}/approve, and resumes it then.';
    return { code: 'paused', title, since, until: null, ends, isTrouble: true, ...noFailure };
  }
  if (state === 'active' || failure === null) return null;
  const { title, cause, remedy } = wordsOf(failure, facts);
  const dueAt = facts.work.find(({ kind }) => kind === failure.during)?.dueAt ?? null;
  const until = isAfter(dueAt, now) ? dueAt : null;
  const shared = { since, until, isTrouble: true, failureCode: failure.code, cause, remedy };
  if (state === 'verifying') {
    const ends = 'A second look: it fails if it is refused again, and goes on if it is not.';
    return { ...shared, code: 'verifying', title: `Refused once, to be verified: ${title}`, ends, incidentId: null };
  }
  return {
    ...shared,
    code: 'failed',
    title: `Stopped: ${title}`,
    ends: `A probe that succeeds; it comes by itself, or at once by POST /v1/mailboxes/{id}/sync.${peers(incident)}`,
    incidentId: incident?.id ?? null,
  };
}

function peers(incident: StandingFacts['incident']): string {
  const others = (incident?.stopped ?? 1) - 1;
  if (others < 1) return '';
  const mailboxes = others === 1 ? 'another mailbox' : `${others} other mailboxes`;
  return ` The same cause stops ${mailboxes} of the profile; the first that gets through has others looked at.`;
}

/** What is switched off. */
export function directionReasons({ incoming, outgoing }: StandingFacts): Reason[] {
  if (incoming && outgoing) return [];
  const off = (code: 'switched-off' | 'receiving-off' | 'sending-off', what: string, field: string): Reason => ({
    code,
    title: `${what} switched off`,
    since: null,
    until: null,
    ends: `Somebody switches it on: PATCH /v1/mailboxes/{id} with ${field}.`,
    isTrouble: code === 'switched-off',
    ...noFailure,
  });
  if (!incoming && !outgoing)
    return [off('switched-off', 'Receiving and sending are', '`incoming` or `outgoing` true')];
  return incoming
    ? [off('sending-off', 'Sending is', '`outgoing` true')]
    : [off('receiving-off', 'Receiving is', '`incoming` true')];
}
