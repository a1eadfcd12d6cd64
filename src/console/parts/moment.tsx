import { Text, type TextProps } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { createContext, use, useState, type ReactNode } from 'react';

const tickMs = 15_000;
const Now = createContext(Date.now());

/** One clock for all the times on a page, so that "2 minutes ago" grows without a timer for each. */
export function Ticking({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), tickMs, { autoInvoke: true });
  return <Now value={now}>{children}</Now>;
}

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const localDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** "in 5 minutes", "yesterday"; beyond a month the date. @param now both in ms since 1970 */
export function inWords(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < 45_000) return distance > 0 ? 'in a moment' : 'just now';
  if (Math.abs(distance) > 30 * 86_400_000) return localDay.format(at);
  const [unit, ms] = units.find(([, size]) => Math.abs(distance) >= size * 0.9) ?? ['minute', 60_000];
  return relative.format(Math.round(distance / ms), unit);
}

/** The time on that clock, in ms since 1970. */
export const useNow = (): number => use(Now);

interface MomentProps extends TextProps {
  /** ISO 8601, UTC; null shows a dash. */
  readonly at: string | null | undefined;
  /** The local date and time in place of how long ago. */
  readonly exact?: boolean;
}

/** A point in time as people say it, local; hovering (or a screen reader) tells the local and the UTC time. */
export function Moment({ at, exact = false, ...text }: MomentProps) {
  const now = useNow();
  if (!at)
    return (
      <Text span inherit c="dimmed" {...text}>
        {'\u2013'}
      </Text>
    );
  const ms = Date.parse(at);
  const full = `${local.format(ms)} (${new Date(ms).toISOString().replace('T', ' ').slice(0, 19)} UTC)`;
  return (
    <Text span inherit {...text}>
      <time dateTime={at} title={full}>
        {exact ? local.format(ms) : inWords(ms, now)}
      </time>
    </Text>
  );
}
