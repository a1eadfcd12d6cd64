/** What has just happened may be ahead of a clock that ticks seldom: it is not told as to come. */
const aheadMs = 6_000;

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const localDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** "in 5 minutes", "yesterday"; beyond a month the date. @param now both in ms since 1970 */
export function inWords(at: number, now: number): string {
  const distance = at - now;
  if (distance > 0 && distance <= aheadMs) return 'now';
  if (Math.abs(distance) < 45_000) return distance > 0 ? 'in a moment' : 'just now';
  if (Math.abs(distance) > 30 * 86_400_000) return localDay.format(at);
  const [unit, ms] = units.find(([, size]) => Math.abs(distance) >= size * 0.9) ?? ['minute', 60_000];
  return relative.format(Math.round(distance / ms), unit);
}
