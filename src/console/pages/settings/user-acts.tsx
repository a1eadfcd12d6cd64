import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { AskButton } from '../../parts/ask-button.js';
import { useSay } from '../../parts/said.js';
import { LinkDialog } from './invite-dialog.js';
import { useReadAnew } from './use-read-anew.js';

/** What can be done with how a user signs in. */
export function UserActs({ user }: { readonly user: Schema<'User'> }) {
  const say = useSay();
  const [, go] = useLocation();
  const [link, setLink] = useState<Schema<'NewSignInLink'> | null>(null);
  const readAnew = useReadAnew('/v1/users');
  const params = { path: { id: user.id } };
  const makeLink = $api.useMutation('post', '/v1/users/{id}/sign-in-link', {
    onSuccess: setLink,
    onError: say.failed,
  });
  const closeLink = () => {
    setLink(null);
    makeLink.reset();
  };
  const signOut = $api.useMutation('post', '/v1/users/{id}/sign-out');
  const change = $api.useMutation('patch', '/v1/users/{id}');
  const remove = $api.useMutation('delete', '/v1/users/{id}');
  const enable = async () => {
    await change.mutateAsync({ params, body: { disabled: false } }).then(
      () => say.done(`${user.name} can sign in again.`),
      (error: unknown) => say.failed(error),
    );
    await readAnew();
  };
  return (
    <Group gap="xs" mt="md">
      {!user.disabled && (
        <Button variant="default" loading={makeLink.isPending} onClick={() => makeLink.mutate({ params })}>
          {user.hasPassword ? 'Make a link for a new password' : 'Make a new invitation'}
        </Button>
      )}
      {!user.disabled && (
        <AskButton
          label="End sessions"
          title={`Sign ${user.name} out everywhere?`}
          onConfirm={async () => {
            await signOut.mutateAsync({ params });
            say.done(`${user.name} is signed out everywhere.`);
          }}
        >
          All browsers where {user.name} is signed in are signed out within five seconds. {user.name} can sign in again.
        </AskButton>
      )}
      {user.disabled ? (
        <Button variant="default" loading={change.isPending} onClick={() => void enable()}>
          Enable
        </Button>
      ) : (
        <AskButton
          label="Disable"
          title={`Disable ${user.name}?`}
          onConfirm={async () => {
            await change.mutateAsync({ params, body: { disabled: true } });
            await readAnew();
          }}
        >
          {user.name} is signed out everywhere and cannot sign in, and links that were made end. What belongs to the
          user stays, and you can enable the user again.
        </AskButton>
      )}
      <AskButton
        label="Delete"
        title={`Delete ${user.name}?`}
        onConfirm={async () => {
          await remove.mutateAsync({ params });
          say.done(`${user.name} is deleted.`);
          void readAnew();
          go('/settings/users');
        }}
      >
        {user.name} is signed out everywhere and cannot sign in any more. This cannot be undone. What the user did keeps
        the name.
      </AskButton>
      {link && <LinkDialog user={user} link={link} onClose={closeLink} />}
    </Group>
  );
}
