import { Button, Group, Paper, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import { $api } from '../../../api/client.js';
import type { Schema } from '../../../api/schemas.js';
import { NothingHere } from '../../../parts/nothing-here.js';
import { mailboxStates, StateBadge } from '../../../parts/state-badge.js';
import { To } from '../../../parts/to.js';
import { Trouble } from '../../../parts/trouble.js';
import { useMay } from '../../../session/session.js';

/** How many mailboxes the profile has, by their state. */
export function MailboxesTab({ profile: { id } }: { readonly profile: Schema<'EmailServerProfile'> }) {
  const mayWrite = useMay('write');
  const counts = $api.useQuery(
    'get',
    '/v1/mailboxes/counts',
    { params: { query: { profileId: id } } },
    { refetchInterval: 30_000 },
  );
  const importButton = mayWrite && (
    <Button component={Link} href={`/mailboxes/import?profileId=${id}`}>
      Add mailboxes
    </Button>
  );
  if (counts.error) return <Trouble error={counts.error} onRetry={() => void counts.refetch()} />;
  if (counts.data?.total === 0)
    return (
      <NothingHere title="No mailboxes yet" action={importButton}>
        Add the addresses that this service account may open: one by one, or as a list.
      </NothingHere>
    );
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, sm: 4 }} maw={820}>
        {mailboxStates.map((state) => (
          <Paper key={state} withBorder p="md">
            {counts.data ? (
              <Text size="xl" fw={600}>
                <To
                  href={`/mailboxes?profileId=${id}&state=${state}`}
                  aria-label={`${counts.data.byState[state]} ${state}`}
                >
                  {counts.data.byState[state]}
                </To>
              </Text>
            ) : (
              <Skeleton height={30} width={50} />
            )}
            <StateBadge state={state} />
          </Paper>
        ))}
      </SimpleGrid>
      <Group>
        <Button component={Link} href={`/mailboxes?profileId=${id}`} variant="default">
          See {counts.data ? (counts.data.total === 1 ? 'the mailbox' : `all ${counts.data.total}`) : 'all'}
        </Button>
        {importButton}
      </Group>
    </Stack>
  );
}
