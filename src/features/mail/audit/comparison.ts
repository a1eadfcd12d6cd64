/** What one audit found to differ. */
export interface Differences {
  /** On the server and not stored. */
  readonly missing: readonly string[];
  /** Stored as in the folder, and not there. */
  readonly surplus: readonly string[];
  /** Stored as elsewhere, and in the folder. */
  readonly misplaced: readonly string[];
  /** Items of that kind that taking in the missing ones has put right. */
  readonly replaced?: number;
}

/** Both sides of a folder's window, by item id. */
export interface Sides {
  readonly listed: readonly string[];
  /** Stored as in this folder, received in the window. */
  readonly stored: readonly string[];
  /** Of the listed ones those that are stored at all, by the folder they are stored as in. */
  readonly folderOf: ReadonlyMap<string, string>;
  /** Could not be read; they have a schedule of their own, and are no loss. */
  readonly failed: ReadonlySet<string>;
  /** Changed since the sync state was written: the next poll brings them, so they are no loss either. */
  readonly pending: ReadonlySet<string>;
}

/** Compares the server's side with ours; pure. */
export function compare(folder: string, { listed, stored, folderOf, failed, pending }: Sides): Differences {
  const onServer = new Set(listed);
  const settled = [...onServer].filter((id) => !pending.has(id));
  return {
    missing: settled.filter((id) => !folderOf.has(id) && !failed.has(id)),
    surplus: stored.filter((id) => !onServer.has(id) && !pending.has(id)),
    misplaced: settled.filter((id) => folderOf.has(id) && folderOf.get(id) !== folder),
  };
}

const day = 24 * 60 * 60_000;
/** How far back an audit looks; each message is looked at on so many days. */
const windowMs = 14 * day;
/** Mail of the last minutes is on its way in. */
const settlingMs = 5 * 60_000;

/**
 * The receive times that an audit compares: `from` included, `to` not. Whole seconds, because a server
 * compares by fractions that it does not show.
 * @param importFrom mail received earlier is none of ours
 * @returns null while there is nothing to compare
 */
export function auditWindow(now: Date, importFrom: Date): { from: Date; to: Date } | null {
  const second = (ms: number) => new Date(Math.ceil(ms / 1000) * 1000);
  const from = second(Math.max(now.getTime() - windowMs, importFrom.getTime()));
  const to = second(now.getTime() - settlingMs);
  return from < to ? { from, to } : null;
}
