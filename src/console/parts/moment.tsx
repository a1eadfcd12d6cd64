import { Text, type TextProps } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { createContext, use, useState, type ReactNode } from 'react';
import { inWords } from './time-words.js';

const tickMs = 5_000;
const Now = createContext(Date.now());

/** One clock for all the times on a page, so that "2 minutes ago" grows without a timer for each. */
export function Ticking({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), tickMs, { autoInvoke: true });
  return <Now value={now}>{children}</Now>;
}

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

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
