import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { $api } from '../api/client.js';
import { useSay } from '../parts/said.js';
import { fieldTroubles, Trouble } from '../parts/trouble.js';

/** Changes the own password; the other sessions end with it. */
export default function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '', again: '' },
    validate: { again: (again, { newPassword }) => (again === newPassword ? null : 'The two passwords differ') },
  });
  const change = $api.useMutation('post', '/v1/session/password', {
    onSuccess: () => {
      say.done('Your password is changed; other sessions have ended.');
      onClose();
    },
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  const submit = form.onSubmit(({ currentPassword, newPassword }) =>
    change.mutate({ body: { currentPassword, newPassword } }),
  );
  return (
    <Modal opened onClose={onClose} title="Change your password" centered>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">Wherever else you are signed in, you have to sign in again.</Text>
          <PasswordInput
            label="Present password"
            autoComplete="current-password"
            required
            data-autofocus
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label="New password"
            description="At least 12 characters"
            autoComplete="new-password"
            required
            {...form.getInputProps('newPassword')}
          />
          <PasswordInput
            label="The new password once more"
            autoComplete="new-password"
            required
            {...form.getInputProps('again')}
          />
          <Trouble error={change.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Change it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
