import type { Schema } from '../../api/schemas.js';

type Profile = Schema<'EmailServerProfile'>;
type Server = Schema<'Overview'>['servers'][number];
type Incident = Schema<'IncidentSummary'>;

/** How a profile stands, in words. */
export interface Standing {
  readonly state: 'ok' | 'suspended' | 'away' | 'quiet';
  readonly label: string;
  readonly color: string;
  readonly means: string;
}

const standings: Record<Standing['state'], Omit<Standing, 'state'>> = {
  ok: { label: 'ok', color: 'green', means: 'nothing keeps its mailboxes from working' },
  away: {
    label: 'server away',
    color: 'red',
    means: 'the server does not answer; Postroom asks every two minutes at most, and goes on by itself',
  },
  suspended: {
    label: 'suspended',
    color: 'red',
    means:
      'the server refuses the service account, or is no Exchange server at this address; one mailbox at a time is tried',
  },
  quiet: { label: 'slowed down', color: 'yellow', means: 'the server asked for quiet; Postroom goes on by itself' },
};

/** What weighs most comes first: while the server is away, nobody knows what it thinks of the account. */
function stateOf({ id, pacing }: Profile, servers: readonly Server[], now: number): Standing['state'] {
  const server = servers.find(({ profiles }) => profiles.some((profile) => profile.id === id));
  if (server?.state === 'away') return 'away';
  if (pacing.suspendedCause !== null) return 'suspended';
  return pacing.holdUntil !== null && Date.parse(pacing.holdUntil) > now ? 'quiet' : 'ok';
}

/** @param now ms since 1970 */
export function standingOf(profile: Profile, servers: readonly Server[], now: number): Standing {
  const state = stateOf(profile, servers, now);
  return { state, ...standings[state] };
}

/** The mailboxes that a profile has, undefined while that is not known. */
export const mailboxesOf = (id: string, servers: readonly Server[] | undefined): number | undefined =>
  servers?.flatMap(({ profiles }) => profiles).find((profile) => profile.id === id)?.mailboxes;

/** Open incidents that stop mail of a profile: its own, and that of its server. */
export function incidentsOf(
  { id, ewsUrl }: Pick<Profile, 'id' | 'ewsUrl'>,
  incidents: readonly Incident[],
): readonly Incident[] {
  const host = hostOf(ewsUrl);
  return incidents.filter(
    ({ profileId, serverHost }) => profileId === id || (serverHost !== null && bare(serverHost) === bare(host)),
  );
}

/** The incident that tells what to mend so that the profile goes on; null where none says. */
export const incidentBehind = (
  { state }: Standing,
  { pacing }: Pick<Profile, 'pacing'>,
  incidents: readonly Incident[],
): Incident | null =>
  incidents.find(({ serverHost, scope, code }) =>
    state === 'away' ? serverHost !== null : scope === 'profile' && code === pacing.suspendedCause,
  ) ??
  incidents.find(({ scope }) => state === 'suspended' && scope === 'profile') ??
  null;

/** The API keeps a port as it was typed, a URL leaves the usual one away. */
const bare = (host: string): string => host.toLowerCase().replace(/:(?:443|80)$/, '');

/** Host and port, for people; the text itself where it is no address. */
export const hostOf = (ewsUrl: string): string => (URL.canParse(ewsUrl) ? new URL(ewsUrl).host : ewsUrl);
