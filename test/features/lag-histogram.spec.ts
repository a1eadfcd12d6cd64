import fc from 'fast-check';
import { lagBuckets, lagEdgesMs, lagQuantile } from '../../src/features/insight/overview/lag-histogram.js';
import {
  frameOf,
  overviewRanges,
  sampleSteps,
  spanAt,
  spansOf,
} from '../../src/features/insight/overview/sample-span.js';

const lastEdge = lagEdgesMs.at(-1) ?? 0;
/** As the store counts them. */
const bucketOf = (lagMs: number): number => (lagMs <= 0 ? 0 : 1 + lagEdgesMs.filter((edge) => edge <= lagMs).length);
function histogram(lags: readonly number[]): number[] {
  const counts = Array.from({ length: lagBuckets }, () => 0);
  for (const lag of lags) counts[bucketOf(lag)] = (counts[bucketOf(lag)] ?? 0) + 1;
  return counts;
}
const counts = fc.array(fc.nat({ max: 5_000 }), { minLength: lagBuckets, maxLength: lagBuckets });
const some = counts.filter((each) => each.some((count) => count > 0));
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('a quantile of lags', () => {
  it('is unknown of nothing, and zero of mailboxes that are in time', () => {
    expect(lagQuantile([], 0.5)).toBeNull();
    expect(lagQuantile(histogram([]), 0.5)).toBeNull();
    expect(lagQuantile(histogram([0, -5, 0]), 1)).toBe(0);
  });

  it('is interpolated within its bucket, and ends at the last edge', () => {
    expect(lagQuantile(histogram([1_500, 1_500]), 0.5)).toBe(1_500);
    expect(lagQuantile(histogram([0, 0, 0, 25_000]), 1)).toBe(30_000);
    expect(lagQuantile(histogram([10 * lastEdge]), 0.5)).toBe(lastEdge);
  });

  it('lies in the bucket of the true one', () => {
    const lags = fc.array(fc.integer({ min: -1_000, max: 2 * lastEdge }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(lags, share, (all, q) => {
        const sorted = all.toSorted((a, b) => a - b);
        const bucket = bucketOf(sorted[Math.max(0, Math.ceil(q * all.length - 1e-9) - 1)] ?? 0);
        const from = bucket < 2 ? 0 : (lagEdgesMs[bucket - 2] ?? lastEdge);
        const to = bucket === 0 ? 0 : (lagEdgesMs[bucket - 1] ?? lastEdge);
        const estimate = lagQuantile(histogram(all), q) ?? NaN;
        expect(estimate).toBeGreaterThanOrEqual(from);
        expect(estimate).toBeLessThanOrEqual(to);
      }),
    );
  });

  it('never falls as the share grows', () => {
    fc.assert(
      fc.property(some, share, share, (each, a, b) => {
        expect(lagQuantile(each, Math.min(a, b)) ?? NaN).toBeLessThanOrEqual(lagQuantile(each, Math.max(a, b)) ?? NaN);
      }),
    );
  });

  it('of two profiles together lies between theirs, to a millisecond', () => {
    fc.assert(
      fc.property(some, some, share, (a, b, q) => {
        const both = lagQuantile(
          a.map((count, bucket) => count + (b[bucket] ?? 0)),
          q,
        );
        const [low = NaN, high = NaN] = [lagQuantile(a, q) ?? NaN, lagQuantile(b, q) ?? NaN].sort((x, y) => x - y);
        expect(both).toBeGreaterThanOrEqual(low - 1);
        expect(both).toBeLessThanOrEqual(high + 1);
      }),
    );
  });
});

describe('the spans of a range', () => {
  it('follow each other without a gap, end with that of now, and are few', () => {
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.constantFrom(...overviewRanges), (now, range) => {
        const frame = frameOf(range, now);
        const spans = spansOf(frame);
        expect(spans.length).toBeLessThanOrEqual(180);
        expect(spans.at(0)).toEqual(frame.from);
        expect(spans.at(-1)).toEqual(spanAt(now, frame.step));
        const gaps = spans.slice(1).map((span, index) => span.getTime() - (spans[index]?.getTime() ?? 0));
        expect(new Set(gaps)).toEqual(new Set([frame.step * 1_000]));
      }),
    );
  });

  it('hold each minute in one span of each length', () => {
    const at = new Date('2026-03-01T08:37:59.999Z');
    expect(sampleSteps.map((step) => spanAt(at, step).toISOString())).toEqual([
      '2026-03-01T08:37:00.000Z',
      '2026-03-01T08:30:00.000Z',
      '2026-03-01T08:00:00.000Z',
    ]);
  });
});
