import type { Schema } from '../../api/schemas.js';
import type { Outcome } from './test-words.js';

type Batch = Schema<'MailboxTestBatch'>;

export const batchStates: Readonly<Record<Batch['state'], { readonly label: string; readonly color: string }>> = {
  running: { label: 'under way', color: 'blue' },
  completed: { label: 'done', color: 'green' },
  cancelled: { label: 'cancelled', color: 'gray' },
};

const outcomes = ['success', 'failure', 'skipped', 'cancelled'] as const satisfies readonly Outcome[];

type Counts = Pick<Batch, 'tests' | Outcome>;

/** How many tests are over, however they ended. */
export const endedOf = (batch: Pick<Batch, Outcome>): number =>
  outcomes.reduce((sum, outcome) => sum + batch[outcome], 0);

/** The parts of the bar, in percent of all tests; the rest has not ended. */
export const batchProgress = (batch: Counts): { outcome: Outcome; count: number; percent: number }[] =>
  outcomes
    .filter((outcome) => batch[outcome] > 0)
    .map((outcome) => ({ outcome, count: batch[outcome], percent: (batch[outcome] / batch.tests) * 100 }));
