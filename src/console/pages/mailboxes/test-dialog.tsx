import { Button, Group, Modal, Skeleton } from '@mantine/core';
import { Trouble } from '../../parts/trouble.js';
import { TestShown } from './test-shown.js';
import { useTest } from './use-test.js';

interface TestDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** One test while it goes on: its steps appear as they end. Closing it stops nothing. */
export function TestDialog({ id, onClose }: TestDialogProps) {
  const { data, error } = useTest(id);
  return (
    <Modal opened onClose={onClose} title={data ? `Test of ${data.emailAddress}` : 'Test'} centered size="lg">
      <Trouble error={error} />
      {data ? <TestShown test={data} /> : !error && <Skeleton height={160} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {data?.state === 'ended' ? 'Close' : 'Close; the test goes on'}
        </Button>
      </Group>
    </Modal>
  );
}
