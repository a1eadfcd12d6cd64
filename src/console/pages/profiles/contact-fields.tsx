import { Checkbox, SimpleGrid, TextInput } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';
import { WholeNumber } from '../../parts/whole-number.js';

interface FieldsProps<Field extends string> {
  readonly propsOf: (field: Field, options?: { readonly type: 'checkbox' }) => GetInputPropsReturnType;
}

/** Who is told of trouble, and whether by e-mail. */
export function OwnerFields({ propsOf }: FieldsProps<'ownerName' | 'ownerEmail' | 'notifyOwner'>) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="Owner’s name" autoComplete="off" required {...propsOf('ownerName')} />
        <TextInput label="Owner’s e-mail address" type="email" autoComplete="off" required {...propsOf('ownerEmail')} />
      </SimpleGrid>
      <Checkbox
        mt="md"
        label="Tell the owner by e-mail when mailboxes stop, with what to do"
        {...propsOf('notifyOwner', { type: 'checkbox' })}
      />
    </>
  );
}

/** Who else is told when nobody takes it up. */
export function EscalationFields({
  propsOf,
}: FieldsProps<'escalationName' | 'escalationEmail' | 'escalateAfterMinutes'>) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} mt="sm">
      <TextInput label="Their name" required {...propsOf('escalationName')} />
      <TextInput label="Their e-mail address" type="email" required {...propsOf('escalationEmail')} />
      <WholeNumber label="After so many minutes" min={1} max={43_200} {...propsOf('escalateAfterMinutes')} />
    </SimpleGrid>
  );
}
