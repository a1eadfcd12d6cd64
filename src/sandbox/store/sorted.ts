/** Index of the first entry for which `isPast` holds, in a list where it holds for all entries after it; else its length. */
export function firstIndex<T>(sorted: readonly T[], isPast: (entry: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = sorted[middle];
    if (entry === undefined || isPast(entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}
