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
            Every poll of a mailbox, every message to send and every test is a job in a queue, from which the workers
            take it. {kind === 'redis' && 'Here the queues are in Redis, at REDIS_URL. '}
            {kind === 'postgres' && 'Here the queues are in PostgreSQL, because REDIS_URL is not set. '}
            Losing them loses nothing: the database knows what is due, and hands it out again.
          </Text>
          <List size="sm" spacing={4}>
            <List.Item>
              <b>Waiting</b> jobs that grow in number mean too few workers, or none.
            </List.Item>
            <List.Item>
              <b>Failed</b> jobs are errors of Postroom itself. A mailbox that its server refuses is no failed job: it
              stands under Incidents.
            </List.Item>
            <List.Item>Removing or retrying a job by hand is never needed.</List.Item>
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
