import { PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { AccessFields } from '../connection-fields.js';
import { GuideOffer } from './guide-offer.js';
import type { WizardForm } from './wizard-form.js';

/** The service account, and how it comes into mailboxes. */
export function AccountStep({ form }: { readonly form: WizardForm }) {
  return (
    <Stack gap="md">
      <Text size="sm">
        Postroom signs in with one service account and opens all mailboxes of the profile by it. It must be nobody’s own
        account, and no administrator’s.
      </Text>
      <GuideOffer values={form.values} />
      <TextInput
        label="User name"
        description="As the server wants it: DOMAIN\name or name@example.com."
        autoComplete="off"
        spellCheck={false}
        required
        {...form.getInputProps('username')}
      />
      <PasswordInput
        label="Password"
        description="Kept encrypted, and never shown again."
        autoComplete="new-password"
        required
        {...form.getInputProps('password')}
      />
      <AccessFields access={form.values.access} propsOf={(field) => form.getInputProps(field)} />
    </Stack>
  );
}
