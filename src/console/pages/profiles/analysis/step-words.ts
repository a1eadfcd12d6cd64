import type { AnalysisStep } from './use-analysis.js';

type Status = AnalysisStep['status'];

/** How a step went, in a word and a colour; never the colour alone. */
export const statusWords: Record<Status, { readonly label: string; readonly color: string }> = {
  passed: { label: 'OK', color: 'green' },
  warning: { label: 'Warning', color: 'yellow' },
  failed: { label: 'Failed', color: 'red' },
  skipped: { label: 'Skipped', color: 'gray' },
};

const order: readonly Status[] = ['passed', 'warning', 'failed', 'skipped'];
const counted: Record<Status, (count: number) => string> = {
  passed: (count) => `${count} passed`,
  warning: (count) => `${count} ${count === 1 ? 'warning' : 'warnings'}`,
  failed: (count) => `${count} failed`,
  skipped: (count) => `${count} skipped`,
};

/** "8 passed, 1 warning, 3 skipped, in 0.7 s". @param durationMs in milliseconds */
export function countWords(counts: Readonly<Partial<Record<string, number>>>, durationMs: number): string {
  const parts = order.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count > 0 ? [counted[status](count)] : [];
  });
  return [...parts, `in ${(durationMs / 1_000).toFixed(1)} s`].join(', ');
}
