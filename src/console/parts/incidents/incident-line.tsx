import { Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { To } from '../to.js';
import { whomItStops } from './incident-words.js';
import { useProfileName } from './use-profile-name.js';

/** An incident in a list: its title, which leads to its page, and below it whom it stops. */
export function IncidentLine({ incident }: { readonly incident: Schema<'IncidentSummary'> }) {
  const profileName = useProfileName(incident.profileId);
  return (
    <>
      <To href={`/incidents/${incident.id}`} fw={600}>
        {incident.title}
      </To>
      <Text size="sm" c="dimmed">
        {whomItStops(incident, profileName)}
      </Text>
    </>
  );
}
