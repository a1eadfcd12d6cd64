import { Button, Checkbox, Fieldset, Group, Stack } from '@mantine/core';
import type { Schema } from '../../../api/schemas.js';
import { useMay } from '../../../session/session.js';
import { EscalationFields, OwnerFields } from '../contact-fields.js';
import { ChangeTrouble } from './change-trouble.js';
import { MutedCauses } from './muted-causes.js';
import { useProfileForm } from './use-profile-form.js';

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
  const { base, overtaken, pending, error, change, form } = useProfileForm(profile, {
    done: 'Who is told is saved.',
    valuesOf,
    nameOf: (field) => ownNames[field] ?? field,
  });
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
              <OwnerFields propsOf={form.getInputProps} />
            </Fieldset>
            <Fieldset legend="When nobody takes it up">
              <Checkbox label="Tell somebody else as well" {...form.getInputProps('escalates', { type: 'checkbox' })} />
              {form.values.escalates && <EscalationFields propsOf={form.getInputProps} />}
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
