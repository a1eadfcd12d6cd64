import { Button, Checkbox, Fieldset, Group, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import type { Schema } from '../../../api/schemas.js';
import { useMay } from '../../../session/session.js';
import { messagesByField } from '../field-messages.js';
import { ChangeTrouble } from './change-trouble.js';
import { MutedCauses } from './muted-causes.js';
import { useProfileChange } from './use-profile-change.js';

type Profile = Schema<'EmailServerProfile'>;

const valuesOf = (profile: Profile) => ({
  ownerName: profile.ownerName,
  ownerEmail: profile.ownerEmail,
  notifyOwner: profile.notifyOwner,
  escalates: profile.escalationContact !== null,
  escalationName: profile.escalationContact?.name ?? '',
  escalationEmail: profile.escalationContact?.email ?? '',
  escalateAfterMinutes: profile.escalateAfterMinutes as number | string,
});

const ownNames: Readonly<Record<string, string>> = {
  'escalationContact.name': 'escalationName',
  'escalationContact.email': 'escalationEmail',
};

/** Who is told of trouble, who else when nobody takes it up, and about what nobody is told. */
export function NotificationsTab({ profile }: { readonly profile: Profile }) {
  const mayWrite = useMay('write');
  const { base, overtaken, pending, error, change } = useProfileChange(profile, 'Who is told is saved.');
  const form = useForm({ initialValues: valuesOf(base) });
  const { setInitialValues, setValues, setErrors } = form;
  useEffect(() => {
    setInitialValues(valuesOf(base));
    setValues(valuesOf(base));
    // The form itself is another object with each key that is pressed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [base]);
  useEffect(() => {
    if (error) setErrors(messagesByField(error, (field) => ownNames[field] ?? field));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [error]);
  const save = () => {
    const { escalates, escalationName, escalationEmail, escalateAfterMinutes, ...owner } = form.values;
    return change({
      ...owner,
      ownerEmail: owner.ownerEmail.trim(),
      escalationContact: escalates ? { name: escalationName, email: escalationEmail.trim() } : null,
      escalateAfterMinutes: Number(escalateAfterMinutes),
    });
  };
  return (
    <Stack maw={820}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset disabled={!mayWrite} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
          <Stack gap="md">
            <Fieldset legend="Owner">
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <TextInput label="Owner’s name" autoComplete="off" required {...form.getInputProps('ownerName')} />
                <TextInput
                  label="Owner’s e-mail address"
                  type="email"
                  autoComplete="off"
                  required
                  {...form.getInputProps('ownerEmail')}
                />
              </SimpleGrid>
              <Checkbox
                mt="md"
                label="Tell the owner by e-mail when mailboxes stop, with what to do"
                {...form.getInputProps('notifyOwner', { type: 'checkbox' })}
              />
            </Fieldset>
            <Fieldset legend="When nobody takes it up">
              <Checkbox label="Tell somebody else as well" {...form.getInputProps('escalates', { type: 'checkbox' })} />
              {form.values.escalates && (
                <SimpleGrid cols={{ base: 1, sm: 3 }} mt="sm">
                  <TextInput label="Their name" required {...form.getInputProps('escalationName')} />
                  <TextInput
                    label="Their e-mail address"
                    type="email"
                    required
                    {...form.getInputProps('escalationEmail')}
                  />
                  <NumberInput
                    label="After so many minutes"
                    min={1}
                    max={43_200}
                    allowDecimal={false}
                    required
                    {...form.getInputProps('escalateAfterMinutes')}
                  />
                </SimpleGrid>
              )}
            </Fieldset>
          </Stack>
        </fieldset>
        <ChangeTrouble overtaken={overtaken} error={error} />
        {mayWrite && (
          <Group mt="md">
            <Button type="submit" loading={pending} disabled={!form.isDirty()}>
              Save who is told
            </Button>
          </Group>
        )}
      </form>
      <MutedCauses profileId={base.id} />
    </Stack>
  );
}
