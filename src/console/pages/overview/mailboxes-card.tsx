import { Box, Group, SimpleGrid, Text } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { counted } from '../../parts/incidents/counted.js';
import { mailboxStates } from '../../parts/state-badge.js';
import { To } from '../../parts/to.js';
import { Card } from './card.js';
import { Figure } from './figure.js';

type Mailboxes = Schema<'Overview'>['mailboxes'];

const colors: Readonly<Record<keyof Mailboxes['byState'], string>> = {
  active: 'var(--mantine-color-green-6)',
  verifying: 'var(--mantine-color-yellow-6)',
  failed: 'var(--mantine-color-red-6)',
  paused: 'var(--mantine-color-gray-5)',
};
const grouped = new Intl.NumberFormat();

/** Mailboxes by state: each number leads to them. */
export function MailboxesCard({
  mailboxes: { total, byState, waitingForApproval },
}: {
  readonly mailboxes: Mailboxes;
}) {
  return (
    <Card title="Mailboxes" note={grouped.format(total)} flex="2 1 320px">
      <SimpleGrid cols={4} spacing="xs" mb="sm" maw={440}>
        {mailboxStates.map((state) => (
          <Figure
            key={state}
            value={grouped.format(byState[state])}
            label={
              <>
                <Box
                  component="span"
                  aria-hidden
                  display="inline-block"
                  w={8}
                  h={8}
                  mr={6}
                  style={{ borderRadius: 4, background: colors[state] }}
                />
                {state}
              </>
            }
            href={`/mailboxes?state=${state}`}
          />
        ))}
      </SimpleGrid>
      <Group gap={2} wrap="nowrap" h={8} aria-hidden style={{ borderRadius: 4, overflow: 'hidden' }}>
        {mailboxStates
          .filter((state) => byState[state] > 0)
          .map((state) => (
            <Box key={state} h="100%" miw={4} style={{ flex: byState[state], background: colors[state] }} />
          ))}
      </Group>
      {waitingForApproval > 0 && (
        <Text size="sm" mt="xs">
          <To href="/mailboxes?approved=false" underline="always">
            {counted(waitingForApproval, 'mailbox waits', 'mailboxes wait')} for approval
          </To>
        </Text>
      )}
    </Card>
  );
}
