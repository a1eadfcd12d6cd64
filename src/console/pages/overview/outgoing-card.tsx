import { Group } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Card } from './card.js';
import { Figure } from './figure.js';

const grouped = new Intl.NumberFormat();

/** What waits to be sent, and what could not be. */
export const OutgoingCard = ({
  outgoing: { waiting, failed },
}: {
  readonly outgoing: Schema<'Overview'>['outgoing'];
}) => (
  <Card title="Outgoing messages" flex="1 1 180px">
    <Group gap="xl">
      <Figure value={grouped.format(waiting)} label="waiting" href="/outgoing?state=pending,sending" />
      <Figure value={grouped.format(failed)} label="failed" href="/outgoing?state=failed" />
    </Group>
  </Card>
);
