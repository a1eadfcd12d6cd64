import { Button, Group, Menu, Modal, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBellZ, IconChevronDown } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { isSnoozed } from '../../parts/incidents/incident-words.js';
import { useNow } from '../../parts/moment.js';
import { Trouble } from '../../parts/trouble.js';
import { localField, snoozeChoices } from './snooze-times.js';
import { useAct } from './use-act.js';

const shown = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** No mail for a while, and the end of that. */
export function SnoozeMenu({ incident }: { readonly incident: Schema<'Incident'> }) {
  const { id } = incident;
  const now = useNow();
  const act = useAct();
  const [isChoosing, choosing] = useDisclosure(false);
  const snooze = $api.useMutation('post', '/v1/incidents/{id}/snooze', {
    onSuccess: ({ snoozed }) => {
      choosing.close();
      return act.done(
        snoozed
          ? `Nobody is mailed about it until ${shown.format(Date.parse(snoozed.until))}.`
          : 'The snooze has ended: whoever answers for it is mailed once now.',
      );
    },
  });
  const until = (time: Date | null) =>
    snooze.mutate({ params: { path: { id } }, body: { until: time?.toISOString() ?? null } }, { onError: act.failed });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconBellZ size={16} />}
            rightSection={<IconChevronDown size={16} />}
            loading={snooze.isPending && !isChoosing}
          >
            Snooze
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>No mail about it</Menu.Label>
          {snoozeChoices(new Date(now)).map(({ label }, index) => (
            <Menu.Item key={label} onClick={() => until(snoozeChoices(new Date())[index]?.until ?? null)}>
              {label}
            </Menu.Item>
          ))}
          <Menu.Item onClick={choosing.open}>Until another time…</Menu.Item>
          {isSnoozed(incident, now) && (
            <>
              <Menu.Divider />
              <Menu.Item onClick={() => until(null)}>End the snooze</Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isChoosing} onClose={choosing.close} title="Snooze until" centered>
        <OwnTime
          now={now}
          isPending={snooze.isPending}
          error={snooze.error}
          onCancel={choosing.close}
          onChosen={(time) => snooze.mutate({ params: { path: { id } }, body: { until: time.toISOString() } })}
        />
      </Modal>
    </>
  );
}

interface OwnTimeProps {
  readonly now: number;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onCancel: () => void;
  readonly onChosen: (until: Date) => void;
}

const dayMs = 86_400_000;
const mostDays = 90;

function OwnTime({ now, isPending, error, onCancel, onChosen }: OwnTimeProps) {
  const [value, setValue] = useState(() => localField(new Date(now + dayMs)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChosen(new Date(value));
  };
  return (
    <form onSubmit={submit}>
      <Text size="sm" mb="sm">
        Nobody is mailed about it until then; if it is still open, there is one mail then. Its end is told at any time.
      </Text>
      <TextInput
        type="datetime-local"
        label="Your local time"
        description={`At most ${mostDays} days ahead`}
        required
        data-autofocus
        value={value}
        min={localField(new Date(now))}
        max={localField(new Date(now + mostDays * dayMs))}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Trouble error={error} />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={isPending}>
          Snooze
        </Button>
      </Group>
    </form>
  );
}
