import { z } from 'zod';
import { Problem, problems } from './problem.js';

export const defaultLimit = 50;
export const maxLimit = 200;

/** The `limit` and `cursor` that every list takes. */
export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxLimit)
    .default(defaultLimit)
    .describe(`Rows a page, ${maxLimit} at most`),
  // An item id of a mail server, the longest position, is up to 512 characters before it is encoded.
  cursor: z.string().max(1_000).optional().describe('`nextCursor` of the page before'),
});

export interface Page<T> {
  readonly items: T[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** Cursors are opaque to callers: base64url of a JSON array whose shape the list chooses. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws Problem invalid-request when the text is not a cursor of this shape */
export function decodeCursor<T>(cursor: string | undefined, shape: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    const errors = [{ field: 'cursor', message: 'must be the nextCursor of a page of this same list' }];
    throw new Problem(problems.invalidRequest, 'cursor: must be the nextCursor of a page of this same list', {
      errors,
    });
  }
}

/**
 * Cuts a page out of `limit + 1` rows: the surplus row only tells that there is a next page.
 * @param position where the next page starts, taken from the last row shown
 */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  show: (row: R) => T,
  position: (row: R) => readonly (string | number)[],
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(show),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}

/** The schema of a page of `item`, for the reference. */
export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
