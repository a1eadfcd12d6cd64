import { Badge } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { useNow } from '../moment.js';
import { isSnoozed } from './incident-words.js';

type Incident = Pick<Schema<'IncidentSummary'>, 'open' | 'scope' | 'acknowledged' | 'snoozed' | 'muted'>;

interface IncidentBadgesProps {
  readonly incident: Incident;
  /** Left out where all are open anyway. */
  readonly hideOpen?: boolean;
}

/** How an incident stands, in words. */
export function IncidentBadges({ incident, hideOpen = false }: IncidentBadgesProps) {
  const now = useNow();
  const { open, scope, acknowledged, muted } = incident;
  const openColor = scope === 'notice' || scope === 'endpoint' ? 'orange' : 'red';
  return (
    <>
      {!(open && hideOpen) && (
        <Badge color={open ? openColor : 'green'} variant="light" tt="none">
          {open ? 'open' : 'over'}
        </Badge>
      )}
      {open && acknowledged && (
        <Badge color="blue" variant="light" tt="none" title={`by ${acknowledged.by.name}`}>
          taken up
        </Badge>
      )}
      {isSnoozed(incident, now) && (
        <Badge color="gray" variant="light" tt="none" title="Nobody is mailed for the time being">
          snoozed
        </Badge>
      )}
      {muted && (
        <Badge color="gray" variant="light" tt="none" title="Nobody is mailed about this cause">
          muted
        </Badge>
      )}
    </>
  );
}
