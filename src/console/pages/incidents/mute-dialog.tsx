import { Button, Group, Modal, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Trouble } from '../../parts/trouble.js';
import { useAct } from './use-act.js';

interface MuteDialogProps {
  readonly incident: Schema<'Incident'>;
  readonly profileId: string;
  /** Null while it is not known. */
  readonly profileName: string | null;
  readonly onClose: () => void;
}

/** Asks before nobody is mailed any more about a cause in a profile, and before they are again. */
export function MuteDialog({ incident: { code, title, muted }, profileId, profileName, onClose }: MuteDialogProps) {
  const act = useAct();
  const profile = profileName === null ? 'this profile' : `“${profileName}”`;
  const path = { params: { path: { id: profileId, code } } };
  const mute = $api.useMutation('put', '/v1/email-server-profiles/{id}/muted-causes/{code}', {
    onSuccess: () => {
      onClose();
      return act.done('The cause is muted: nobody is mailed about it.');
    },
  });
  const unmute = $api.useMutation('delete', '/v1/email-server-profiles/{id}/muted-causes/{code}', {
    onSuccess: () => {
      onClose();
      return act.done('The cause is no longer muted.');
    },
  });
  return (
    <Modal opened onClose={onClose} title={muted ? 'No longer mute this cause?' : 'Mute this cause?'} centered>
      <Text>
        {muted
          ? `People are mailed again about “${title}” in ${profile}. Whoever answers for an incident of it that is open is told once now.`
          : `Nobody is mailed any more about “${title}” in ${profile}: neither when it begins, nor while it lasts, nor when it ends. That holds for this incident and later ones, until somebody takes it back here. Incidents still open and stand in this console.`}
      </Text>
      <Trouble error={mute.error ?? unmute.error} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        {muted ? (
          <Button loading={unmute.isPending} onClick={() => unmute.mutate(path)}>
            No longer mute
          </Button>
        ) : (
          <Button color="red" loading={mute.isPending} onClick={() => mute.mutate(path)}>
            Mute
          </Button>
        )}
      </Group>
    </Modal>
  );
}
