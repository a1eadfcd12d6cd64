import { Alert, Button, Group, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { To } from '../../parts/to.js';
import type { Standing } from './profile-standing.js';

interface StandingAlertProps {
  readonly standing: Standing;
  /** What tells what to mend. */
  readonly incident: Schema<'IncidentSummary'> | null;
  readonly onCredentials: (() => void) | null;
}

/** What stops a profile, and what to mend. */
export function StandingAlert({ standing, incident, onCredentials }: StandingAlertProps) {
  if (standing.state === 'ok') return null;
  if (standing.state === 'quiet')
    return (
      <Alert color="yellow" title="The server asked for quiet" mb="md">
        Postroom waits as long as the server wants, and goes on with fewer calls at once. Nothing needs to be done.
      </Alert>
    );
  const isAway = standing.state === 'away';
  return (
    <Alert color="red" title={isAway ? 'The server does not answer' : 'The profile is suspended'} mb="md">
      <Text size="sm">
        {incident
          ? `${incident.title}. ${incident.explanation?.advice ?? ''}`
          : isAway
            ? 'Look at the server and at the network before it.'
            : 'The server refuses the service account.'}
      </Text>
      <Text size="sm" mt={4}>
        {isAway
          ? 'All profiles of this server wait. Postroom asks every two minutes at most, and goes on by itself.'
          : 'One mailbox at a time is tried, so that no account is locked out, and all go on when it gets through. When you save a change, Postroom tries it at once.'}
      </Text>
      <Group mt="xs" gap="md">
        {!isAway && onCredentials && (
          <Button size="compact-sm" variant="default" onClick={onCredentials}>
            Replace the credentials
          </Button>
        )}
        {incident && <To href={`/incidents/${incident.id}`}>To the incident and its commands</To>}
      </Group>
    </Alert>
  );
}
