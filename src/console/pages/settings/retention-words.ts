import type { Schema } from '../../api/schemas.js';

type Retention = Schema<'About'>['retention'];

const plural = new Intl.PluralRules('en');

export const daysInWords = (days: number): string => `${days} ${plural.select(days) === 'one' ? 'day' : 'days'}`;

/** How long a profile keeps the content of mail. @param days null: for ever */
export const contentInWords = (days: number | null): string => (days === null ? 'for ever' : daysInWords(days));

/** What becomes of content when the limit changes, for whoever is about to change it. */
export function changeInWords(before: number | null, after: number | null): { text: string; removes: boolean } {
  if (before === after) return { text: 'Nothing changes.', removes: false };
  if (after === null)
    return { text: 'Nothing more is removed. What is gone already does not come back.', removes: false };
  const removes = before === null || after < before;
  return removes
    ? {
        text: `Texts, originals and attachments older than ${daysInWords(after)} are removed from Postroom from now on, and cannot be brought back here. The messages stay in the lists, and nothing is removed on the mail server.`,
        removes,
      }
    : {
        text: `Content is kept for ${daysInWords(after)} from now on. What is gone already does not come back.`,
        removes,
      };
}

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
