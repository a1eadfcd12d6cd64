import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { everyPage, largestPage } from './every-page.js';

type Profile = Schema<'EmailServerProfile'>;

/** All profiles that the person sees, by name: to choose one of them. */
export function useProfiles() {
  return useQuery({
    // The path stands where the live updates look for it.
    queryKey: ['get', '/v1/email-server-profiles', 'all of them'],
    queryFn: async ({ signal }) => {
      const all: Profile[] = [];
      const read = async (cursor?: string) =>
        unwrap(
          await api.GET('/v1/email-server-profiles', { params: { query: { limit: largestPage, cursor } }, signal }),
        );
      await everyPage(read, (profiles) => all.push(...profiles), signal);
      return all.sort((a, b) => a.name.localeCompare(b.name));
    },
  });
}
