import { Flex, Skeleton, Stack } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { PageHead } from '../../parts/page-head.js';
import { Trouble } from '../../parts/trouble.js';
import { FirstStep } from './first-step.js';
import { HistoryCharts } from './history-charts.js';
import { LagCard } from './lag-card.js';
import { MailboxesCard } from './mailboxes-card.js';
import { OpenIncidents } from './open-incidents.js';
import { OutgoingCard } from './outgoing-card.js';
import { Servers } from './servers.js';
import { StorageAlert } from './storage-alert.js';

/** Numbers move without an event, too. */
const rereadMs = 10_000;

/** How everything stands: what needs somebody first. */
export default function OverviewPage() {
  const { data, error, refetch } = $api.useQuery('get', '/v1/overview', {}, { refetchInterval: rereadMs });
  return (
    <>
      <PageHead title="Overview" />
      {error && <Trouble error={error} onRetry={() => void refetch()} />}
      {data ? <Overview overview={data} /> : error ? null : <Loading />}
    </>
  );
}

function Overview({ overview }: { readonly overview: Schema<'Overview'> }) {
  const { servers, mailboxes, storage } = overview;
  if (servers.length === 0) return <FirstStep missing="profile" />;
  return (
    <Stack gap="lg">
      {storage && <StorageAlert storage={storage} />}
      <OpenIncidents overview={overview} />
      {mailboxes.total === 0 ? (
        <FirstStep missing="mailboxes" />
      ) : (
        <>
          <Flex wrap="wrap" gap="sm">
            <MailboxesCard mailboxes={mailboxes} />
            <LagCard lag={overview.syncLag} />
            <OutgoingCard outgoing={overview.outgoing} />
          </Flex>
          <HistoryCharts />
        </>
      )}
      <Servers servers={servers} />
    </Stack>
  );
}

const Loading = () => (
  <Stack gap="lg" aria-busy="true" aria-label="Loading">
    <Skeleton height={72} />
    <Skeleton height={130} />
    <Skeleton height={280} />
  </Stack>
);
