import { Radio, Select, Stack } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';

interface FieldsProps {
  readonly access: string;
  /** The properties of a field of the form that these are part of. */
  readonly propsOf: (field: 'access' | 'connectingSidType') => GetInputPropsReturnType;
}

const sidTypes = [
  { value: 'SmtpAddress', label: 'Its e-mail address (any; the usual choice)' },
  { value: 'PrimarySmtpAddress', label: 'Its primary e-mail address' },
  { value: 'PrincipalName', label: 'The user principal name of its owner' },
  { value: 'SID', label: 'The security identifier (SID) of its owner' },
];

/** How the service account comes into mailboxes, in plain words. */
export function AccessFields({ access, propsOf }: FieldsProps) {
  return (
    <Stack gap="md">
      <Radio.Group label="How it opens mailboxes" {...propsOf('access')}>
        <Stack gap="xs" mt={6}>
          <Radio
            value="impersonation"
            label="Impersonation"
            description="The account acts as the owner of each mailbox, by one role for a whole group. The usual choice: new mailboxes only join the group, and mail that is sent comes from the owner alone."
          />
          <Radio
            value="delegation"
            label="Delegate access"
            description="The account has rights of its own on each mailbox, which are granted one by one. For servers where nobody grants the impersonation role."
          />
        </Stack>
      </Radio.Group>
      {access === 'impersonation' && (
        <Select
          label="A mailbox is named to the server by"
          description="Change it only if the addresses of your mailboxes are not known to the server as such."
          data={sidTypes}
          allowDeselect={false}
          {...propsOf('connectingSidType')}
        />
      )}
    </Stack>
  );
}
