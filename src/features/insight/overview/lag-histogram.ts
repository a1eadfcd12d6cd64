/**
 * Upper ends of the buckets, in ms. Before them lies a bucket of those that are not late at all, behind the last
 * one a bucket of all that are later. Stored samples are counts in this order: whoever changes it empties them.
 */
export const lagEdgesMs = [
  1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000,
  7_200_000, 14_400_000, 28_800_000, 86_400_000,
] as const;

/** In time, between the edges, beyond the last one. */
export const lagBuckets = lagEdgesMs.length + 2;

/**
 * The lag that a share of the mailboxes does not exceed, in whole ms, as if those of a bucket were spread evenly
 * over it. Beyond the last edge it is told as that edge.
 * @param counts mailboxes in each bucket
 * @param share above 0, up to 1
 * @returns null when there are none
 */
export function lagQuantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const wanted = share * total;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= wanted) {
      const [from, to] = edgesOf(bucket);
      return Math.round(from + ((to - from) * (wanted - before)) / count);
    }
    before += count;
  }
  return lagEdgesMs.at(-1) ?? 0;
}

/** From and to, in ms. */
function edgesOf(bucket: number): readonly [number, number] {
  const last = lagEdgesMs.at(-1) ?? 0;
  const from = bucket < 2 ? 0 : (lagEdgesMs[bucket - 2] ?? last);
  return [from, bucket === 0 ? 0 : (lagEdgesMs[bucket - 1] ?? last)];
}
