import type { Schema } from '../../api/schemas.js';
import { counted, mailboxes } from '../../parts/incidents/counted.js';
import { durationWords } from '../../parts/incidents/duration-words.js';

type Incident = Pick<Schema<'Incident'>, 'scope' | 'firstAt' | 'closedAt' | 'affectedMailboxes' | 'caughtUp'>;

const mostCounted = 100_000;
const messages = (count: number) => `${count >= mostCounted ? 'more than ' : ''}${counted(count, 'message')}`;

/** How long it lasted, whom it concerned and what came back, as sentences. */
export function recoveryLines({ scope, firstAt, closedAt, affectedMailboxes, caughtUp }: Incident): string[] {
  const ms = closedAt === null ? null : Math.max(0, Date.parse(closedAt) - Date.parse(firstAt));
  return [
    ...(ms === null ? [] : [`It lasted ${durationWords(ms)}.`]),
    whom(scope, affectedMailboxes),
    ...(caughtUp ? back(caughtUp) : []),
  ];
}

function whom(scope: Incident['scope'], affected: number): string {
  if (scope === 'endpoint') return 'The endpoint is switched on again; what waited for it goes out.';
  if (scope === 'installation')
    return 'It stopped all mailboxes. Nothing was lost, and waiting mail is being processed.';
  if (scope === 'notice') return `It was about ${mailboxes(affected)}; mail flowed all the time.`;
  if (affected > 0) return `It stopped ${mailboxes(affected)}.`;
  return `It held up all mailboxes of the ${scope === 'server' ? 'profiles at the server' : 'profile'}.`;
}

function back({ received, sent }: NonNullable<Incident['caughtUp']>): string[] {
  if (received === null && sent === null) return ['Nothing was lost. What arrived or waited meanwhile is coming in.'];
  return [
    'Nothing was lost.',
    ...(received === null ? [] : [`Of what arrived meanwhile, ${were(received, 'fetched')}.`]),
    ...(sent === null ? [] : [`Of what waited to be sent, ${were(sent, 'sent')}.`]),
  ];
}

const were = (count: number, done: string): string => `${messages(count)} ${count === 1 ? 'was' : 'were'} ${done}`;
