import type { Schema } from '../../api/schemas.js';
import { counted } from '../../parts/incidents/counted.js';

type Point = Schema<'OverviewSeries'>['points'][number];
export type Range = '1h' | '24h' | '7d';

export const ranges: readonly { readonly value: Range; readonly label: string }[] = [
  { value: '1h', label: '1 hour' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
];
const rangeWords: Readonly<Record<Range, string>> = { '1h': 'hour', '24h': '24 hours', '7d': '7 days' };

/** What stands in the address, or the usual one. */
export const rangeOf = (text: string): Range => ranges.find(({ value }) => value === text)?.value ?? '24h';

const minute = 60_000;
const hour = 60 * minute;

/** `0.4 s`, `12 s`, `3 min`, `1.5 h`. */
export function lagWords(ms: number): string {
  if (ms < 9_950) return `${trimmed(ms / 1_000)} s`;
  if (ms < 59_500) return `${Math.round(ms / 1_000)} s`;
  if (ms < 59.5 * minute) return `${Math.round(ms / minute)} min`;
  return `${trimmed(ms / hour)} h`;
}

const trimmed = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** What the chart of the lag shows, for those who do not see it, and for those who are in a hurry. */
export function lagSummary(points: readonly Point[], range: Range): string {
  const middle = known(points.map(({ p50Ms }) => p50Ms));
  const high = known(points.map(({ p95Ms }) => p95Ms));
  if (middle.length === 0) return `Nothing was measured in the last ${rangeWords[range]}.`;
  const [least, most] = [lagWords(Math.min(...middle)), lagWords(Math.max(...middle))];
  const between = least === most ? `was ${least}` : `went from ${least} to ${most}`;
  return `In the last ${rangeWords[range]} the lag of half of the mailboxes ${between} at most; 95 of 100 were never later than ${lagWords(Math.max(...high))}.`;
}

/** What the chart of mail shows. */
export function mailSummary(points: readonly Point[], range: Range): string {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const received = sum(points.map((point) => point.received));
  const sent = sum(points.map((point) => point.sent));
  return `In the last ${rangeWords[range]} ${counted(received, 'message was', 'messages were')} received and ${counted(sent, 'was', 'were')} sent.`;
}
