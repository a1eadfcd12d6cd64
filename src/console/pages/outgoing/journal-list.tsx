import { Text, Timeline, Title } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../../parts/moment.js';
import { journalOf } from './journal.js';

/** What has happened to a message so far. */
export function Journal({ message }: { readonly message: Schema<'OutgoingMessage'> }) {
  const entries = journalOf(message);
  return (
    <section>
      <Title order={2} size="h4" mb="sm">
        What happened
      </Title>
      <Timeline active={entries.length} bulletSize={14} lineWidth={2}>
        {entries.map(({ at, title, detail }, index) => (
          <Timeline.Item key={index} title={title}>
            <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              <Moment at={at} exact />
              {detail !== null && (
                <>
                  {' '}
                  · <bdi>{detail}</bdi>
                </>
              )}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  );
}
