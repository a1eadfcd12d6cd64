import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconRefresh, IconUserCheck } from '@tabler/icons-react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { MuteDialog } from './mute-dialog.js';
import { ReassignDialog } from './reassign-dialog.js';
import { SnoozeMenu } from './snooze-menu.js';
import { useAct } from './use-act.js';
import type { IncidentCheck } from './use-check.js';

interface IncidentActionsProps {
  readonly incident: Schema<'Incident'>;
  /** Null while it is not known. */
  readonly profileName: string | null;
  readonly check: IncidentCheck;
}

/** What one can do about an open incident. */
export function IncidentActions({ incident, profileName, check }: IncidentActionsProps) {
  const { id, scope, acknowledged, profileId } = incident;
  const act = useAct();
  const [isReassigning, reassigning] = useDisclosure(false);
  const [isMuting, muting] = useDisclosure(false);
  const acknowledge = $api.useMutation('post', '/v1/incidents/{id}/acknowledge', {
    onSuccess: () => act.done('You have taken it up: no reminders until it grows.'),
    onError: act.failed,
  });
  const hasMailboxes = scope !== 'notice' && scope !== 'endpoint' && scope !== 'installation';
  return (
    <>
      {hasMailboxes && (
        <Button leftSection={<IconRefresh size={16} />} loading={check.isRunning} onClick={check.start}>
          Check now
        </Button>
      )}
      {!acknowledged && (
        <Button
          variant="default"
          leftSection={<IconUserCheck size={16} />}
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate({ params: { path: { id } } })}
        >
          Acknowledge
        </Button>
      )}
      <SnoozeMenu incident={incident} />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={reassigning.open}>Give it to somebody else…</Menu.Item>
          {profileId !== null && (
            <Menu.Item onClick={muting.open}>
              {incident.muted ? 'No longer mute this cause…' : 'Mute this cause…'}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isReassigning && <ReassignDialog incident={incident} onClose={reassigning.close} />}
      {isMuting && profileId !== null && (
        <MuteDialog incident={incident} profileId={profileId} profileName={profileName} onClose={muting.close} />
      )}
    </>
  );
}
