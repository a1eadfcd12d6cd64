import UPlot from 'uplot';
import type { Range } from './series-words.js';

export interface Line {
  readonly label: string;
  /** One of Mantine's colours. */
  readonly color: string;
  /** Null: a gap. */
  readonly values: readonly (number | null)[];
}

interface Look {
  readonly lines: readonly Omit<Line, 'values'>[];
  readonly words: (value: number) => string;
  readonly range: Range;
  readonly isCount: boolean;
  /** The value that the axis reaches at least. */
  readonly leastTop: number;
  readonly font: string;
  readonly isDark: boolean;
  /** What a colour's name stands for in the present scheme. */
  readonly colorOf: (name: string) => string;
}

const daySeconds = 86_400;
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/** How uPlot draws lines over time. */
export function chartOptions({
  lines,
  words,
  range,
  isCount,
  leastTop,
  font,
  isDark,
  colorOf,
}: Look): Omit<UPlot.Options, 'width' | 'height'> {
  const text = colorOf(isDark ? 'dark-1' : 'gray-7');
  const faint = colorOf(isDark ? 'dark-4' : 'gray-3');
  const axis: UPlot.Axis = {
    font: `12px ${font}`,
    stroke: text,
    grid: { stroke: faint, width: 1 },
    ticks: { show: false },
  };
  const shown = range === '7d' ? day : clock;
  return {
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(leastTop, most * 1.1)] } },
    axes: [
      {
        ...axis,
        size: 32,
        values: (_, splits) => splits.map((time) => shown.format(time * 1_000)),
        ...(range === '7d' ? { incrs: [1, 2, 4].map((days) => days * daySeconds) } : {}),
      },
      {
        ...axis,
        size: 64,
        // Half a message is no mark to set.
        values: (_, splits) => splits.map((value) => (isCount && !Number.isInteger(value) ? '' : words(value))),
      },
    ],
    series: [
      { label: 'At', value: (_, time) => (time === null ? '\u2013' : moment.format(time * 1_000)) },
      ...lines.map(({ label, color }): UPlot.Series => {
        const stroke = colorOf(`${color}-${isDark ? 4 : 7}`);
        return {
          label,
          stroke,
          width: 2,
          spanGaps: false,
          value: (_, value: number | null) => (value === null ? '\u2013' : words(value)),
          ...(isCount && UPlot.paths.stepped ? { paths: UPlot.paths.stepped({ align: 1 }) } : {}),
          points: { show: true, size: 5, fill: stroke, filter: (plot, index) => lonely(plot.data[index] ?? []) },
        };
      }),
    ],
  };
}

/** A value between two gaps is no line; it is drawn as a point. */
function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const has = (index: number) => values[index] !== null && values[index] !== undefined;
  return Array.from({ length: values.length }, (_, index) => index).filter(
    (index) => has(index) && !has(index - 1) && !has(index + 1),
  );
}
