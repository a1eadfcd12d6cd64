import { Checkbox, Fieldset, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { WholeNumber } from '../../../parts/whole-number.js';
import { EscalationFields, OwnerFields } from '../contact-fields.js';
import type { WizardForm } from './wizard-form.js';

/** What the profile is called, who is told of trouble, and how hard it presses the server. */
export function DetailsStep({ form }: { readonly form: WizardForm }) {
  const { escalates } = form.values;
  return (
    <Stack gap="md">
      <TextInput label="Name of the profile" placeholder="Head office" required {...form.getInputProps('name')} />
      <Fieldset legend="Who is told of trouble">
        <OwnerFields propsOf={form.getInputProps} />
        <Checkbox
          mt="sm"
          label="Tell somebody else as well when nobody takes it up in time"
          {...form.getInputProps('escalates', { type: 'checkbox' })}
        />
        {escalates && <EscalationFields propsOf={form.getInputProps} />}
      </Fieldset>
      <TextInput
        label="Process mail from"
        description="In your local time. Older mail is left alone. Empty: from the moment the profile is saved."
        type="datetime-local"
        {...form.getInputProps('processEmailsFrom')}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <WholeNumber
          label="Seconds between two looks into a mailbox"
          description="At least; 60 is a good beginning."
          min={1}
          max={86_400}
          {...form.getInputProps('minPollingIntervalSeconds')}
        />
        <WholeNumber
          label="Connections at once"
          description="At most; Exchange allows an account 27."
          min={1}
          max={300}
          {...form.getInputProps('maxConcurrentConnections')}
        />
      </SimpleGrid>
    </Stack>
  );
}
