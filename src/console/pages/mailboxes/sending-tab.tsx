import { Alert, Skeleton, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { counted } from './counted.js';

type Sending = Schema<'SendingStatus'>;

const reasons: Readonly<Record<NonNullable<Sending['reason']>, string>> = {
  'rate-limit': 'It has sent as many messages within a minute as it may.',
  'submission-quota': 'The server takes no more messages from it for now: its quota of submissions is used up.',
};

const rereadMs = 5_000;

/** What limits and holds the sending of the mailbox. */
export function SendingTab({ mailbox: { id, outgoing } }: { readonly mailbox: Schema<'Mailbox'> }) {
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}/sending',
    { params: { path: { id } } },
    { refetchInterval: rereadMs },
  );
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={120} />;
  const { maxSendsPerMinute, limitOf, sentInLastMinute, heldUntil, reason, failure } = data;
  return (
    <Stack gap="sm">
      {!outgoing && <Text size="sm">Sending is switched off. Messages for it are refused.</Text>}
      {heldUntil !== null && reason !== null && (
        <Alert color="yellow" title="Sending waits">
          <Text size="sm">
            {reasons[reason]} It goes on <Moment at={heldUntil} />; mail is received meanwhile.
          </Text>
          {failure && (
            <Text size="xs" c="dimmed">
              The server said: {failure.message} ({failure.code})
            </Text>
          )}
        </Alert>
      )}
      <Text size="sm">
        {counted(sentInLastMinute, 'message')} sent in the last minute, out of {maxSendsPerMinute} at most, as{' '}
        {limitOf === 'mailbox' ? 'the mailbox' : 'its profile'} says.
      </Text>
      <Text size="sm">
        <To href={`/outgoing?mailboxId=${id}`}>Its outgoing messages</To>
      </Text>
    </Stack>
  );
}
