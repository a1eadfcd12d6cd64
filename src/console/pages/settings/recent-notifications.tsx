import { Accordion, Box, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { kindInWords, notificationStates } from './notification-words.js';
import { StandingBadge } from './standing-badge.js';

type Notification = Schema<'Notification'>;

/** What people were told, newest first; the text unfolds. */
export function RecentNotifications() {
  const pages = usePages('');
  const query = { limit: 20, cursor: pages.cursor };
  const notifications = $api.useQuery(
    'get',
    '/v1/notifications',
    { params: { query } },
    { placeholderData: keepPreviousData, refetchInterval: 15_000 },
  );
  const items = notifications.data?.items;
  return (
    <Box component="section" aria-label="Recent notifications">
      <Title order={2} size="h4" mb="xs">
        Recent notifications
      </Title>
      <Trouble error={notifications.error} onRetry={() => void notifications.refetch()} />
      {notifications.isPending && <Skeleton height={200} />}
      {items?.length === 0 && (
        <NothingHere title="Nobody had to be told yet">
          When an incident begins, its text stands here with whom it went to, and whether the mail server took it.
        </NothingHere>
      )}
      {items && items.length > 0 && (
        <Accordion variant="contained" multiple chevronPosition="left">
          {items.map((notification) => (
            <Item key={notification.id} notification={notification} />
          ))}
        </Accordion>
      )}
      <PageButtons pages={pages} nextCursor={notifications.data?.nextCursor} />
    </Box>
  );
}

function Item({ notification }: { readonly notification: Notification }) {
  const { id, incidentId, recipient, state, subject, text, createdAt, sentAt } = notification;
  const standing = notificationStates[state];
  return (
    <Accordion.Item value={id}>
      <Accordion.Control>
        <Group gap="xs" justify="space-between">
          <Text fw={500} style={{ overflowWrap: 'anywhere' }} flex="1 1 16rem">
            {subject ?? 'Not written yet'}
          </Text>
          <StandingBadge standing={standing} />
        </Group>
        <Text size="sm" c="dimmed">
          {kindInWords(notification)} to {recipient.name} &lt;{recipient.email}&gt;, <Moment at={createdAt} />
        </Text>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="xs">
          <Text size="sm">
            {standing.means}
            {sentAt && (
              <>
                {' '}
                It went out <Moment at={sentAt} exact />.
              </>
            )}{' '}
            <Tries notification={notification} />
            <To href={`/incidents/${incidentId}`} underline="always">
              The incident
            </To>
          </Text>
          {text !== null && (
            <Text component="pre" size="sm" m={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {text}
            </Text>
          )}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** What came of trying to send it, when it did not go well at once. */
function Tries({
  notification: { state, attempts, lastError, nextAttemptAt },
}: {
  readonly notification: Notification;
}) {
  if (lastError === null || state === 'sent') return null;
  return (
    <>
      {attempts === 1 ? 'One try' : `${attempts} tries`} so far; the last one: {lastError}.{' '}
      {nextAttemptAt && (
        <>
          The next one: <Moment at={nextAttemptAt} />.{' '}
        </>
      )}
    </>
  );
}
