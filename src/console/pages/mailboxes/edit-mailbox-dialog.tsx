import { Alert, Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { useSay } from '../../parts/said.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { mailFilters, type MailFilter } from './mailbox-words.js';
import { useReread } from './use-reread.js';

type Mailbox = Schema<'Mailbox'>;

interface EditMailboxDialogProps {
  readonly mailbox: Mailbox;
  readonly onClose: () => void;
}

const filters = Object.entries(mailFilters).map(([value, label]) => ({ value, label }));
const isFilter = (value: string): value is MailFilter => Object.hasOwn(mailFilters, value);

/** Changes what a mailbox is; only what was changed is sent. */
export function EditMailboxDialog({ mailbox: shown, onClose }: EditMailboxDialogProps) {
  // What somebody else changes meanwhile is no change of ours.
  const [mailbox] = useState(shown);
  const say = useSay();
  const reread = useReread();
  const form = useForm({
    initialValues: {
      emailAddress: mailbox.emailAddress,
      displayName: mailbox.displayName ?? '',
      connectingSid: mailbox.connectingSid ?? '',
      filter: mailbox.filter,
      maxSendsPerMinute: (mailbox.maxSendsPerMinute ?? '') as number | string,
    },
    onSubmitPreventDefault: 'always',
  });
  const change = $api.useMutation('patch', '/v1/mailboxes/{id}', {
    onSuccess: () => {
      say.done('The mailbox is changed.');
      onClose();
      return reread();
    },
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  const { emailAddress, connectingSid } = form.getValues();
  const isOther =
    emailAddress.trim() !== mailbox.emailAddress || connectingSid.trim() !== (mailbox.connectingSid ?? '');
  const submit = form.onSubmit((values) => {
    const wanted: Schema<'MailboxPatch'> = {
      emailAddress: values.emailAddress.trim(),
      displayName: values.displayName.trim() || null,
      connectingSid: values.connectingSid.trim() || null,
      filter: isFilter(values.filter) ? values.filter : mailbox.filter,
      maxSendsPerMinute: values.maxSendsPerMinute === '' ? null : Number(values.maxSendsPerMinute),
    };
    const changed = Object.entries(wanted).filter(([name, value]) => value !== mailbox[name as keyof Mailbox]);
    if (changed.length === 0) return onClose();
    change.mutate({ params: { path: { id: mailbox.id } }, body: Object.fromEntries(changed) });
  });
  return (
    <Modal opened onClose={onClose} title="Edit the mailbox" centered>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label="Address" required data-autofocus {...form.getInputProps('emailAddress')} />
          <TextInput label="Name" {...form.getInputProps('displayName')} />
          <TextInput
            label="Connecting SID"
            description="What identifies the owner, of the kind that the profile names; empty: the address"
            {...form.getInputProps('connectingSid')}
          />
          {isOther && (
            <Alert color="yellow" title="This may be another mailbox on the server">
              Its folders are read afresh, and what it has stored stays. Where mailboxes need an approval, it is paused
              until somebody approves it anew.
            </Alert>
          )}
          <Select
            label="Which received mail is stored"
            description="For mail from now on"
            allowDeselect={false}
            data={filters}
            {...form.getInputProps('filter')}
          />
          <NumberInput
            label="Messages sent within a minute, at most"
            description="Empty: as the profile says"
            min={1}
            max={1_000}
            allowDecimal={false}
            {...form.getInputProps('maxSendsPerMinute')}
          />
          <Trouble error={change.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
