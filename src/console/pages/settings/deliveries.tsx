import { Box, Button, Group, SegmentedControl, Text, Title, VisuallyHidden } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { useSay } from '../../parts/said.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';
import { attemptInWords, deliveryStates } from './endpoint-words.js';
import { eventInWords } from './event-words.js';
import { StandingBadge } from './standing-badge.js';
import { useReadAnew } from './use-read-anew.js';
import { shownRows } from '../../parts/shown-rows.js';

type Delivery = Schema<'WebhookDelivery'>;
type State = Delivery['state'];

const states = Object.keys(deliveryStates) as State[];
const watchMs = 3_000;
const refreshMs = 15_000;

interface DeliveriesProps {
  readonly endpointId: string;
  readonly mayReplay: boolean;
}

/** What was sent to an endpoint, the newest events first, and what came of it. */
export function Deliveries({ endpointId, mayReplay }: DeliveriesProps) {
  const [wanted, setWanted] = useUrlText('state');
  const state = states.find((one) => one === wanted);
  const pages = usePages(`${endpointId} ${wanted}`);
  const deliveries = $api.useQuery(
    'get',
    '/v1/webhook-endpoints/{id}/deliveries',
    { params: { path: { id: endpointId }, query: { limit: 20, cursor: pages.cursor, state } } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: ({ state: { data } }) =>
        data?.items.some((one) => one.state === 'pending') ? watchMs : refreshMs,
    },
  );
  const rows = shownRows(deliveries);
  return (
    <Box component="section" aria-label="Deliveries">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Deliveries
        </Title>
        <SegmentedControl
          aria-label="Only deliveries that are"
          size="xs"
          value={state ?? ''}
          onChange={setWanted}
          data={[
            { value: '', label: 'All' },
            ...states.map((one) => ({ value: one, label: capital(deliveryStates[one].label) })),
          ]}
        />
      </Group>
      <Trouble error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      {rows?.length === 0 ? (
        <NothingHere title={state ? `No delivery is ${deliveryStates[state].label}` : 'Nothing has been sent yet'}>
          {state
            ? 'Choose another state above to see the others.'
            : 'Each event that the endpoint is for stands here, with what came of it. A replay brings what happened before the endpoint was made.'}
        </NothingHere>
      ) : (
        !deliveries.error && (
          <Rows
            caption="Deliveries"
            columns={columnsOf(mayReplay ? endpointId : null)}
            rows={rows}
            keyOf={({ id }) => id}
          />
        )
      )}
      <PageButtons pages={pages} nextCursor={deliveries.data?.nextCursor} />
    </Box>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param replayable of which endpoint deliveries can be sent again; null: not by this person */
const columnsOf = (replayable: string | null): readonly Column<Delivery>[] => [
  {
    head: 'Event',
    cell: ({ type, occurredAt }) => (
      <Box>
        <Text inherit fw={500}>
          {type}
        </Text>
        <Text size="sm" c="dimmed">
          {eventInWords(type)}, <Moment at={occurredAt} />
        </Text>
      </Box>
    ),
  },
  {
    head: 'What came of it',
    cell: (delivery) => (
      <Box>
        <StandingBadge standing={deliveryStates[delivery.state]} />
        <Text size="sm">{attemptInWords(delivery)}</Text>
        {replayable !== null && (
          <Box hiddenFrom="sm" mt={4}>
            <ReplayButton endpointId={replayable} delivery={delivery} />
          </Box>
        )}
      </Box>
    ),
  },
  {
    head: 'Attempts',
    wide: true,
    cell: ({ attempts, lastAttemptAt }) =>
      attempts === 0 ? (
        <Text inherit c="dimmed">
          none
        </Text>
      ) : (
        <>
          {attempts}
          <Text size="sm" c="dimmed">
            the last <Moment at={lastAttemptAt} />
          </Text>
        </>
      ),
  },
  {
    head: 'Next try',
    wide: true,
    cell: ({ state, nextAttemptAt }) => {
      if (state !== 'pending') return <Moment at={null} />;
      return nextAttemptAt === null ? 'at once, or after an earlier one of its mailbox' : <Moment at={nextAttemptAt} />;
    },
  },
  ...(replayable === null
    ? []
    : [
        {
          head: <VisuallyHidden>What can be done</VisuallyHidden>,
          align: 'right' as const,
          wide: true,
          cell: (delivery: Delivery) => <ReplayButton endpointId={replayable} delivery={delivery} />,
        },
      ]),
];

interface ReplayButtonProps {
  readonly endpointId: string;
  readonly delivery: Delivery;
}

function ReplayButton({ endpointId, delivery }: ReplayButtonProps) {
  const say = useSay();
  const readAnew = useReadAnew('/v1/webhook-endpoints');
  const replay = $api.useMutation('post', '/v1/webhook-endpoints/{id}/deliveries/{deliveryId}/replay', {
    onSuccess: () => {
      say.done('The event is on its way again.');
      void readAnew();
    },
    onError: say.failed,
  });
  const label = delivery.state === 'pending' ? 'Try now' : 'Send again';
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={replay.isPending}
      aria-label={`${label}: ${delivery.type}`}
      onClick={() => replay.mutate({ params: { path: { id: endpointId, deliveryId: delivery.id } } })}
    >
      {label}
    </Button>
  );
}
