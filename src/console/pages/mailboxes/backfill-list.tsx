import { Badge, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { $api, api, unwrap } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { Moment } from '../../parts/moment.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { backfillInWords, backfillStates, percentOf } from './backfill-words.js';
import { useReread } from './use-reread.js';

type Backfill = Schema<'Backfill'>;

const liveMs = 2_000;
const shown = 10;

/** The backfills of the mailbox, the one under way with how far it is. */
export function BackfillList({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}/backfills',
    { params: { path: { id }, query: { limit: shown } } },
    { refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === 'active') ? liveMs : false) },
  );
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No older mail has been asked for.
      </Text>
    );
  return (
    <Stack gap="sm">
      {data?.items.map((backfill) => (
        <One key={backfill.id} backfill={backfill} />
      ))}
    </Stack>
  );
}

function One({ backfill }: { readonly backfill: Backfill }) {
  const { id, mailboxId, state, from, to, folder, lastFailure, messagesPerMinute } = backfill;
  const mayWrite = useMay('write');
  const reread = useReread();
  const { label, color } = backfillStates[state];
  const percent = percentOf(backfill);
  const cancel = async () => {
    const path = { id: mailboxId, backfillId: id };
    unwrap(await api.POST('/v1/mailboxes/{id}/backfills/{backfillId}/cancel', { params: { path } }));
    await reread();
  };
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" mb={4}>
        <Group gap="sm">
          <Badge color={color} variant="light" tt="none">
            {label}
          </Badge>
          <Text size="sm">
            Received from <Moment at={from} exact /> to <Moment at={to} exact />
          </Text>
        </Group>
        {state === 'active' && mayWrite && (
          <AskButton size="compact-sm" label="Stop it" title="Stop bringing older mail?" onConfirm={cancel}>
            The page being read is finished, and what is stored stays. It can be asked for again.
          </AskButton>
        )}
      </Group>
      {state === 'active' && percent !== null && (
        <Progress value={percent} mb={4} aria-label="How much of the older mail is here" />
      )}
      <Text size="sm">
        {backfillInWords(backfill)}
        {state === 'active' && folder !== null && `; reading ${folder}`}
        {messagesPerMinute !== null && `; ${Math.round(messagesPerMinute)} a minute`}
      </Text>
      {lastFailure && state !== 'completed' && (
        <Text size="sm" c={state === 'failed' ? 'red' : 'dimmed'}>
          {lastFailure.title}. {lastFailure.cause}
        </Text>
      )}
    </Paper>
  );
}
