const day = 24 * 60 * 60_000;

/** How long what happened to a mailbox is kept, in ms. */
export const historyKeptMs = 30 * day;

/** Quiet polls of longer than this become a row of their own, so that age removes them bit by bit. */
const maxQuietMs = day;

/** Whether the quiet polls since then are enough for a row. */
export const isLongQuiet = (since: Date | null, now: Date): boolean =>
  since !== null && now.getTime() - since.getTime() >= maxQuietMs;
