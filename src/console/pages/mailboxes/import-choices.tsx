import { Fieldset, Group, Radio, Select, Stack, Switch } from '@mantine/core';
import type { ImportChoice, ProfileName } from './import-plan.js';

interface ImportChoicesProps {
  readonly choice: ImportChoice;
  readonly onChange: (choice: ImportChoice) => void;
  readonly profiles: readonly ProfileName[];
  readonly isDisabled: boolean;
}

/** What holds for every row that does not say it itself. */
export function ImportChoices({ choice, onChange, profiles, isDisabled }: ImportChoicesProps) {
  const change = (part: Partial<ImportChoice>) => onChange({ ...choice, ...part });
  return (
    <Fieldset legend="For rows that do not say it themselves" mb="md" disabled={isDisabled}>
      <Stack gap="md">
        <Select
          label="Profile"
          description="Whose service account opens the mailboxes"
          placeholder="Choose one"
          searchable
          maw={420}
          data={profiles.map(({ id, name }) => ({ value: id, label: name }))}
          value={choice.profileId || null}
          onChange={(profileId) => change({ profileId: profileId ?? '' })}
        />
        <Group gap="xl">
          <Switch
            label="Receive mail"
            checked={choice.incoming}
            onChange={(event) => change({ incoming: event.currentTarget.checked })}
          />
          <Switch
            label="Send mail"
            checked={choice.outgoing}
            onChange={(event) => change({ outgoing: event.currentTarget.checked })}
          />
        </Group>
        <Radio.Group
          label="Begin to sync"
          value={choice.start}
          onChange={(start) => change({ start: start === 'after-test' ? 'after-test' : 'now' })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="now" label="At once" description="The first sync starts as soon as a mailbox is made" />
            <Radio
              value="after-test"
              label="After a test"
              description="They are made paused; you are offered a test that switches on what passes"
            />
          </Stack>
        </Radio.Group>
      </Stack>
    </Fieldset>
  );
}
