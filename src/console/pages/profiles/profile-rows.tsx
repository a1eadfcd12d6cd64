import { Skeleton, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { ProfileState } from './profile-state.js';
import { hostOf, incidentsOf, mailboxesOf, standingOf } from './profile-standing.js';

type Profile = Schema<'EmailServerProfile'>;

/** One page of profiles. How they stand comes from the overview, a moment later. */
export function ProfileRows({ profiles }: { readonly profiles: readonly Profile[] | undefined }) {
  const overview = $api.useQuery('get', '/v1/overview');
  const incidents = $api.useQuery('get', '/v1/incidents', { params: { query: { open: 'true', limit: 200 } } });
  const servers = overview.data?.servers;
  const now = Date.parse(overview.data?.at ?? '');
  const columns: Column<Profile>[] = [
    {
      head: 'Name',
      cell: ({ id, name, ewsUrl }) => (
        <>
          <To href={`/profiles/${id}`} fw={500}>
            {name}
          </To>
          <Text size="sm" c="dimmed">
            {hostOf(ewsUrl)}
          </Text>
        </>
      ),
    },
    {
      head: 'Owner',
      wide: true,
      cell: ({ ownerName, ownerEmail }) => (
        <>
          {ownerName}
          <Text size="sm" c="dimmed" maw={240} truncate title={ownerEmail}>
            {ownerEmail}
          </Text>
        </>
      ),
    },
    {
      head: 'State',
      cell: (profile) =>
        servers ? (
          <ProfileState standing={standingOf(profile, servers, now)} />
        ) : overview.isError ? (
          'not known'
        ) : (
          <Skeleton height={16} width={60} />
        ),
    },
    {
      head: 'Mailboxes',
      align: 'right',
      wide: true,
      cell: ({ id }) => {
        const mailboxes = mailboxesOf(id, servers);
        return mailboxes === undefined ? '\u2013' : <To href={`/mailboxes?profileId=${id}`}>{mailboxes}</To>;
      },
    },
    {
      head: 'Open incident',
      wide: true,
      cell: (profile) => <OpenIncident incidents={incidentsOf(profile, incidents.data?.items ?? [])} of={profile.id} />,
    },
  ];
  return <Rows caption="Email server profiles" columns={columns} rows={profiles} keyOf={({ id }) => id} />;
}

function OpenIncident({
  incidents,
  of,
}: {
  readonly incidents: readonly Schema<'IncidentSummary'>[];
  readonly of: string;
}) {
  const [first, ...others] = incidents;
  if (!first)
    return (
      <Text span inherit c="dimmed">
        none
      </Text>
    );
  return (
    <>
      <To href={`/incidents/${first.id}`}>{first.title}</To>
      {others.length > 0 && (
        <Text size="sm">
          <To href={`/incidents?profileId=${of}`}>and {others.length} more</To>
        </Text>
      )}
    </>
  );
}
