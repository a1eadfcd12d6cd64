import { Box, Flex, Skeleton, Stack } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import { isGone } from '../../api/queries.js';
import type { Schema } from '../../api/schemas.js';
import { IncidentBadges } from '../../parts/incidents/incident-badges.js';
import { whomItStops } from '../../parts/incidents/incident-words.js';
import { useProfileName } from '../../parts/incidents/use-profile-name.js';
import { NothingHere } from '../../parts/nothing-here.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { AffectedMailboxes } from './affected-mailboxes.js';
import { CheckNews } from './check-news.js';
import { CommentBox } from './comment-box.js';
import { Facts } from './facts.js';
import { History } from './history-list.js';
import { IncidentActions } from './incident-actions.js';
import { Recovery } from './recovery.js';
import { TechnicalDetails } from './technical-details.js';
import { useCheck } from './use-check.js';
import { WhatHappened } from './what-happened.js';
import { WhatToDo } from './what-to-do.js';

/** Events tell of most that changes; numbers of failures they do not. */
const rereadMs = 15_000;
/** While somebody waits for what comes of a check. */
const checkingMs = 2_000;

/** What happened, what mends it, and how it stands: where the link of a notification leads. */
export default function IncidentPage({ id }: { readonly id: string }) {
  const [isChecking, setIsChecking] = useState(false);
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/incidents/{id}',
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) =>
        isGone(state.error) || hasSettled(state.data) ? false : isChecking ? checkingMs : rereadMs,
    },
  );
  if (data) return <Incident incident={data} onChecking={setIsChecking} />;
  if (error && 'status' in error && (error.status === 404 || error.status === 400))
    return (
      <NothingHere title="There is no such incident" action={<To href="/incidents">To the incidents</To>}>
        The address may be mistyped, or it is about a profile that you do not look after.
      </NothingHere>
    );
  if (error) return <Trouble error={error} onRetry={() => void refetch()} />;
  return <Loading />;
}

/** Over for so long that nothing more of what it held up comes back. */
const settledMs = 10 * 60_000;
const hasSettled = (incident: Schema<'Incident'> | undefined): boolean =>
  typeof incident?.closedAt === 'string' && Date.now() - Date.parse(incident.closedAt) > settledMs;

interface IncidentProps {
  readonly incident: Schema<'Incident'>;
  /** Whether the incident is to be read anew every other second. */
  readonly onChecking: (isChecking: boolean) => void;
}

function Incident({ incident, onChecking }: IncidentProps) {
  const profileName = useProfileName(incident.profileId);
  const mayWrite = useMay('write');
  const check = useCheck(incident, onChecking);
  return (
    <>
      <PageHead
        title={incident.title}
        beside={<IncidentBadges incident={incident} />}
        about={`${whomItStops(incident, profileName)}.`}
      >
        {mayWrite && incident.open && <IncidentActions incident={incident} profileName={profileName} check={check} />}
      </PageHead>
      <div role="status" aria-live="polite">
        {incident.open ? (
          <CheckNews check={check} />
        ) : (
          <Recovery incident={incident} isMendedNow={check.outcome !== null} />
        )}
      </div>
      <Flex direction={{ base: 'column', md: 'row' }} gap="xl" align="stretch">
        <Stack gap="lg" flex={1} miw={0}>
          <WhatHappened incident={incident} />
          <WhatToDo incident={incident} />
          <AffectedMailboxes incident={incident} />
          <TechnicalDetails incident={incident} />
        </Stack>
        <Stack gap="lg" w={{ base: '100%', md: 340 }} flex="none">
          <Facts incident={incident} profileName={profileName} />
          <Box component="section" aria-labelledby="history">
            <History incident={incident} />
            {mayWrite && <CommentBox incidentId={incident.id} />}
          </Box>
        </Stack>
      </Flex>
    </>
  );
}

const Loading = () => (
  <Stack aria-busy="true" aria-label="Loading">
    <Skeleton height={34} maw={520} />
    <Skeleton height={18} maw={360} />
    <Skeleton height={180} mt="md" />
    <Skeleton height={260} />
  </Stack>
);
