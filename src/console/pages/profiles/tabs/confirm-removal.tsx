import { Button, Group, Modal, Text } from '@mantine/core';

interface ConfirmRemovalProps {
  /** What goes, and whether it comes back. */
  readonly text: string;
  readonly isPending: boolean;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}

/** Asks before settings are saved that have content removed. */
export function ConfirmRemoval({ text, isPending, onCancel, onConfirm }: ConfirmRemovalProps) {
  const leave = () => {
    if (!isPending) onCancel();
  };
  return (
    <Modal opened onClose={leave} title="This removes content" centered>
      <Text size="sm">{text}</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={leave} disabled={isPending} data-autofocus>
          Cancel
        </Button>
        <Button color="red" loading={isPending} onClick={onConfirm}>
          Save, and remove older content
        </Button>
      </Group>
    </Modal>
  );
}
