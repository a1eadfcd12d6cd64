import { Button, Group, Modal, Text, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Trouble } from './trouble.js';

interface AskButtonProps extends Omit<ButtonProps, 'children'> {
  /** The verb, on the button and in the dialog. */
  readonly label: string;
  readonly title: string;
  /** What it will do, and whether it can be undone. */
  readonly children: ReactNode;
  readonly onConfirm: () => Promise<unknown>;
  readonly harmless?: boolean;
}

/** A button for what cannot simply be undone: asks first, and says what will happen. */
export function AskButton({ label, title, children, onConfirm, harmless = false, ...button }: AskButtonProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const act = useMutation({ mutationFn: onConfirm, onSuccess: close });
  const ask = () => {
    act.reset();
    open();
  };
  // What is under way is no longer cancelled by closing, and what comes of it is told here.
  const leave = () => {
    if (!act.isPending) close();
  };
  const color = harmless ? undefined : 'red';
  return (
    <>
      <Button variant="default" {...button} onClick={ask}>
        {label}
      </Button>
      <Modal opened={opened} onClose={leave} title={title} centered>
        <Text component="div">{children}</Text>
        <Trouble error={act.error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={leave} disabled={act.isPending} data-autofocus>
            Cancel
          </Button>
          <Button color={color} loading={act.isPending} onClick={() => act.mutate()}>
            {label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
