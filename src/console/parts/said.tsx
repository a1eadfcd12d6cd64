import { Affix, Notification, Stack } from '@mantine/core';
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { troubleAdvice, troubleText } from './trouble.js';

interface Line {
  readonly id: number;
  readonly text: string;
  /** What to do about it. */
  readonly advice: string | null;
  readonly bad: boolean;
}

export interface Say {
  /** Something was done. */
  readonly done: (text: string) => void;
  /** Something could not be done; an error of the API or of the network. */
  readonly failed: (error: unknown) => void;
}

const shownMs = 6_000;
const Saying = createContext<Say | null>(null);

/** Tells what came of an action at the edge of the page, and to screen readers. */
export function SaidLines({ children }: { readonly children: ReactNode }) {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setLines((all) => all.filter((line) => line.id !== id)), []);
  const say = useMemo<Say>(() => {
    const add = (text: string, bad: boolean, advice: string | null = null) => {
      const id = next.current++;
      setLines((all) => [...all.slice(-3), { id, text, advice, bad }]);
      // What went wrong stays until it is read.
      if (!bad) setTimeout(() => drop(id), shownMs);
    };
    return { done: (text) => add(text, false), failed: (error) => add(troubleText(error), true, troubleAdvice(error)) };
  }, [drop]);
  return (
    <Saying value={say}>
      {children}
      <Affix position={{ bottom: 16, right: 16 }} zIndex={400}>
        <Stack gap="xs" role="status" aria-live="polite" maw="min(420px, 90vw)">
          {lines.map(({ id, text, advice, bad }) => (
            <Notification
              key={id}
              color={bad ? 'red' : 'green'}
              title={text}
              withBorder
              onClose={() => drop(id)}
              closeButtonProps={{ 'aria-label': 'Dismiss' }}
            >
              {advice}
            </Notification>
          ))}
        </Stack>
      </Affix>
    </Saying>
  );
}

export function useSay(): Say {
  const say = use(Saying);
  if (!say) throw new Error('useSay stands outside of <SaidLines>');
  return say;
}
