interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** Rows that one page has at most, see `limit` of the API's lists. */
export const largestPage = 200;

/**
 * Walks a list of the API from its first page to its last.
 * @param take given each page as it comes
 * @param signal ends the walk with the page under way
 * @returns whether it came to the end
 */
export async function everyPage<Row>(
  read: (cursor: string | undefined) => Promise<Page<Row>>,
  take: (rows: readonly Row[]) => void,
  signal: AbortSignal,
): Promise<boolean> {
  let cursor: string | undefined;
  for (;;) {
    if (signal.aborted) return false;
    const page = await read(cursor);
    take(page.items);
    if (page.nextCursor === null) return true;
    cursor = page.nextCursor;
  }
}
