import { Paper, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schema } from '../../api/schemas.js';
import { scopeLabels } from '../../parts/incidents/incident-words.js';
import { isSnoozed } from '../../parts/incidents/incident-words.js';
import { Moment, useNow } from '../../parts/moment.js';
import { To } from '../../parts/to.js';

interface FactsProps {
  readonly incident: Schema<'Incident'>;
  /** Null while it is not known. */
  readonly profileName: string | null;
}

/** Since when, where, and who looks after it. */
export function Facts({ incident, profileName }: FactsProps) {
  const now = useNow();
  const { profileId, serverHost, scope, firstAt, closedAt, acknowledged, snoozed, assignee, muted } = incident;
  const rows: [name: string, value: ReactNode][] = [
    ['About', scopeLabels[scope]],
    ...(profileId === null
      ? []
      : [['Profile', <To href={`/profiles/${profileId}`}>{profileName ?? 'its profile'}</To>] as [string, ReactNode]]),
    ...(serverHost === null ? [] : [['Server', serverHost] as [string, ReactNode]]),
    ['Since', <Moment at={firstAt} />],
    ...(closedAt === null ? [] : [['Until', <Moment at={closedAt} />] as [string, ReactNode]]),
    ['Taken up by', <TakenUp acknowledged={acknowledged} open={incident.open} />],
    ...(assignee ? [['Mail goes to', `${assignee.name} (${assignee.email})`] as [string, ReactNode]] : []),
    ...(snoozed && isSnoozed(incident, now)
      ? [
          [
            'Snoozed',
            <>
              until <Moment at={snoozed.until} exact /> by {snoozed.by.name}
            </>,
          ] as [string, ReactNode],
        ]
      : []),
    ...(muted ? [['Muted', 'Nobody is mailed about this cause'] as [string, ReactNode]] : []),
  ];
  return (
    <Paper withBorder radius="md" p="xs">
      <Table variant="vertical" withRowBorders={false} verticalSpacing={4} layout="fixed">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={108} bg="transparent" fw={500} c="dimmed">
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function TakenUp({ acknowledged, open }: Pick<Schema<'Incident'>, 'acknowledged' | 'open'>) {
  if (!acknowledged)
    return (
      <Text span inherit c="dimmed">
        {open ? 'nobody yet' : 'nobody'}
      </Text>
    );
  return (
    <>
      {acknowledged.by.name}, <Moment at={acknowledged.at} />
    </>
  );
}
