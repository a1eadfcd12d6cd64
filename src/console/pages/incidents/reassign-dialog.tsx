import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { useAct } from './use-act.js';

interface ReassignDialogProps {
  readonly incident: Schema<'Incident'>;
  readonly onClose: () => void;
}

/** Sends further mail to another person, or to the owner again. */
export function ReassignDialog({ incident: { id, profileId, assignee }, onClose }: ReassignDialogProps) {
  const act = useAct();
  const form = useForm({ initialValues: { name: '', email: '' } });
  const members = $api.useQuery(
    'get',
    '/v1/email-server-profiles/{id}/members',
    { params: { path: { id: profileId ?? '' } } },
    { enabled: profileId !== null },
  );
  const reassign = $api.useMutation('post', '/v1/incidents/{id}/reassign', {
    onSuccess: ({ assignee: now }) => {
      onClose();
      return act.done(
        now ? `Mail about it goes to ${now.name} from now on.` : 'Mail about it goes to the owner again.',
      );
    },
    onError: (error) =>
      form.setErrors(
        Object.fromEntries(
          Object.entries(fieldTroubles(error)).map(([field, text]) => [field.split('.').at(-1) ?? field, text]),
        ),
      ),
  });
  const to = (next: { name: string; email: string } | null) =>
    reassign.mutate({ params: { path: { id } }, body: { assignee: next } });
  const people = members.data?.items ?? [];
  return (
    <Modal opened onClose={onClose} title="Give it to somebody else" centered>
      <form onSubmit={form.onSubmit((values) => to(values))}>
        <Stack gap="sm">
          <Text size="sm">
            Further mail about this incident goes to them in place of the owner, beginning with what happened. The
            former one is told nothing more, not even the end.
            {assignee && ` At present it goes to ${assignee.name} (${assignee.email}).`}
          </Text>
          {people.length > 0 && (
            <NativeSelect
              label="One of the people of the profile"
              data={[
                { value: '', label: 'Somebody else' },
                ...people.map(({ name, email }) => ({ value: email, label: `${name} (${email})` })),
              ]}
              onChange={({ currentTarget: { value } }) => {
                const person = people.find(({ email }) => email === value);
                form.setValues({ name: person?.name ?? '', email: person?.email ?? '' });
              }}
            />
          )}
          <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
          <TextInput label="E-mail address" type="email" required {...form.getInputProps('email')} />
          <Trouble error={reassign.error} />
          <Group justify="flex-end">
            {assignee && (
              <Button variant="default" mr="auto" disabled={reassign.isPending} onClick={() => to(null)}>
                Back to the owner
              </Button>
            )}
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={reassign.isPending}>
              Give it away
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
