import { Box, Button, Group, Loader, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { Trouble } from '../../parts/trouble.js';
import { eventsInWords } from './event-words.js';
import { ReplayDialog } from './replay-dialog.js';

type Replay = Schema<'WebhookReplay'>;

const watchMs = 1_500;

interface ReplaysProps {
  readonly endpointId: string;
  readonly mayReplay: boolean;
}

/** Time ranges that were sent again, and how far that has come. */
export function Replays({ endpointId, mayReplay }: ReplaysProps) {
  const [asking, { open, close }] = useDisclosure(false);
  const pages = usePages(endpointId);
  const replays = $api.useQuery(
    'get',
    '/v1/webhook-endpoints/{id}/replays',
    { params: { path: { id: endpointId }, query: { limit: 10, cursor: pages.cursor } } },
    {
      refetchInterval: ({ state: { data } }) =>
        data?.items.some(({ state }) => state === 'running') ? watchMs : false,
    },
  );
  const rows = replays.data?.items;
  if (rows?.length === 0 && !mayReplay) return null;
  return (
    <Box component="section" aria-label="Replays">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Replays
        </Title>
        {mayReplay && (
          <Button variant="default" size="compact-md" onClick={open}>
            Replay a time range
          </Button>
        )}
      </Group>
      <Trouble error={replays.error} onRetry={() => void replays.refetch()} />
      {rows?.length === 0 ? (
        <Text size="sm" c="dimmed">
          A replay sends the events of a time range again, with the ids that they had: after your program lost
          something, or for what happened before the endpoint was made.
        </Text>
      ) : (
        !replays.error && <Rows caption="Replays" columns={columns} rows={rows} keyOf={({ id }) => id} />
      )}
      <PageButtons pages={pages} nextCursor={replays.data?.nextCursor} />
      {asking && <ReplayDialog endpointId={endpointId} onClose={close} />}
    </Box>
  );
}

const columns: readonly Column<Replay>[] = [
  {
    head: 'Events between',
    cell: ({ from, to }) => (
      <>
        <Moment at={from} exact /> and <Moment at={to} exact />
      </>
    ),
  },
  {
    head: 'Of the kinds',
    wide: true,
    cell: ({ types }) => (types === null ? 'all that it is for' : eventsInWords(types)),
  },
  {
    head: 'Progress',
    cell: ({ state, replayed }) => (
      <Group gap={6} wrap="nowrap">
        {state === 'running' && <Loader size={14} aria-label="Running" />}
        <span>
          {replayed.toLocaleString()} put on their way{state === 'running' ? ' so far' : ''}
        </span>
      </Group>
    ),
  },
  { head: 'Begun', wide: true, cell: ({ createdAt }) => <Moment at={createdAt} /> },
];
