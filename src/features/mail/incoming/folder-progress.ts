import type { StoredFailure } from '../../failures/failure.js';
import type { ImportPosition } from './import-position.js';
import type { RememberedPageSize } from './page-size.js';

/** Page sizes that the server manages in one folder, by way of listing. */
export interface FolderPages {
  readonly find: RememberedPageSize;
  readonly sync: RememberedPageSize;
}

/**
 * `date`: the server’s sync states do not work, so that new mail is found by date; read flags, moves and
 * deletions then show in audits. `changes`: nothing can be listed by date, so that the folder is enumerated.
 */
export type OtherWay = 'date' | 'changes';

/** Another way of listing while the usual one does not work. */
export interface Fallback {
  readonly way: OtherWay;
  /** When the usual way is tried again. */
  readonly until: Date;
}

/** How far the sync of a folder has come. */
export interface FolderProgress {
  readonly folder: string;
  /** Mail received before this is none of ours. */
  readonly importFrom: Date;
  /** Everything received before this is stored. */
  readonly importReached: Date | null;
  /** Where an import stands that goes on by offset. */
  readonly importAt: ImportPosition | null;
  readonly importedAt: Date | null;
  readonly syncState: string | null;
  /** When the sync state first covered the whole folder. */
  readonly baselineAt: Date | null;
  readonly pages: FolderPages;
  readonly fallback: Fallback | null;
  /** Fallbacks since the usual way last worked. */
  readonly fallbacks: number;
  /** Sync states that the server refused since it last took one. */
  readonly stateRefusals: number;
  /** Calls to list the folder that failed in a row, a run each. */
  readonly wayFailures: number;
  /** Rows listed since the folder was last caught up. */
  readonly listedRows: number;
  /** Where the listing stands that looks for what changes without an item were. */
  readonly recheck: ImportPosition | null;
  readonly recheckedAt: Date | null;
  readonly trouble: FolderTrouble | null;
}

/** A folder that fails while others of its mailbox work. */
export interface FolderTrouble {
  /** In a row. */
  readonly attempts: number;
  readonly since: Date;
  readonly retryAt: Date;
  readonly failure: StoredFailure;
}

/**
 * Whether further calls are made to find out what a failure is about, after so many runs in a row that failed:
 * at 1, 3, 6, 12, 24 and so on. A server that is away is not to be asked more for it.
 */
export const isTimeToTry = (failures: number): boolean =>
  failures === 1 || (failures > 1 && Number.isInteger(Math.log2(failures / 3)));

const hour = 60 * 60_000;
const maxFallbackMs = 24 * hour;

/** How long another way of listing is kept to before the usual one is tried again: 1, 2, 4, up to 24 hours. */
export const fallbackMs = (fallbacks: number): number => Math.min(maxFallbackMs, hour * 2 ** Math.min(fallbacks, 10));

/** The way of listing in force. */
export const wayOf = ({ fallback }: Pick<FolderProgress, 'fallback'>, now: Date): OtherWay | 'usual' =>
  fallback !== null && fallback.until > now ? fallback.way : 'usual';

/** The server dates what it receives a little late now and then, and says so in no listing. */
const overlapMs = hour;

/**
 * Where a listing by date begins. Followed by date alone, a folder is looked at from some time back: nothing
 * else would find what came in late.
 */
export function importStart(
  progress: Pick<FolderProgress, 'importFrom' | 'importReached'>,
  way: OtherWay | 'usual',
): Date {
  const { importFrom, importReached } = progress;
  if (importReached === null) return importFrom;
  const since = way === 'date' ? new Date(importReached.getTime() - overlapMs) : importReached;
  return since < importFrom ? importFrom : since;
}

const wholeRecheckMs = 24 * hour;

/**
 * Where to look for what changes without an item were. New mail among them came since the last look, which is
 * not long ago; anything else can be anywhere, so that the whole folder is looked through once a day.
 * @param lastSyncAt when the mailbox was last up to date; null: never
 */
export function recheckStart(
  { importFrom, recheckedAt }: Pick<FolderProgress, 'importFrom' | 'recheckedAt'>,
  lastSyncAt: Date | null,
  now: Date,
): { since: Date; whole: boolean } {
  const isDue = recheckedAt === null || now.getTime() - recheckedAt.getTime() >= wholeRecheckMs;
  if (isDue || lastSyncAt === null) return { since: importFrom, whole: true };
  const since = new Date(Math.min(lastSyncAt.getTime(), now.getTime()) - 24 * hour);
  return { since: since < importFrom ? importFrom : since, whole: false };
}
