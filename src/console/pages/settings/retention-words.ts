import type { Schema } from '../../api/schemas.js';
import { daysInWords } from '../../parts/content-retention.js';

type Retention = Schema<'About'>['retention'];

/** How long a profile keeps the content of mail. @param days null: for ever */
export const contentInWords = (days: number | null): string => (days === null ? 'for ever' : daysInWords(days));

interface KeptThing {
  readonly what: string;
  readonly kept: string;
  readonly note: string;
}

/** Everything that goes by age, but for the content of mail, which each profile sets for itself. */
export const keptThings = ({ eventsDays, historyDays, diagnosticsDays }: Retention): KeptThing[] => [
  {
    what: 'Events and webhook deliveries',
    kept: daysInWords(eventsDays),
    note: 'Longer while a webhook endpoint that is switched on has still to be told.',
  },
  { what: 'Timelines of mailboxes', kept: daysInWords(historyDays), note: 'About a thousand entries of each at most.' },
  {
    what: 'Results of analyses',
    kept: daysInWords(diagnosticsDays),
    note: 'Links to them end with them.',
  },
  { what: 'Incidents and notifications', kept: 'for ever', note: 'They hold no content of mail.' },
  {
    what: 'Messages, without their content',
    kept: 'for ever',
    note: 'Sender, recipients, subject and times stay until the mailbox is deleted.',
  },
];

/** Shortest and longest over the profiles in one sentence. */
export function contentOfAll({ shortest, longest, unlimitedProfiles }: Retention['contentDays']): string {
  const unlimited =
    unlimitedProfiles === 0
      ? null
      : `${unlimitedProfiles === 1 ? 'one profile keeps' : `${unlimitedProfiles} profiles keep`} it for ever`;
  if (shortest === null || longest === null) return unlimited ?? 'there is no profile yet';
  const limited = shortest === longest ? daysInWords(shortest) : `${shortest} to ${daysInWords(longest)}`;
  return unlimited === null ? limited : `${limited}; ${unlimited}`;
}
