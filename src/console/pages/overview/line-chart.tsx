import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { chartOptions, type Line } from './chart-options.js';
import type { Range } from './series-words.js';

export type { Line } from './chart-options.js';

interface LineChartProps {
  readonly label: string;
  /** In seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly words: (value: number) => string;
  readonly range: Range;
  /** The value that the axis reaches at least. */
  readonly leastTop: number;
  /** Of whole things, which there are none of between two moments. */
  readonly isCount?: boolean;
}

const height = 200;

/** Lines over time in the colours of the scheme; as wide as there is room. Where a value is null there is a gap. */
export function LineChart({ label, times, lines, words, range, leastTop, isCount = false }: LineChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const scheme = useComputedColorScheme('light');
  const newest = useRef<UPlot.AlignedData>([[]]);
  const names = lines.map(({ label: name, color }) => `${name} ${color}`).join();

  useEffect(() => {
    newest.current = [[...times], ...lines.map(({ values }) => [...values])];
    plot.current?.setData(newest.current);
  }, [times, lines]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const look = getComputedStyle(element);
    const colorOf = (name: string) => look.getPropertyValue(`--mantine-color-${name}`).trim();
    const options = chartOptions({
      lines: linesOf(names),
      words,
      range,
      isCount,
      leastTop,
      font: look.fontFamily,
      isDark: scheme === 'dark',
      colorOf,
    });
    const made = new UPlot({ ...options, width: element.clientWidth, height }, newest.current, element);
    made.root.style.fontFamily = 'inherit';
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, words, range, isCount, leastTop, scheme]);

  return <div ref={place} role="img" aria-label={label} style={{ minHeight: height + 32, overflow: 'hidden' }} />;
}

const linesOf = (names: string) =>
  names.split(',').map((name) => {
    const [label = '', color = ''] = name.split(' ');
    return { label, color };
  });
