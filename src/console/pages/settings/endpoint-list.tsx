import { Box, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { MakeEndpointDialog } from './endpoint-dialogs.js';
import { countInWords, standingOf } from './endpoint-words.js';
import { eventsInWords } from './event-words.js';
import { StandingBadge } from './standing-badge.js';

type Endpoint = Schema<'WebhookEndpoint'>;

const refreshMs = 15_000;

/** All endpoints with how they do. */
export function EndpointList() {
  const mayChange = useMay('admin');
  const [making, { open, close }] = useDisclosure(false);
  const pages = usePages('');
  const query = { limit: 50, cursor: pages.cursor };
  const endpoints = $api.useQuery(
    'get',
    '/v1/webhook-endpoints',
    { params: { query } },
    { placeholderData: keepPreviousData, refetchInterval: refreshMs },
  );
  const rows = endpoints.data?.items;
  const make = mayChange && (
    <Button leftSection={<IconPlus size={18} />} onClick={open}>
      Add an endpoint
    </Button>
  );
  return (
    <>
      <PageHead title="Webhooks" about="Postroom tells your own programs of events by calling these addresses.">
        {make}
      </PageHead>
      <Trouble error={endpoints.error} onRetry={() => void endpoints.refetch()} />
      {rows?.length === 0 ? (
        <NothingHere title="Nothing is told of events">
          An endpoint is an address of a program of yours that takes a signed request for each event: a message arrived,
          a mailbox failed. Events that it does not answer are sent again for three days.
          {!mayChange && ' Administrators add endpoints.'}
        </NothingHere>
      ) : (
        !endpoints.error && <Rows caption="Webhook endpoints" columns={columns} rows={rows} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={endpoints.data?.nextCursor} />
      {making && <MakeEndpointDialog onClose={close} />}
    </>
  );
}

const columns: readonly Column<Endpoint>[] = [
  {
    head: 'Address',
    cell: (endpoint) => (
      <Box>
        <To href={`/settings/webhooks?endpoint=${endpoint.id}`} fw={500}>
          {endpoint.url}
        </To>
        <Text size="sm" c="dimmed">
          {endpoint.description ?? eventsInWords(endpoint.eventTypes)}
        </Text>
      </Box>
    ),
  },
  { head: 'State', cell: (endpoint) => <StandingBadge standing={standingOf(endpoint)} /> },
  {
    head: 'Deliveries',
    wide: true,
    cell: ({ counts: { pending, failed } }) => (
      <Group gap="sm">
        <Text span size="sm">
          {pending === 0 ? 'none waiting' : `${countInWords(pending)} waiting`}
        </Text>
        {failed > 0 && (
          <Text span size="sm" c="red" fw={500}>
            {countInWords(failed)} failed
          </Text>
        )}
      </Group>
    ),
  },
  {
    head: 'Last success',
    wide: true,
    cell: ({ lastSuccessAt }) =>
      lastSuccessAt === null ? (
        <Text inherit c="dimmed">
          none so far
        </Text>
      ) : (
        <Moment at={lastSuccessAt} />
      ),
  },
];
