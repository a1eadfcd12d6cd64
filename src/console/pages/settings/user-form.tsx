import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { useSay } from '../../parts/said.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { useSession } from '../../session/session.js';
import { RoleFields, type RoleAndReach } from './role-fields.js';
import { useReadAnew } from './use-read-anew.js';

interface UserValues extends RoleAndReach {
  name: string;
}

/** Name, role and profiles of a user; they hold everywhere within seconds. */
export function UserForm({ user }: { readonly user: Schema<'User'> }) {
  const say = useSay();
  const session = useSession();
  const queries = useQueryClient();
  const readAnew = useReadAnew('/v1/users', '/v1/email-server-profiles');
  const { name, role, profileIds } = user;
  const form = useForm<UserValues>({ initialValues: { name, role, profileIds } });
  const change = $api.useMutation('patch', '/v1/users/{id}', {
    onSuccess: (changed) => {
      say.done(`${changed.name} is changed.`);
      form.resetDirty();
      void readAnew();
      // What one may do oneself is shown by the session.
      if (changed.id === session.id) void queries.resetQueries({ queryKey: ['get', '/v1/session'] });
    },
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  const submit = form.onSubmit((values) =>
    change.mutate({
      params: { path: { id: user.id } },
      body: { name: values.name, role: values.role, profileIds: values.profileIds && [...values.profileIds] },
    }),
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={640}>
        <TextInput label="Name" required {...form.getInputProps('name')} />
        <RoleFields
          value={form.values}
          onChange={(next) => form.setValues(next)}
          profilesError={form.errors.profileIds}
        />
        <Trouble error={change.error} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
