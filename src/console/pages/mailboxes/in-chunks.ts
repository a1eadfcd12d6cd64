interface Chunks<Item> {
  readonly items: readonly Item[];
  /** Items that one call takes. */
  readonly size: number;
  /** @param at the position of the chunk's first item */
  readonly act: (chunk: readonly Item[], at: number) => Promise<void>;
  /** Told how many are behind it, after each chunk. */
  readonly report: (done: number) => void;
  /** No chunk is begun after it; the one under way is finished. */
  readonly signal: AbortSignal;
  /** Where to go on; default: at the beginning. */
  readonly from?: number;
}

/**
 * Does something to many, one chunk after the other.
 * @returns how far it came
 * @throws what a chunk threw
 */
export async function inChunks<Item>({ items, size, act, report, signal, from = 0 }: Chunks<Item>): Promise<number> {
  let done = from;
  while (done < items.length && !signal.aborted) {
    const chunk = items.slice(done, done + size);
    await act(chunk, done);
    done += chunk.length;
    report(done);
  }
  return done;
}
