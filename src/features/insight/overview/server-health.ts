export const serverStates = ['ok', 'away', 'refused', 'throttled'] as const;
export type ServerState = (typeof serverStates)[number];

/** A profile with what its pacing and its server's pacing know. */
export interface ProfileFacts {
  readonly id: string;
  readonly name: string;
  /** Host and port. */
  readonly host: string;
  /** Since when the server leaves calls unanswered, if it counts as away. */
  readonly awaySince: Date | null;
  readonly awayIncidentId: string | null;
  /** Whether the service account is refused. */
  readonly isSuspended: boolean;
  readonly suspendedSince: Date | null;
  readonly suspendedIncidentId: string | null;
  /** Since when the server has asked for quiet, if it still does. */
  readonly throttledSince: Date | null;
}

export interface ServerHealth {
  readonly host: string;
  readonly state: ServerState;
  readonly profiles: readonly { readonly id: string; readonly name: string }[];
  readonly since: Date | null;
  readonly incidentId: string | null;
}

type Standing = Pick<ServerHealth, 'state' | 'since' | 'incidentId'>;

const well: Standing = { state: 'ok', since: null, incidentId: null };
/** What says most about all of the server first. */
const byWeight: readonly ServerState[] = ['away', 'refused', 'throttled', 'ok'];

function standingOf(profile: ProfileFacts): Standing {
  if (profile.awaySince) return { state: 'away', since: profile.awaySince, incidentId: profile.awayIncidentId };
  if (profile.isSuspended)
    return { state: 'refused', since: profile.suspendedSince, incidentId: profile.suspendedIncidentId };
  if (profile.throttledSince) return { state: 'throttled', since: profile.throttledSince, incidentId: null };
  return well;
}

const heavier = (a: Standing, b: Standing): Standing => {
  const difference = byWeight.indexOf(a.state) - byWeight.indexOf(b.state);
  if (difference !== 0) return difference < 0 ? a : b;
  return (b.since?.getTime() ?? Infinity) < (a.since?.getTime() ?? Infinity) ? b : a;
};

/** Each server is as its worst profile, since when that has lasted; those in trouble come first, then by name. */
export function serversOf(profiles: readonly ProfileFacts[]): ServerHealth[] {
  const servers = new Map<string, ProfileFacts[]>();
  for (const profile of profiles) servers.set(profile.host, [...(servers.get(profile.host) ?? []), profile]);
  return [...servers]
    .map(([host, of]) => ({
      host,
      ...of.map(standingOf).reduce(heavier, well),
      profiles: of.map(({ id, name }) => ({ id, name })),
    }))
    .sort(
      (a, b) =>
        byWeight.indexOf(a.state) - byWeight.indexOf(b.state) || (a.host < b.host ? -1 : a.host > b.host ? 1 : 0),
    );
}
