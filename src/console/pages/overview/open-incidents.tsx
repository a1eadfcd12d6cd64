import { Alert, Box, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { counted, mailboxes as mailboxesOf } from '../../parts/incidents/counted.js';
import { IncidentBadges } from '../../parts/incidents/incident-badges.js';
import { IncidentLine } from '../../parts/incidents/incident-line.js';
import { Moment } from '../../parts/moment.js';
import { To } from '../../parts/to.js';
import { mostUrgentFirst } from './most-urgent.js';

const shownAtMost = 6;

/** What needs somebody; or that nothing does. */
export function OpenIncidents({ overview }: { readonly overview: Schema<'Overview'> }) {
  const { open } = overview.incidents;
  // The navigation counts by the same answer.
  const { data } = $api.useQuery('get', '/v1/incidents', { params: { query: { open: 'true', limit: 100 } } });
  if (open === 0) return <AllWell overview={overview} />;
  const shown = mostUrgentFirst(data?.items ?? []).slice(0, shownAtMost);
  return (
    <Box component="section" aria-labelledby="open-incidents">
      <Title order={2} size="h4" mb="xs" id="open-incidents">
        {counted(open, 'open incident')}
      </Title>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {data
          ? shown.map((incident) => <Line key={incident.id} incident={incident} />)
          : Array.from({ length: Math.min(open, shownAtMost) }, (_, index) => <Skeleton key={index} height={72} />)}
      </Stack>
      {open > shownAtMost && (
        <Text mt="xs">
          <To href="/incidents">All open incidents</To>
        </Text>
      )}
    </Box>
  );
}

function Line({ incident }: { readonly incident: Schema<'IncidentSummary'> }) {
  const isUrgent = incident.scope !== 'notice' && incident.scope !== 'endpoint';
  const color = isUrgent ? 'var(--mantine-color-red-6)' : 'var(--mantine-color-orange-6)';
  return (
    <Paper component="li" withBorder radius="md" p="sm" style={{ borderInlineStart: `4px solid ${color}` }}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Box miw={0} style={{ overflowWrap: 'anywhere' }}>
          <IncidentLine incident={incident} />
        </Box>
        <Group gap="xs">
          <IncidentBadges incident={incident} hideOpen />
          <Text size="sm" c="dimmed">
            since <Moment at={incident.firstAt} exact />
          </Text>
        </Group>
      </Group>
    </Paper>
  );
}

function AllWell({ overview: { mailboxes, servers } }: { readonly overview: Schema<'Overview'> }) {
  const { verifying, failed } = mailboxes.byState;
  const isWell = verifying + failed === 0 && servers.every(({ state }) => state === 'ok');
  return (
    <Alert
      color={isWell ? 'green' : 'blue'}
      icon={<IconCircleCheck />}
      title={isWell ? 'All is well' : 'No incident is open'}
    >
      {isWell
        ? `No incident is open, and ${mailboxes.total === 0 ? 'no mailbox has to be looked after yet' : `none of ${mailboxesOf(mailboxes.total)} stands still`}.`
        : 'Something below wants a second look, and Postroom takes it by itself. An incident opens if it lasts.'}
    </Alert>
  );
}
