import { useMemo, useState } from 'react';
import { api, unwrap } from '../../api/client.js';
import { randomKey } from '../../api/random-key.js';
import {
  judged,
  planned,
  sendable,
  type ImportChoice,
  type PlannedRow,
  type ProfileName,
  type Results,
  type RowResult,
  type Sent,
} from './import-plan.js';
import type { ImportRow } from './import-rows.js';
import { inChunks } from './in-chunks.js';
import { useLongWork } from './use-long-work.js';
import { useReread } from './use-reread.js';

/** Rows of one request: few enough that each takes no longer than a moment, and the bar moves. */
const checkedAtOnce = 1_000;
const importedAtOnce = 500;

/** How far rows have been sent. */
interface Sending {
  /** What it belongs to: other rows, or another choice, begin afresh; profiles that change meanwhile do not. */
  readonly rows: readonly ImportRow[];
  readonly choice: ImportChoice;
  readonly plan: readonly PlannedRow[];
  readonly toSend: readonly Sent[];
  readonly done: number;
  readonly results: Results;
  /** Keeps a request that is repeated after a lost answer from being carried out twice. */
  readonly key: string;
}

const begun = (about: Pick<Sending, 'rows' | 'choice' | 'plan' | 'toSend'>): Sending => ({
  ...about,
  done: 0,
  results: new Map(),
  key: randomKey(),
});

const isOver = (sending: Sending | null) => sending !== null && sending.done === sending.toSend.length;

/** Checks rows with the API, then makes their mailboxes. */
export function useImport(rows: readonly ImportRow[], choice: ImportChoice, profiles: readonly ProfileName[]) {
  const work = useLongWork();
  const reread = useReread();
  const [checking, setChecking] = useState<Sending | null>(null);
  const [importing, setImporting] = useState<Sending | null>(null);
  const [error, setError] = useState<unknown>(null);
  const own = (sending: Sending | null) => (sending?.rows === rows && sending.choice === choice ? sending : null);
  const checked = own(checking);
  const imported = own(importing);
  const begunPlan = checked?.plan;
  const plan = useMemo(() => begunPlan ?? planned(rows, choice, profiles), [begunPlan, rows, choice, profiles]);
  const preview = useMemo(() => judged(plan, checked?.results ?? new Map(), false), [plan, checked]);
  const outcome = useMemo(() => (imported ? judged(preview, imported.results, true) : null), [preview, imported]);

  const send = async (sending: Sending, dryRun: boolean, keep: (sending: Sending) => void) => {
    const { toSend, key } = sending;
    const results = new Map<number, RowResult>(sending.results);
    setError(null);
    keep(sending);
    await work.run(dryRun ? 'Checking rows' : 'Importing rows', toSend.length, async (report, signal) => {
      report(sending.done);
      const told = (done: number) => {
        keep({ ...sending, results: new Map(results), done });
        report(done);
      };
      const act = async (chunk: readonly Sent[], at: number) => {
        const body = { mailboxes: chunk.map(({ mailbox }) => mailbox), dryRun };
        const headers = dryRun ? {} : { 'idempotency-key': `import-${key}-${at}` };
        const answer = unwrap(await api.POST('/v1/mailboxes/batch', { body, headers }));
        for (const result of answer.results) {
          const place = chunk[result.index]?.place;
          if (place !== undefined) results.set(place, result);
        }
      };
      const size = dryRun ? checkedAtOnce : importedAtOnce;
      try {
        await inChunks({ items: toSend, size, from: sending.done, signal, report: told, act });
      } catch (thrown) {
        setError(thrown);
      }
    });
  };

  return {
    progress: work.progress,
    stop: work.stop,
    /** Every row with what is known of it. */
    preview,
    isChecked: isOver(checked),
    check: () => send(checked ?? begun({ rows, choice, plan, toSend: sendable(plan, 'unknown') }), true, setChecking),
    /** Makes what was found new; called again after it was stopped, it goes on. */
    carryOut: async () => {
      await send(imported ?? begun({ rows, choice, plan, toSend: sendable(preview, 'new') }), false, setImporting);
      await reread();
    },
    /** Null until the import has begun. */
    outcome,
    isComplete: isOver(imported),
    error,
  };
}
