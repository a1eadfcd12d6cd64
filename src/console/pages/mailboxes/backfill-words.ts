import type { Schema } from '../../api/schemas.js';
import { figure } from './counted.js';

type Backfill = Schema<'Backfill'>;

export const backfillStates: Readonly<Record<Backfill['state'], { readonly label: string; readonly color: string }>> = {
  active: { label: 'under way', color: 'blue' },
  completed: { label: 'done', color: 'green' },
  failed: { label: 'failed', color: 'red' },
  cancelled: { label: 'cancelled', color: 'gray' },
};

type Counts = Pick<Backfill, 'total' | 'stored' | 'known' | 'failed'>;

/** How much of it is behind, in percent; null where the server does not count. */
export function percentOf({ total, stored, known, failed }: Counts): number | null {
  if (total === null) return null;
  return total === 0 ? 100 : Math.min(100, Math.round(((stored + known + failed) / total) * 100));
}

/** "120 stored, 3 known already, 0 not readable, of 400". */
export function backfillInWords({ total, stored, known, failed }: Counts): string {
  const parts = [`${figure(stored)} stored`, `${figure(known)} known already`];
  if (failed > 0) parts.push(`${figure(failed)} not readable`);
  return `${parts.join(', ')}${total === null ? '' : `, of ${figure(total)}`}`;
}

/** The beginning of a local day as the API takes it. @param day `2026-01-31` */
export const startOfDay = (day: string): string => new Date(`${day}T00:00:00`).toISOString();
