import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client.js';
import { To } from '../to.js';

/** Addresses of mailboxes seldom change, and lists ask for the same ones again and again. */
const staleMs = 10 * 60_000;

/** The address of a mailbox; undefined until it is known. */
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

interface MailboxNameProps {
  readonly id: string;
  /** Stands in a sentence, where colour alone does not tell a link from words. */
  readonly inText?: boolean;
}

/** A link to a mailbox, by its address. */
export function MailboxName({ id, inText = false }: MailboxNameProps) {
  return (
    <To href={`/mailboxes/${id}`} underline={inText ? 'always' : 'hover'}>
      {useMailboxAddress(id) ?? 'its mailbox'}
    </To>
  );
}
