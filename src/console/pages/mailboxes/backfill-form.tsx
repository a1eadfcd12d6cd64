import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { $api } from '../../api/client.js';
import { useSay } from '../../parts/said.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { startOfDay } from './backfill-words.js';
import { useReread } from './use-reread.js';

/** Asks for mail from before the profile's beginning. */
export function BackfillForm({ id }: { readonly id: string }) {
  const say = useSay();
  const reread = useReread();
  const form = useForm({
    initialValues: { from: '', to: '' },
    validate: { from: (from) => (from === '' ? 'Say from which day on' : null) },
  });
  const start = $api.useMutation('post', '/v1/mailboxes/{id}/backfill', {
    onSuccess: () => {
      say.done('The older mail is asked for.');
      form.reset();
      return reread();
    },
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  const submit = form.onSubmit(({ from, to }) =>
    start.mutate({
      params: { path: { id } },
      body: { from: startOfDay(from), ...(to === '' ? {} : { to: startOfDay(to) }) },
    }),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="xs">
        <Group align="flex-end" gap="sm">
          <TextInput type="date" label="Received from" required {...form.getInputProps('from')} />
          <TextInput type="date" label="and before (empty: up to where the sync began)" {...form.getInputProps('to')} />
          <Button type="submit" variant="default" loading={start.isPending}>
            Bring older mail
          </Button>
        </Group>
        <Trouble error={start.error} />
      </Stack>
    </form>
  );
}
