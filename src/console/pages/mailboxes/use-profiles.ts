import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';
import { everyPage, largestPage } from './every-page.js';
import type { ProfileName } from './import-plan.js';

/** All profiles that the person sees, by name: to choose one of them. */
export function useProfiles() {
  return useQuery({
    // The path stands where the live updates look for it.
    queryKey: ['get', '/v1/email-server-profiles', 'names of all'],
    queryFn: async ({ signal }) => {
      // Names only: what else a profile shows changes by the minute, and would make the list another one.
      const all: ProfileName[] = [];
      const read = async (cursor?: string) =>
        unwrap(
          await api.GET('/v1/email-server-profiles', { params: { query: { limit: largestPage, cursor } }, signal }),
        );
      await everyPage(read, (profiles) => profiles.forEach(({ id, name }) => all.push({ id, name })), signal);
      return all.sort((a, b) => a.name.localeCompare(b.name));
    },
  });
}
