import { Group, Switch } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { useSay } from '../../parts/said.js';
import { useReread } from './use-reread.js';

type Mailbox = Schema<'Mailbox'>;

const switches = [
  { field: 'incoming', label: 'Receive mail' },
  { field: 'outgoing', label: 'Send mail' },
] as const;

/** Switches each direction on and off; what is off can be switched on again at any time, so that nobody is asked. */
export function DirectionSwitches({ mailbox }: { readonly mailbox: Mailbox }) {
  const say = useSay();
  const reread = useReread();
  const change = $api.useMutation('patch', '/v1/mailboxes/{id}', { onSuccess: () => reread(), onError: say.failed });
  return (
    <Group gap="lg">
      {switches.map(({ field, label }) => (
        <Switch
          key={field}
          label={label}
          checked={mailbox[field]}
          disabled={change.isPending}
          onChange={(event) =>
            change.mutate({ params: { path: { id: mailbox.id } }, body: { [field]: event.currentTarget.checked } })
          }
        />
      ))}
    </Group>
  );
}
