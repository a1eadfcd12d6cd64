const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The spans that are sampled, in seconds: each sample counts into one of each. */
export const sampleSteps = [60, 600, 3_600] as const;
export type SampleStep = (typeof sampleSteps)[number];

/** How long samples are kept, in ms: a day more than they are shown. Those of a minute are many. */
export const keptMs: Readonly<Record<SampleStep, number>> = { 60: day, 600: 8 * day, 3_600: 8 * day };

/** The newest sample tells how things stand for so long, in ms. */
export const freshMs = 3 * minute;

export const overviewRanges = ['1h', '24h', '7d'] as const;
export type OverviewRange = (typeof overviewRanges)[number];

const ranges: Readonly<Record<OverviewRange, { readonly step: SampleStep; readonly lengthMs: number }>> = {
  '1h': { step: 60, lengthMs: hour },
  '24h': { step: 600, lengthMs: day },
  '7d': { step: 3_600, lengthMs: 7 * day },
};

/** The beginning of the span that a moment lies in. */
export const spanAt = (at: Date, step: SampleStep): Date =>
  new Date(Math.floor(at.getTime() / (step * 1_000)) * step * 1_000);

export interface SeriesFrame {
  readonly step: SampleStep;
  /** Beginning of the first span, and of the one that is under way. */
  readonly from: Date;
  readonly to: Date;
}

/** The spans of a range; the last is the one that `now` lies in. */
export function frameOf(range: OverviewRange, now: Date): SeriesFrame {
  const { step, lengthMs } = ranges[range];
  const to = spanAt(now, step);
  return { step, from: new Date(to.getTime() - lengthMs + step * 1_000), to };
}

/** Beginnings of all spans, oldest first. */
export function spansOf({ step, from, to }: SeriesFrame): Date[] {
  const length = (to.getTime() - from.getTime()) / (step * 1_000) + 1;
  return Array.from({ length }, (_, index) => new Date(from.getTime() + index * step * 1_000));
}
