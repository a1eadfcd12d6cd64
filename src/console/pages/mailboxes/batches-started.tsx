import { List, Modal, Text } from '@mantine/core';
import { To } from '../../parts/to.js';

interface BatchesStartedProps {
  readonly batches: readonly string[];
  readonly onClose: () => void;
}

/** Links to several batches of tests; more mailboxes than one batch takes have been chosen. */
export function BatchesStarted({ batches, onClose }: BatchesStartedProps) {
  return (
    <Modal opened={batches.length > 0} onClose={onClose} title="The tests have begun" centered>
      <Text size="sm">They are more than one batch takes. Each shows how far it is:</Text>
      <List mt="xs">
        {batches.map((id, index) => (
          <List.Item key={id}>
            <To href={`/mailboxes/tests/${id}`}>Batch {index + 1}</To>
          </List.Item>
        ))}
      </List>
    </Modal>
  );
}
