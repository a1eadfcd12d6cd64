import { Group, SegmentedControl, Select, Text } from '@mantine/core';
import { keepPreviousData } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { IncidentBadges } from '../../parts/incidents/incident-badges.js';
import { IncidentLine } from '../../parts/incidents/incident-line.js';
import { scopeLabels } from '../../parts/incidents/incident-words.js';
import { Moment } from '../../parts/moment.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { PageButtons, usePages } from '../../parts/pages.js';
import { Rows, type Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useUrlText } from '../../parts/use-url-text.js';

type Incident = Schema<'IncidentSummary'>;

const shows = [
  { value: 'open', label: 'Open' },
  { value: 'closed', label: 'Over' },
  { value: 'all', label: 'All' },
] as const;

const shownAtOnce = 50;
/** While one is open its numbers move; events tell of the rest. */
const rereadMs = 15_000;

const columns: readonly Column<Incident>[] = [
  { head: 'What happened', cell: (incident) => <WhatHappened incident={incident} /> },
  { head: 'About', wide: true, cell: ({ scope }) => scopeLabels[scope] },
  { head: 'Mailboxes', wide: true, align: 'right', cell: (incident) => <Mailboxes incident={incident} /> },
  { head: 'Since', cell: ({ firstAt }) => <Moment at={firstAt} /> },
  { head: 'Until', wide: true, cell: ({ closedAt }) => <Moment at={closedAt} /> },
  { head: 'Taken up by', wide: true, cell: ({ acknowledged }) => acknowledged?.by.name ?? '\u2013' },
];

/** All incidents, the open ones at first. */
export default function IncidentsPage() {
  const [show, setShow] = useUrlText('show', 'open');
  const [profileId, setProfileId] = useUrlText('profileId');
  const pages = usePages(`${show} ${profileId}`);
  const query = {
    limit: shownAtOnce,
    ...(show === 'open' ? { open: 'true' as const } : show === 'closed' ? { open: 'false' as const } : {}),
    ...(profileId ? { profileId } : {}),
    ...(pages.cursor ? { cursor: pages.cursor } : {}),
  };
  const { data, error, refetch, isPlaceholderData } = $api.useQuery(
    'get',
    '/v1/incidents',
    { params: { query } },
    { placeholderData: keepPreviousData, refetchInterval: rereadMs },
  );
  return (
    <>
      <PageHead title="Incidents" about="What went wrong, whom it stops, and what mends it." />
      <Group gap="xs" mb="sm" role="search" aria-label="Filters">
        <SegmentedControl aria-label="Which incidents" data={[...shows]} value={show} onChange={setShow} />
        <ProfileField value={profileId} onChange={setProfileId} />
      </Group>
      {error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : data?.items.length === 0 && !isPlaceholderData ? (
        <Nothing show={show} isNarrowed={profileId !== ''} />
      ) : (
        <>
          <Rows
            caption="Incidents, newest first"
            columns={columns}
            rows={data?.items.length === 0 ? undefined : data?.items}
            keyOf={({ id }) => id}
          />
          <PageButtons pages={pages} nextCursor={data?.nextCursor} />
        </>
      )}
    </>
  );
}

function WhatHappened({ incident }: { readonly incident: Incident }) {
  return (
    <>
      <IncidentLine incident={incident} />
      <Group gap={4} mt={4}>
        <IncidentBadges incident={incident} />
      </Group>
    </>
  );
}

function Mailboxes({
  incident: { scope, open, stoppedMailboxes, affectedMailboxes },
}: {
  readonly incident: Incident;
}) {
  if (affectedMailboxes === 0) return <>{scope === 'endpoint' || scope === 'installation' ? '\u2013' : 'all'}</>;
  return (
    <>
      {open ? stoppedMailboxes : affectedMailboxes}
      {open && stoppedMailboxes !== affectedMailboxes && (
        <Text span inherit c="dimmed">
          {' '}
          of {affectedMailboxes}
        </Text>
      )}
    </>
  );
}

function ProfileField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { data } = $api.useQuery('get', '/v1/email-server-profiles', { params: { query: { limit: 200 } } });
  return (
    <Select
      aria-label="Profile"
      placeholder="All profiles"
      data={(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'All profiles' }}
      w={{ base: '100%', xs: 240 }}
    />
  );
}

function Nothing({ show, isNarrowed }: { readonly show: string; readonly isNarrowed: boolean }) {
  const ofProfile = isNarrowed ? ' of this profile' : '';
  if (show === 'open')
    return (
      <NothingHere
        title={`No open incident${ofProfile}`}
        action={<To href="/incidents?show=closed">See those that are over</To>}
      >
        When a server refuses or does not answer, it stands here within minutes, with what mends it, and the owner of
        the profile gets a mail.
      </NothingHere>
    );
  return (
    <NothingHere title={`No incident${ofProfile} ${show === 'closed' ? 'is over' : 'so far'}`}>
      Incidents stay here after their end, so that one can read what was done about them.
    </NothingHere>
  );
}
