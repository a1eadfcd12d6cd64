import { Group, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Card } from './card.js';
import { Figure } from './figure.js';
import { lagWords } from './series-words.js';

/** How late mail comes in at present. */
export function LagCard({ lag }: { readonly lag: Schema<'Overview'>['syncLag'] }) {
  return (
    <Card title="Sync lag" note="now" flex="1 1 180px">
      {lag ? (
        <>
          <Group gap="xl">
            <Figure value={lagWords(lag.p50Ms)} label="p50" />
            <Figure value={lagWords(lag.p95Ms)} label="p95" />
          </Group>
          <Text size="xs" c="dimmed" mt="xs">
            Half of the mailboxes, and 95 of 100, are at most so late.
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          Nothing was measured in the last minutes: no mailbox receives, or no worker runs.
        </Text>
      )}
    </Card>
  );
}
