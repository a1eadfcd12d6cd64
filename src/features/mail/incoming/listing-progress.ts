/**
 * Whether a listing gets on, for every loop over pages of a server; pure. A server that repeats a page, gives new
 * sync states for nothing or ignores the offset would else be asked without an end.
 */
export interface ListingProgress {
  /** Ids seen since the listing began in this run. */
  readonly seen: ReadonlySet<string>;
  /** Pages in a row that were not the last and told nothing new. */
  readonly idlePages: number;
}

/** What a page told. */
export interface ListedPage {
  /** A name for everything on it: the same thing told twice is nothing new. */
  readonly ids: readonly string[];
  readonly last: boolean;
}

/** Servers give an empty page now and then, where everything on it has changed again or gone. */
const maxIdlePages = 4;

export const startOfListing: ListingProgress = { seen: new Set(), idlePages: 0 };

export function advanceListing(progress: ListingProgress, { ids, last }: ListedPage): ListingProgress {
  const isNew = ids.some((id) => !progress.seen.has(id));
  return {
    seen: isNew ? new Set([...progress.seen, ...ids]) : progress.seen,
    idlePages: isNew || last ? 0 : progress.idlePages + 1,
  };
}

export const isStuck = ({ idlePages }: ListingProgress): boolean => idlePages >= maxIdlePages;

/** Rows that any folder may take in runs that follow one another at once, before its size is asked for. */
export const rowsBeforeCount = 20_000;
/** For a server that does not say how many items a folder holds. */
const rowsOfUncounted = 1_000_000;

/**
 * Whether more rows were listed, in runs that all ended with more to come, than a folder of this size can make
 * up for: ids that change with every look are new each time.
 * @param items that the folder holds as the server counts them; null: it does not say
 */
export const isEndless = (rows: number, items: number | null): boolean =>
  rows > (items === null ? rowsOfUncounted : 2 * items + rowsBeforeCount);
