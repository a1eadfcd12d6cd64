import { useCallback, useEffect, useRef, useState } from 'react';

export interface Progress {
  /** What is being done. */
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

export type Report = (done: number) => void;

/** One piece of work at a time that goes on for many calls, shows how far it is, and can be stopped. */
export function useLongWork() {
  const [progress, setProgress] = useState<Progress | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);
  const isRunning = progress !== null;
  // Leaving the page would leave the work half done, and nobody would be told.
  useEffect(() => {
    if (!isRunning) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isRunning]);
  const run = useCallback(
    async (label: string, total: number, work: (report: Report, signal: AbortSignal) => Promise<void>) => {
      const { signal } = (controller.current = new AbortController());
      setProgress({ label, done: 0, total });
      try {
        await work((done) => setProgress({ label, done, total }), signal);
      } finally {
        setProgress(null);
      }
    },
    [],
  );
  const stop = useCallback(() => controller.current?.abort(), []);
  return { progress, run, stop };
}
