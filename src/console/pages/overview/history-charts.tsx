import { Box, Group, SegmentedControl, SimpleGrid, Skeleton, Title } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { $api } from '../../api/client.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { rangeOf, ranges } from './series-words.js';

// The library of charts is as large as the rest of the page, and nobody waits for it.
const Charts = lazy(() => import('./charts.js'));

const rereadMs = 15_000;

/** How it went: lag and mail over the time that the address names. */
export function HistoryCharts() {
  const [text, setRange] = useUrlText('range', '24h');
  const range = rangeOf(text);
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/overview/series',
    { params: { query: { range } } },
    { refetchInterval: rereadMs, placeholderData: keepPreviousData },
  );
  return (
    <Box component="section" aria-labelledby="history">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="history">
          Over time
        </Title>
        <SegmentedControl size="xs" aria-label="Time" data={[...ranges]} value={range} onChange={setRange} />
      </Group>
      {error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Suspense fallback={<Waiting />}>{data ? <Charts series={data} range={range} /> : <Waiting />}</Suspense>
      )}
    </Box>
  );
}

const Waiting = () => (
  <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
    <Skeleton height={360} />
    <Skeleton height={360} />
  </SimpleGrid>
);
