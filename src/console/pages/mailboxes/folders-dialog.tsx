import { ActionIcon, Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { useSay } from '../../parts/said.js';
import { Trouble } from '../../parts/trouble.js';
import { useReread } from './use-reread.js';

type Choice = Schema<'Mailbox'>['folders'][number];

interface FoldersDialogProps {
  readonly id: string;
  readonly folders: readonly Choice[];
  readonly onClose: () => void;
}

/** Folders that one mailbox may name, see docs/api.md. */
const most = 25;

/** Chooses the folders to watch, by their paths. */
export function FoldersDialog({ id, folders, onClose }: FoldersDialogProps) {
  const say = useSay();
  const reread = useReread();
  const [choices, setChoices] = useState<readonly Choice[]>(folders);
  const change = $api.useMutation('patch', '/v1/mailboxes/{id}', {
    onSuccess: () => {
      say.done('The folders are chosen; the next sync begins at once.');
      onClose();
      return reread();
    },
  });
  const set = (place: number, part: Partial<Choice>) =>
    setChoices(choices.map((choice, index) => (index === place ? { ...choice, ...part } : choice)));
  const save = () =>
    change.mutate({
      params: { path: { id } },
      body: { folders: choices.map(({ path, subfolders }) => ({ path: path.trim(), subfolders })) },
    });
  return (
    <Modal opened onClose={onClose} title="Folders to watch" centered size="lg">
      <Stack gap="sm">
        <Text size="sm">
          <em>inbox</em> and <em>sentitems</em> mean these folders in every language; others are named as in the
          mailbox, with a / between them, such as <em>Projects/2026</em>. Junk, deleted mail, drafts and the outbox are
          never watched. A folder that is left out keeps what is stored of it.
        </Text>
        {choices.map(({ path, subfolders }, place) => (
          // The place is what tells rows apart while their paths are typed.
          <Group key={place} gap="xs" align="center">
            <TextInput
              aria-label={`Path of folder ${place + 1}`}
              style={{ flex: '1 1 180px' }}
              value={path}
              onChange={(event) => set(place, { path: event.currentTarget.value })}
            />
            <Checkbox
              label="with subfolders"
              checked={subfolders}
              onChange={(event) => set(place, { subfolders: event.currentTarget.checked })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={`Leave out folder ${place + 1}`}
              disabled={choices.length === 1}
              onClick={() => setChoices(choices.filter((_, index) => index !== place))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={16} />}
            disabled={choices.length >= most}
            onClick={() => setChoices([...choices, { path: '', subfolders: false }])}
          >
            Add a folder
          </Button>
        </Group>
        <Trouble error={change.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={change.isPending} onClick={save}>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
