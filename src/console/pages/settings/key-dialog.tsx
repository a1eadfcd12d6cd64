import { NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { Dialog, DialogButtons } from './dialog.js';
import { endOfLife, lives, scopes, scopeWords, type Scope } from './key-words.js';
import { ReachField } from './profile-reach.js';
import { ShownOnce } from './shown-once.js';
import { useReadAnew } from './use-read-anew.js';

interface KeyValues {
  name: string;
  scope: Scope;
  profileIds: readonly string[] | null;
  life: string;
}

const keyOf = ({ name, scope, profileIds, life }: KeyValues): Schema<'NewApiKey'> => ({
  name,
  scopes: [scope],
  profileIds: profileIds && [...profileIds],
  expiresAt: endOfLife(life, Date.now()),
});

/** Makes an API key, and shows it. */
export function KeyDialog({ onClose }: { readonly onClose: () => void }) {
  const readAnew = useReadAnew('/v1/api-keys');
  const form = useForm<KeyValues>({
    initialValues: { name: '', scope: 'read', profileIds: null, life: '365' },
    validate: { profileIds: (ids) => (ids?.length === 0 ? 'Name a profile at least' : null) },
  });
  const make = $api.useMutation('post', '/v1/api-keys', {
    onSuccess: () => void readAnew(),
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  if (make.data)
    return (
      <Dialog title={make.data.name} onClose={onClose} sticky>
        <ShownOnce label="The API key" value={make.data.token} onDone={onClose}>
          <Text size="sm">
            Put it where the program keeps its secrets. It goes with each request, in the header{' '}
            <code>Authorization: Bearer …</code>
          </Text>
        </ShownOnce>
      </Dialog>
    );
  const submit = form.onSubmit((values) => make.mutate({ body: keyOf(values) }));
  return (
    <Dialog title="Make an API key" onClose={onClose} sticky={make.isPending}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="Which program uses it, and for what."
            required
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Radio.Group label="What it may do" {...form.getInputProps('scope')}>
            <Stack gap={8} mt={4}>
              {scopes.map((scope) => (
                <Radio key={scope} value={scope} label={scopeWords[scope].label} description={scopeWords[scope].may} />
              ))}
            </Stack>
          </Radio.Group>
          <ReachField
            value={form.values.profileIds}
            onChange={(ids) => form.setFieldValue('profileIds', ids)}
            error={form.errors.profileIds}
          />
          <NativeSelect
            label="Valid for"
            data={lives.map(({ value, label }) => ({ value, label }))}
            {...form.getInputProps('life')}
          />
          <Trouble error={make.error} />
          <DialogButtons onCancel={onClose} isPending={make.isPending}>
            Make the key
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
