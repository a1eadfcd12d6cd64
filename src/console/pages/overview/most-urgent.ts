import type { Schema } from '../../api/schemas.js';

type Incident = Pick<Schema<'IncidentSummary'>, 'scope' | 'acknowledged'>;

const stopsMail = ({ scope }: Incident): boolean => scope !== 'notice' && scope !== 'endpoint';
const rank = (incident: Incident): number => (stopsMail(incident) ? 0 : 2) + (incident.acknowledged ? 1 : 0);

/** What stops mail first, and of that what nobody has taken up; otherwise as they stood. */
export const mostUrgentFirst = <One extends Incident>(incidents: readonly One[]): One[] =>
  [...incidents].sort((a, b) => rank(a) - rank(b));
