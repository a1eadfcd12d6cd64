import { Checkbox, Fieldset, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { WizardForm } from './wizard-form.js';

/** What the profile is called, who is told of trouble, and how hard it presses the server. */
export function DetailsStep({ form }: { readonly form: WizardForm }) {
  const { escalates } = form.values;
  return (
    <Stack gap="md">
      <TextInput label="Name of the profile" placeholder="Head office" required {...form.getInputProps('name')} />
      <Fieldset legend="Who is told of trouble">
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
        <Checkbox
          mt="sm"
          label="Tell somebody else as well when nobody takes it up in time"
          {...form.getInputProps('escalates', { type: 'checkbox' })}
        />
        {escalates && (
          <SimpleGrid cols={{ base: 1, sm: 3 }} mt="sm">
            <TextInput label="Their name" required {...form.getInputProps('escalationName')} />
            <TextInput label="Their e-mail address" type="email" required {...form.getInputProps('escalationEmail')} />
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
      <TextInput
        label="Process mail from"
        description="In your local time. Older mail is left alone. Empty: from the moment the profile is saved."
        type="datetime-local"
        {...form.getInputProps('processEmailsFrom')}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="Seconds between two looks into a mailbox"
          description="At least; 60 is a good beginning."
          min={1}
          max={86_400}
          allowDecimal={false}
          required
          {...form.getInputProps('minPollingIntervalSeconds')}
        />
        <NumberInput
          label="Connections at once"
          description="At most; Exchange allows an account 27."
          min={1}
          max={300}
          allowDecimal={false}
          required
          {...form.getInputProps('maxConcurrentConnections')}
        />
      </SimpleGrid>
    </Stack>
  );
}
