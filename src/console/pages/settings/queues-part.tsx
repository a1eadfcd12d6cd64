import { Button, List, Paper, Stack, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { $api } from '../../api/client.js';
import { PageHead } from '../../parts/page-head.js';

/** What the queues are for, and the way to look into them. */
export function QueuesPart() {
  const about = $api.useQuery('get', '/v1/about');
  const kind = about.data?.queue.kind;
  return (
    <>
      <PageHead title="Queues" about="How work reaches the processes that do it." />
      <Paper withBorder p="md">
        <Stack gap="sm" align="flex-start">
          <Text size="sm">
            A job says that something is due: a poll of a mailbox, a message to send. The workers take the jobs from the
            queues. {kind === 'redis' && 'Here the queues are in Redis, at REDIS_URL. '}
            {kind === 'postgres' && 'Here the queues are in PostgreSQL, because REDIS_URL is not set. '}
            Losing them loses nothing: what is due stands in the database, and is handed out again.
          </Text>
          <List size="sm" spacing={4}>
            <List.Item>The board shows what waits and what runs. It is only to look at, and usually empty.</List.Item>
            <List.Item>
              <b>Waiting</b> jobs that grow in number mean too few workers, or none.
            </List.Item>
            <List.Item>Why a single mailbox waits stands on its own page, under Mailboxes.</List.Item>
          </List>
          <Button
            component="a"
            href="/queues"
            target="_blank"
            rel="noreferrer"
            rightSection={<IconExternalLink size={16} aria-hidden />}
          >
            Open the queues in a new tab
          </Button>
        </Stack>
      </Paper>
    </>
  );
}
