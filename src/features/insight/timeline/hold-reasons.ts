import { rowOfStored } from '../../failures/stored-rows.js';
import type { StoredFailure } from '../../failures/failure.js';
import { wordsOf } from './mailbox-reasons.js';
import { isAfter, noFailure, type IncidentFacts, type Reason, type StandingFacts } from './standing.js';

/** What holds all mailboxes of the server or of the profile. */
export function holdReasons(facts: StandingFacts, now: Date): Reason[] {
  const profile = profileReason(facts, now);
  return [...serverReason(facts, now), ...(profile ? [profile] : [])];
}

function serverReason(facts: StandingFacts, now: Date): Reason[] {
  const { serverAway } = facts;
  if (!serverAway) return [];
  return [
    {
      code: 'server-away',
      title: `The server ${serverAway.host} does not answer: all profiles on it wait`,
      since: serverAway.since,
      until: isAfter(serverAway.holdUntil, now) ? serverAway.holdUntil : null,
      ends: 'The server answers: one call at a time asks whether it is back, and what waits is then due at once.',
      isTrouble: true,
      ...failureOf(serverAway.cause, serverAway.incident, facts),
    },
  ];
}

function profileReason(facts: StandingFacts, now: Date): Reason | null {
  const { holdUntil, suspendedCause, incident, name } = facts.profile;
  const until = isAfter(holdUntil, now) ? holdUntil : null;
  if (suspendedCause !== null) {
    return {
      code: 'profile-suspended',
      title: isOfAddress(suspendedCause, incident)
        ? `Exchange does not answer at the address of the profile ${name}: all its mailboxes wait`
        : `The server refuses the service account of the profile ${name}: all its mailboxes wait`,
      since: incident?.openedAt ?? null,
      until,
      ends: 'A canary, one mailbox that tries then, gets through; or somebody corrects the profile, which is tried at once.',
      isTrouble: true,
      ...failureOf(suspendedCause, incident, facts),
    };
  }
  if (until === null) return null;
  return {
    code: 'profile-throttled',
    title: `The server asked for quiet: all mailboxes of the profile ${name} wait`,
    since: null,
    until,
    ends: 'It ends by itself; the profile then presses half as hard.',
    isTrouble: true,
    ...noFailure,
  };
}

/** Whether the profile waits for its address rather than for its account. */
function isOfAddress(cause: string, incident: IncidentFacts | null): boolean {
  const { category } = incident?.lastFailure ?? rowOfStored(cause, 'credentials-auth');
  return category === 'network' || category === 'protocol';
}

function failureOf(
  code: string,
  incident: IncidentFacts | null,
  facts: StandingFacts,
): Pick<Reason, 'failureCode' | 'cause' | 'remedy' | 'incidentId'> {
  const failure: StoredFailure | null = incident?.lastFailure ?? null;
  const words = failure && wordsOf(failure, facts);
  return {
    failureCode: code,
    cause: words?.cause ?? null,
    remedy: words?.remedy ?? null,
    incidentId: incident?.id ?? null,
  };
}
