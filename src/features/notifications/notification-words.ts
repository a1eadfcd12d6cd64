import type { NotificationFacts } from './notification-facts.js';
import { oneLine } from '../../drivers/port/explanations/quoting.js';
import { placeOf } from '../../drivers/port/explanations/server-place.js';

const shownNames = 5;
const shownProfiles = 10;
const maxNameLength = 320;
const maxAnswerLines = 60;
const maxAnswerLineLength = 400;

/** Cut to so many characters, the sign of it included; never through the middle of a character. */
export function clipped(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** Text from outside as one line of bounded length; runs of white space, line breaks too, become one space. */
export const shownLine = (text: string, length = maxNameLength): string =>
  clipped(oneLine(text.slice(0, 4 * length).replace(/\s+/g, ' ')).trim(), length);

const grouped = (count: number): string => count.toLocaleString('en-US');

/** `1 mailbox`, `1,204 messages`. */
export const countOf = (count: number, one: string, many = one === 'mailbox' ? 'mailboxes' : `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** `a, b and 3 more`, or `a, b and c`. */
export function enumeration(names: readonly string[], total: number, most = shownProfiles): string {
  const shown = names.slice(0, most);
  const more = total - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${grouped(more)} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/**
 * A few of the mailboxes, and how many more.
 * @param total how many it is about
 */
export function mailboxNames({ mailboxes }: NotificationFacts, total: number): string {
  const names = mailboxes.slice(0, shownNames).map((address) => shownLine(address));
  if (names.length === 0) return total > 0 ? countOf(total, 'mailbox') : 'its mailboxes';
  return enumeration(names, Math.max(total, mailboxes.length), shownNames);
}

export const serverName = ({ profile }: NotificationFacts): string =>
  placeOf(profile.ewsUrl)?.hostname ?? shownLine(profile.ewsUrl);

/** What was being done when it happened. */
export function undertaking({ work, incident }: NotificationFacts): string {
  const activity = work?.activity ?? (incident.failure.during === 'outgoing' ? 'sending' : 'receiving');
  switch (activity) {
    case 'receiving':
      return 'receiving mail';
    case 'test':
      return 'the enable test';
    case 'first-import':
      return 'the first import';
    case 'sending': {
      if (work?.subject) return `sending the message “${shownLine(work.subject, 120)}”`;
      return work?.messageId ? `sending the message ${shownLine(work.messageId, 120)}` : 'sending mail';
    }
  }
}

/** The server's answer in lines that can be shown. */
export function answerLines(excerpt: string | null | undefined): string[] {
  if (!excerpt) return [];
  const lines = excerpt
    .slice(0, 2 * maxAnswerLines * maxAnswerLineLength)
    .split(/\r\n?|\n/)
    .map((line) => clipped(oneLine(line.replaceAll('\t', '  ')), maxAnswerLineLength));
  return lines.length <= maxAnswerLines ? lines : [...lines.slice(0, maxAnswerLines), '…'];
}
