import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';

export interface ProfileName {
  readonly id: string;
  readonly name: string;
}

/** The API takes no more than a thousand profiles of a user, a key or an endpoint. */
const mostPages = 5;
const pageSize = 200;
const freshMs = 60_000;

async function readNames(): Promise<ProfileName[]> {
  const names: ProfileName[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const params = { query: { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) } };
    const { items, nextCursor } = unwrap(await api.GET('/v1/email-server-profiles', { params }));
    names.push(...items.map(({ id, name }) => ({ id, name })));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return names.sort((a, b) => a.name.localeCompare(b.name));
}

/** All profiles that the person sees, by name; to choose from, and to show ids as names. */
export function useProfileNames() {
  const { data, error } = useQuery({
    queryKey: ['get', '/v1/email-server-profiles', 'names'],
    queryFn: readNames,
    staleTime: freshMs,
  });
  return { names: data, error, nameOf: (id: string) => data?.find((profile) => profile.id === id)?.name };
}
