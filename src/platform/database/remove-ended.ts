import type { Sql } from './data-source.js';

/** A table of rows that mean nothing after a time. The names are of our own making, never a caller's. */
export interface EndingRows {
  readonly table: string;
  readonly key: string;
  /** The column with the time; indexed. */
  readonly endsAt: string;
}

/**
 * Deletes rows whose time is over, oldest first. Those that another transaction holds are left for the next step.
 * @returns the number of deleted rows, at most `limit`
 */
export async function removeEnded(
  sql: Sql,
  { table, key, endsAt }: EndingRows,
  now: Date,
  limit: number,
): Promise<number> {
  const [, removed] = await sql.query<[unknown[], number]>(
    `DELETE FROM ${table} WHERE ${key} IN (
       SELECT ${key} FROM ${table} WHERE ${endsAt} <= $1 ORDER BY ${endsAt} LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [now, limit],
  );
  return removed;
}
