import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';

/** Addresses of mailboxes seldom change. */
const staleMs = 10 * 60_000;

/** The address of a mailbox that nothing else on the page knows; undefined until it is known. */
export function useMailboxAddress(id: string | null): string | undefined {
  const { data } = useQuery({
    // Not under the API's path: events about the state of a mailbox say nothing of its address.
    queryKey: ['mailbox-address', id],
    enabled: id !== null,
    staleTime: staleMs,
    queryFn: async () => {
      const answer = await api.GET('/v1/mailboxes/{id}', { params: { path: { id: id ?? '' } } });
      return unwrap(answer).emailAddress;
    },
  });
  return data;
}
