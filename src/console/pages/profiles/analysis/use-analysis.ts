import { useCallback, useEffect, useRef, useState } from 'react';
import { api, unwrap, type Problem } from '../../../api/client.js';
import type { Schema } from '../../../api/schemas.js';
import { jsonLines } from './json-lines.js';

type Line = Schema<'DiagnosticLine'>;
export type AnalysisStep = Omit<Extract<Line, { type: 'step' }>, 'type'>;
export type AnalysisSummary = Omit<Extract<Line, { type: 'summary' }>, 'type'>;
/** What is looked at; fields of a server without a profile, or a profile. */
export type AnalysisBody = Partial<Schema<'NewDiagnostics'>>;

export interface AnalysisRun {
  readonly state: 'idle' | 'running' | 'ended';
  readonly steps: readonly AnalysisStep[];
  /** The last line; null until it comes, and when none came. */
  readonly summary: AnalysisSummary | null;
  /** Why there is no summary: a problem of the API, or an error of the network. */
  readonly error: unknown;
}

/** What came of a run; neither when somebody ended it, or it broke off. */
export interface AnalysisEnd {
  readonly summary: AnalysisSummary | null;
  readonly problem: Problem | null;
}

/** No answer of the API, whose problems are plain objects. */
export const isBroken = (error: unknown): boolean => error instanceof Error;

const idle: AnalysisRun = { state: 'idle', steps: [], summary: null, error: null };

/**
 * Runs the connectivity analysis and has each step as it ends. Whoever leaves the page ends the run, which then
 * takes away what it left in the mailbox.
 */
export function useAnalysis() {
  const [run, setRun] = useState<AnalysisRun>(idle);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);

  const start = useCallback(async (body: AnalysisBody): Promise<AnalysisEnd> => {
    ending.current?.abort();
    const own = new AbortController();
    ending.current = own;
    const change = (next: (before: AnalysisRun) => AnalysisRun) => {
      if (!own.signal.aborted) setRun(next);
    };
    setRun({ ...idle, state: 'running' });
    try {
      const summary = await follow(body, own.signal, (step) =>
        change((before) => ({ ...before, steps: [...before.steps, step] })),
      );
      change((before) => ({ ...before, state: 'ended', summary }));
      return { summary: own.signal.aborted ? null : summary, problem: null };
    } catch (error) {
      change((before) => ({ ...before, state: 'ended', error }));
      return { summary: null, problem: own.signal.aborted || isBroken(error) ? null : (error as Problem) };
    }
  }, []);

  const stop = useCallback(() => {
    ending.current?.abort();
    setRun((before) => ({ ...before, state: before.steps.length === 0 ? 'idle' : 'ended' }));
  }, []);

  return { run, start, stop };
}

async function follow(
  body: AnalysisBody,
  signal: AbortSignal,
  onStep: (step: AnalysisStep) => void,
): Promise<AnalysisSummary> {
  const answer = await api.POST('/v1/diagnostics', {
    body: { sendToSelf: false, keep: false, ...body },
    parseAs: 'stream',
    signal,
  });
  const data = unwrap<ReadableStream<Uint8Array> | null>(answer);
  // Another middleware may have read it; then there is nothing to follow.
  if (!data) throw new Error('the answer has no body');
  for await (const line of jsonLines(data) as AsyncGenerator<Line>) {
    if (line.type === 'summary') return line;
    onStep(line);
  }
  throw new Error('the analysis broke off before its end');
}
