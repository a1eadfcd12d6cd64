import { List, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { fieldTroubles, Trouble } from '../../parts/trouble.js';
import { Dialog, DialogButtons } from './dialog.js';
import { RoleFields, type RoleAndReach } from './role-fields.js';
import { ShownOnce } from './shown-once.js';
import { useReadAnew } from './use-read-anew.js';

interface InviteValues extends RoleAndReach {
  name: string;
  email: string;
}

/** Makes a user, and shows the link by which that user chooses a password. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const readAnew = useReadAnew('/v1/users', '/v1/email-server-profiles');
  const form = useForm<InviteValues>({ initialValues: { name: '', email: '', role: 'viewer', profileIds: null } });
  const invite = $api.useMutation('post', '/v1/users', {
    onSuccess: () => void readAnew(),
    onError: (error) => form.setErrors(fieldTroubles(error)),
  });
  if (invite.data) return <LinkDialog user={invite.data.user} link={invite.data.link} onClose={onClose} />;
  const { role, profileIds } = form.values;
  const submit = form.onSubmit(({ name, email }) =>
    invite.mutate({ body: { name, email, role, profileIds: profileIds && [...profileIds] } }),
  );
  return (
    <Dialog title="Invite somebody" onClose={onClose} sticky={invite.isPending}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
          <TextInput
            label="E-mail address"
            description="What this person signs in with."
            type="email"
            autoComplete="off"
            required
            {...form.getInputProps('email')}
          />
          <RoleFields
            value={{ role, profileIds }}
            onChange={(next) => form.setValues(next)}
            profilesError={form.errors.profileIds}
          />
          <Trouble error={invite.error} />
          <DialogButtons onCancel={onClose} isPending={invite.isPending}>
            Make the invitation
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}

interface LinkDialogProps {
  readonly user: Pick<Schema<'User'>, 'name' | 'email'>;
  readonly link: { readonly url: string | null; readonly expiresAt: string } | null;
  readonly onClose: () => void;
}

/** The one-time link of a user, and how to hand it over. */
export function LinkDialog({ user, link, onClose }: LinkDialogProps) {
  return (
    <Dialog title={`A link for ${user.name}`} onClose={onClose} sticky>
      <ShownOnce label="The link" value={link?.url ?? null} onDone={onClose}>
        <List size="sm" spacing={4}>
          <List.Item>
            Postroom does not send it. Give it to {user.name} yourself, by a way that only this person reads, such as a
            message to {user.email}.
          </List.Item>
          <List.Item>It works once: whoever opens it first chooses the password.</List.Item>
          <List.Item>
            It ends <Moment at={link?.expiresAt} exact />. You can make a new one at any time; it replaces this one.
          </List.Item>
        </List>
      </ShownOnce>
    </Dialog>
  );
}
