import { Checkbox, Fieldset, NumberInput, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { SettingsValues } from './settings-values.js';

/** What the profile wants of the mail itself. */
export function MailFields({ form }: { readonly form: UseFormReturnType<SettingsValues> }) {
  return (
    <Fieldset legend="Mail">
      <Stack gap="md">
        <TextInput
          label="Process mail from"
          description="In your local time. Older mail is left alone. Counts for mailboxes that are added from now on."
          type="datetime-local"
          required
          {...form.getInputProps('processEmailsFrom')}
        />
        <Checkbox
          label="Put a token into the subjects of what is sent, to find answers by"
          {...form.getInputProps('tokenEnabled', { type: 'checkbox' })}
        />
        <Checkbox
          label="Put mail into threads by its subject and people, where nothing better is known"
          {...form.getInputProps('smartEnabled', { type: 'checkbox' })}
        />
        {form.values.smartEnabled && (
          <NumberInput
            label="Days that two such messages may be apart"
            min={1}
            max={365}
            allowDecimal={false}
            maw={320}
            {...form.getInputProps('smartWindowDays')}
          />
        )}
        <TagsInput
          label="Attachments that are not stored"
          description="By the ends of their names, such as exe; press Enter after each."
          {...form.getInputProps('blockedAttachmentExtensions')}
        />
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput
            label="Largest attachment, MB"
            description="Empty: no limit"
            min={0.001}
            max={2_047}
            {...form.getInputProps('maxAttachmentMb')}
          />
          <NumberInput
            label="Largest message, MB"
            description="Empty: no limit"
            min={0.001}
            max={2_047}
            {...form.getInputProps('maxMessageMb')}
          />
          <NumberInput
            label="Keep content, days"
            description="Empty: for good"
            min={1}
            max={36_500}
            allowDecimal={false}
            {...form.getInputProps('contentRetentionDays')}
          />
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}
