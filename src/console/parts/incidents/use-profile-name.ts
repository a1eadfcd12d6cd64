import { $api } from '../../api/client.js';

/** Names seldom change, and events of a profile have them read anew. */
const staleMs = 5 * 60_000;

/** The name of a profile; null while it is not known, and for no profile. */
export function useProfileName(id: string | null): string | null {
  const { data: page } = $api.useQuery(
    'get',
    '/v1/email-server-profiles',
    { params: { query: { limit: 200 } } },
    { staleTime: staleMs, enabled: id !== null },
  );
  const listed = page?.items.find((profile) => profile.id === id);
  // Of hundreds of profiles the list has not all.
  const { data: single } = $api.useQuery(
    'get',
    '/v1/email-server-profiles/{id}',
    { params: { path: { id: id ?? '' } } },
    { staleTime: staleMs, enabled: id !== null && page !== undefined && !listed },
  );
  return listed?.name ?? single?.name ?? null;
}
