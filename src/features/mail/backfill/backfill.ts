import type { StoredFailure } from '../../failures/failure.js';
import type { WatchedFolder } from '../../mailboxes/folder-choice.js';
import type { RangePosition } from '../incoming/range-position.js';

export const backfillStates = ['active', 'completed', 'failed', 'cancelled'] as const;
export type BackfillState = (typeof backfillStates)[number];

/** Older mail of a mailbox that somebody asked for, and how far it has come. */
export interface Backfill {
  readonly id: string;
  readonly mailboxId: string;
  readonly profileId: string;
  readonly state: BackfillState;
  /** The range of receive times: `from` is in it, `to` is not. */
  readonly from: Date;
  readonly to: Date;
  /** Paths as they were asked for; null: all that are synced. */
  readonly folders: readonly string[] | null;
  /** What they stood for when it began; null before. */
  readonly places: readonly WatchedFolder[] | null;
  /** As whom the mailbox was opened when the position was written. */
  readonly account: string | null;
  /** Which of `places` is being read. */
  readonly folderIndex: number;
  readonly position: RangePosition;
  /** As the server counted them at the start; null when it did not say. */
  readonly total: number | null;
  readonly stored: number;
  /** Looked at and found stored already, or gone from the server meanwhile. */
  readonly known: number;
  readonly failed: number;
  /** Runs that failed since the last one that got on. */
  readonly attempts: number;
  /** What the last run failed with; null again after one that got on. */
  readonly lastFailure: StoredFailure | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
}

/** Messages looked at a minute since the start; null before anything can be said. */
export function ratePerMinute(backfill: Backfill): number | null {
  if (!backfill.startedAt) return null;
  const minutes = (backfill.updatedAt.getTime() - backfill.startedAt.getTime()) / 60_000;
  const looked = backfill.stored + backfill.known + backfill.failed;
  return minutes > 0 && looked > 0 ? Math.round((looked / minutes) * 10) / 10 : null;
}
