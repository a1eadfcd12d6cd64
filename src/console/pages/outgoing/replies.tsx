import { Stack, Text, Title } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { PersonText } from '../../parts/mail/people.js';
import { Moment } from '../../parts/moment.js';
import { To } from '../../parts/to.js';
import { repliesTo } from './replies-to.js';

/** The newest of the thread; older answers are seen in the thread itself. */
const lookedAt = 100;

/** What was received in answer to a message that went out. */
export function Replies({ message }: { readonly message: Schema<'OutgoingMessage'> }) {
  const { threadId, sentAt } = message;
  const isAsked = threadId !== null && sentAt !== null;
  const query = { limit: lookedAt, ...(threadId !== null && { threadId }) };
  const { data } = $api.useQuery('get', '/v1/messages', { params: { query } }, { enabled: isAsked });
  if (!isAsked || !data) return null;
  const replies = repliesTo(message, data.items);
  if (replies.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Replies
      </Title>
      <Stack gap={4} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {replies.map(({ id, from, subject, receivedAt }) => (
          <Text key={id} component="li" size="sm" style={{ overflowWrap: 'anywhere' }}>
            <To href={`/messages/${id}`} underline="always">
              {subject?.trim() || '(no subject)'}
            </To>{' '}
            from {from ? <PersonText {...from} /> : 'nobody named'}, <Moment at={receivedAt} />
          </Text>
        ))}
      </Stack>
    </section>
  );
}
