/** How long a report is kept, in ms. */
export const reportKeptMs = 30 * 24 * 60 * 60_000;
