import { Box, SimpleGrid, Table, Text } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { Schema } from '../../api/schemas.js';
import { Card } from './card.js';
import { LineChart, type Line } from './line-chart.js';
import { lagSummary, lagWords, mailSummary, type Range } from './series-words.js';

interface ChartsProps {
  readonly series: Schema<'OverviewSeries'>;
  readonly range: Range;
}

const grouped = new Intl.NumberFormat();
const countWords = (count: number) => grouped.format(count);

/** Lag and mail as charts, each in words and as a table too. */
export default function Charts({ series: { points }, range }: ChartsProps) {
  const times = useMemo(() => points.map(({ at }) => Date.parse(at) / 1_000), [points]);
  const lag = useMemo<readonly Line[]>(
    () => [
      { label: 'p50', color: 'blue', values: points.map(({ p50Ms }) => p50Ms) },
      { label: 'p95', color: 'orange', values: points.map(({ p95Ms }) => p95Ms) },
    ],
    [points],
  );
  const mail = useMemo<readonly Line[]>(
    () => [
      { label: 'received', color: 'teal', values: points.map(({ received }) => received) },
      { label: 'sent', color: 'grape', values: points.map(({ sent }) => sent) },
    ],
    [points],
  );
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
      <Chart title="Sync lag" summary={lagSummary(points, range)} times={times} lines={lag} words={lagWords}>
        <LineChart
          label="Sync lag over time"
          times={times}
          lines={lag}
          words={lagWords}
          range={range}
          leastTop={1_000}
        />
      </Chart>
      <Chart title="Messages" summary={mailSummary(points, range)} times={times} lines={mail} words={countWords}>
        <LineChart
          label="Messages over time"
          times={times}
          lines={mail}
          words={countWords}
          range={range}
          leastTop={1}
          isCount
        />
      </Chart>
    </SimpleGrid>
  );
}

interface ChartProps {
  readonly title: string;
  readonly summary: string;
  /** In seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly words: (value: number) => string;
  readonly children: ReactNode;
}

const shownTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

function Chart({ title, summary, times, lines, words, children }: ChartProps) {
  const [isTable, setIsTable] = useState(false);
  return (
    <Card title={title}>
      <Text size="sm" c="dimmed" mb="xs" mih={42}>
        {summary}
      </Text>
      {children}
      <details onToggle={(event) => setIsTable(event.currentTarget.open)}>
        <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
          {title} as a table
        </Text>
        {isTable && (
          <Box mah={320} tabIndex={0} role="region" aria-label={`${title}, table`} style={{ overflow: 'auto' }}>
            <Table stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">From</Table.Th>
                  {lines.map(({ label }) => (
                    <Table.Th key={label} scope="col" ta="right">
                      {label}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {times
                  .map((time, index) => (
                    <Table.Tr key={time}>
                      <Table.Td>{shownTime.format(time * 1_000)}</Table.Td>
                      {lines.map(({ label, values }) => (
                        <Table.Td key={label} ta="right">
                          {inWords(values[index], words)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))
                  .reverse()}
              </Table.Tbody>
            </Table>
          </Box>
        )}
      </details>
    </Card>
  );
}

const inWords = (value: number | null | undefined, words: (value: number) => string): string =>
  value === null || value === undefined ? 'not measured' : words(value);
