import { Badge, Box, Text, Title } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { mailboxes as mailboxesOf } from '../../parts/incidents/counted.js';
import { Moment } from '../../parts/moment.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';

type Server = Schema<'Overview'>['servers'][number];

const states: Readonly<Record<Server['state'], { label: string; color: string; means: string }>> = {
  ok: { label: 'well', color: 'green', means: 'It answers.' },
  away: { label: 'away', color: 'red', means: 'It does not answer; one call at a time asks whether it is back.' },
  refused: {
    label: 'refuses',
    color: 'red',
    means: 'It refuses a service account or an address; one mailbox at a time is tried.',
  },
  throttled: { label: 'asks for quiet', color: 'yellow', means: 'It asked for less load, and gets it.' },
};

const shownProfiles = 3;

const columns: readonly Column<Server>[] = [
  { head: 'Server', cell: (server) => <Name server={server} /> },
  { head: 'State', cell: (server) => <State server={server} /> },
  { head: 'Profiles', wide: true, cell: (server) => <Profiles server={server} /> },
  { head: 'Since', wide: true, cell: ({ since }) => <Moment at={since} /> },
];

/** The mail servers, those in trouble first. */
export const Servers = ({ servers }: { readonly servers: readonly Server[] }) => (
  <Box component="section" aria-labelledby="servers">
    <Title order={2} size="h4" mb="xs" id="servers">
      Servers
    </Title>
    <Rows caption="Servers" columns={columns} rows={servers} keyOf={({ host }) => host} />
  </Box>
);

const Name = ({ server: { host, mailboxes } }: { readonly server: Server }) => (
  <>
    {host}
    <Text size="sm" c="dimmed">
      {mailboxesOf(mailboxes)}
    </Text>
  </>
);

function State({ server: { state, incidentId } }: { readonly server: Server }) {
  const { label, color, means } = states[state];
  return (
    <>
      <Badge color={color} variant="light" tt="none">
        {label}
      </Badge>
      {state !== 'ok' && (
        <Text size="sm" c="dimmed">
          {means}
        </Text>
      )}
      {incidentId && (
        <Text size="sm">
          <To href={`/incidents/${incidentId}`}>The incident</To>
        </Text>
      )}
    </>
  );
}

function Profiles({ server: { profiles } }: { readonly server: Server }) {
  const more = profiles.length - shownProfiles;
  return (
    <>
      {profiles.slice(0, shownProfiles).map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <To href={`/profiles/${id}`}>{name}</To>
        </span>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  );
}
