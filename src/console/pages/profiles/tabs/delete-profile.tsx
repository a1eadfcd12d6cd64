import { Paper, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { $api, api, unwrap } from '../../../api/client.js';
import { readsFrom } from '../../../api/queries.js';
import type { Schema } from '../../../api/schemas.js';
import { AskButton } from '../../../parts/ask-button.js';
import { useSay } from '../../../parts/said.js';
import { Trouble } from '../../../parts/trouble.js';
import { To } from '../../../parts/to.js';

/** Deletes a profile that no mailbox uses, and says why it cannot be deleted while some do. */
export function DeleteProfile({ profile: { id, name } }: { readonly profile: Schema<'EmailServerProfile'> }) {
  const [, leave] = useLocation();
  const say = useSay();
  const queries = useQueryClient();
  const counts = $api.useQuery('get', '/v1/mailboxes/counts', { params: { query: { profileId: id } } });
  const total = counts.data?.total;
  const remove = async () => {
    unwrap(await api.DELETE('/v1/email-server-profiles/{id}', { params: { path: { id } } }));
    say.done(`The profile ${name} is deleted.`);
    leave('/profiles');
    queries.removeQueries({ predicate: readsFrom([`/v1/email-server-profiles/{id}`]) });
    void queries.invalidateQueries({ predicate: readsFrom(['/v1/email-server-profiles', '/v1/overview']) });
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="delete-profile">
      <Title order={2} size="h5" id="delete-profile">
        Delete the profile
      </Title>
      {counts.error ? (
        <Trouble error={counts.error} onRetry={() => void counts.refetch()} />
      ) : total === undefined ? (
        <Text size="sm" my="xs">
          Looking for mailboxes that use it…
        </Text>
      ) : total > 0 ? (
        <Text size="sm" mt="xs">
          It cannot be deleted while{' '}
          <To href={`/mailboxes?profileId=${id}`} underline="always">
            {total === 1 ? '1 mailbox uses it' : `${total} mailboxes use it`}
          </To>
          . {total === 1 ? 'Delete it first.' : 'Delete them first.'}
        </Text>
      ) : (
        <>
          <Text size="sm" my="xs">
            No mailbox uses it.
          </Text>
          <AskButton label="Delete the profile" title={`Delete ${name}?`} onConfirm={remove} c="red">
            Its settings, its password, its incidents and what was told of them go with it, and cannot be brought back.
            No mailbox uses it, so no mail is lost. Nothing changes on the server.
          </AskButton>
        </>
      )}
    </Paper>
  );
}
