import { Button, Fieldset, Group, PasswordInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '../../../api/schemas.js';
import { changeInWords } from '../../../parts/content-retention.js';
import { WholeNumber } from '../../../parts/whole-number.js';
import { useMay } from '../../../session/session.js';
import { AccessFields } from '../connection-fields.js';
import { ChangeTrouble } from './change-trouble.js';
import { ConfirmRemoval } from './confirm-removal.js';
import { DeleteProfile } from './delete-profile.js';
import { MailFields } from './mail-fields.js';
import { namesOtherServer, settingsField, settingsOf, settingsPatch } from './settings-values.js';
import { useProfileForm } from './use-profile-form.js';

/** The settings of a profile; whoever may not change them reads them. */
export function SettingsTab({ profile }: { readonly profile: Schema<'EmailServerProfile'> }) {
  const mayWrite = useMay('write');
  const { base, overtaken, pending, error, change, form } = useProfileForm(profile, {
    done: 'The settings are saved.',
    valuesOf: settingsOf,
    nameOf: settingsField,
  });
  const patch = settingsPatch(base, form.values);
  const removal =
    patch.contentRetentionDays === undefined
      ? null
      : changeInWords(base.contentRetentionDays, patch.contentRetentionDays);
  const [isAsking, setIsAsking] = useState(false);
  const save = async () => {
    await change(patch);
    setIsAsking(false);
  };
  const isOtherServer = namesOtherServer(base.ewsUrl, form.values.ewsUrl);
  return (
    <Stack maw={820}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (removal?.removes) setIsAsking(true);
          else void save();
        }}
      >
        <fieldset disabled={!mayWrite} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
          <Stack gap="md">
            <TextInput label="Name of the profile" required {...form.getInputProps('name')} />
            <Fieldset legend="Server">
              <Stack gap="md">
                <TextInput label="EWS address" inputMode="url" required {...form.getInputProps('ewsUrl')} />
                {isOtherServer && (
                  <PasswordInput
                    label="Password of the service account"
                    description="Asked for again, because this is another server: the kept one is not sent there."
                    autoComplete="new-password"
                    required
                    {...form.getInputProps('password')}
                  />
                )}
                <AccessFields access={form.values.access} propsOf={(field) => form.getInputProps(field)} />
              </Stack>
            </Fieldset>
            <Fieldset legend="Pace">
              <SimpleGrid cols={{ base: 1, sm: 3 }}>
                <WholeNumber
                  label="Seconds between two looks"
                  description="Into each mailbox, at least"
                  min={1}
                  max={86_400}
                  {...form.getInputProps('minPollingIntervalSeconds')}
                />
                <WholeNumber
                  label="Connections at once"
                  description="Exchange allows an account 27"
                  min={1}
                  max={300}
                  {...form.getInputProps('maxConcurrentConnections')}
                />
                <WholeNumber
                  label="Messages sent a minute"
                  description="By each mailbox; more wait"
                  min={1}
                  max={1_000}
                  {...form.getInputProps('maxSendsPerMinute')}
                />
              </SimpleGrid>
            </Fieldset>
            <MailFields form={form} />
          </Stack>
        </fieldset>
        <ChangeTrouble overtaken={overtaken} error={error} />
        {mayWrite && (
          <Group mt="md">
            <Button type="submit" loading={pending} disabled={Object.keys(patch).length === 0}>
              Save the settings
            </Button>
            {form.isDirty() && (
              <Button type="button" variant="default" onClick={form.reset}>
                Undo the changes
              </Button>
            )}
          </Group>
        )}
      </form>
      {isAsking && removal && (
        <ConfirmRemoval
          text={removal.text}
          isPending={pending}
          onCancel={() => setIsAsking(false)}
          onConfirm={() => void save()}
        />
      )}
      {mayWrite && <DeleteProfile profile={base} />}
    </Stack>
  );
}
