import { Button, Group, Modal, Radio, Stack, Switch, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Trouble } from '../../parts/trouble.js';
import type { TestedDirections, TestWish } from './test-wish.js';

interface TestWishDialogProps {
  /** "Test 12 mailboxes". */
  readonly title: string;
  /** Whether switching on is suggested. */
  readonly enable?: boolean;
  readonly onClose: () => void;
  readonly onTest: (wish: TestWish) => Promise<unknown>;
}

const choices: readonly { value: TestedDirections; label: string; about: string }[] = [
  { value: 'in-use', label: 'What is switched on', about: 'Both, where nothing is' },
  { value: 'both', label: 'Receiving and sending', about: 'Whatever is switched on' },
  { value: 'incoming', label: 'Receiving only', about: 'Opens and lists the inbox, and reads one item' },
  { value: 'outgoing', label: 'Sending only', about: 'The mailbox sends a message to itself, which is taken away' },
];

/** Asks what to test, and whether what passes is to be switched on. */
export function TestWishDialog({ title, enable: suggested = false, onClose, onTest }: TestWishDialogProps) {
  const [directions, setDirections] = useState<TestedDirections>('in-use');
  const [enable, setEnable] = useState(suggested);
  const test = useMutation({ mutationFn: onTest, onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <Stack gap="md">
        <Text size="sm">
          A test does what receiving and sending do every day, as the service account of the profile. What fails stops
          nothing.
        </Text>
        <Radio.Group
          label="Test"
          value={directions}
          onChange={(value) => setDirections(choices.find((choice) => choice.value === value)?.value ?? 'in-use')}
        >
          <Stack gap="xs" mt="xs">
            {choices.map(({ value, label, about }) => (
              <Radio key={value} value={value} label={label} description={about} />
            ))}
          </Stack>
        </Radio.Group>
        <Switch
          label="Switch on what passes"
          description="A paused mailbox is resumed when something passes"
          checked={enable}
          onChange={(event) => setEnable(event.currentTarget.checked)}
        />
        <Trouble error={test.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={test.isPending} onClick={() => test.mutate({ directions, enable })}>
            Test
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
