import type { Schema } from '../../api/schemas.js';
import { reportWords } from './report-words.js';

type Message = Schema<'OutgoingMessage'>;

export interface JournalEntry {
  readonly at: string;
  readonly title: string;
  readonly detail: string | null;
}

/** What has happened to a message, oldest first. */
export function journalOf(message: Message): readonly JournalEntry[] {
  const { createdAt, failure, state, sentAt, updatedAt, attempts, deliveryReports } = message;
  const entries: JournalEntry[] = [{ at: createdAt, title: 'Accepted', detail: 'Given to Postroom to send.' }];
  if (failure !== null)
    entries.push({
      at: failure.at,
      title: state === 'failed' ? 'Given up' : 'A try failed',
      detail: `${failure.title}${attempts > 1 ? ` (${attempts} tries in all)` : ''}`,
    });
  if (sentAt !== null) entries.push({ at: sentAt, title: 'Sent', detail: 'The server has taken it.' });
  if (state === 'cancelled') entries.push({ at: updatedAt, title: 'Cancelled', detail: 'Before it went out.' });
  for (const report of deliveryReports)
    entries.push({ at: report.at, title: reportWords(report), detail: report.recipient });
  // Reports and failures may be dated by other clocks; what is equally old stays in this order.
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
