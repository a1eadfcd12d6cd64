import { Accordion, Badge, Group, Skeleton, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { MailboxName } from '../../parts/mail/mailbox-name.js';
import { OutgoingBadge } from '../../parts/mail/outgoing-badge.js';
import { PersonText, shortName } from '../../parts/mail/people.js';
import { ReceivedContent } from '../../parts/mail/received-content.js';
import { SentContent } from '../../parts/mail/sent-content.js';
import { Moment } from '../../parts/moment.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { matchWords } from './match-words.js';
import { shownSubject } from './subject.js';

type Entry = Schema<'ThreadMessage'>;

interface ThreadEntryProps {
  readonly message: Entry;
  readonly isOpen: boolean;
}

/** One message of a thread: a line that opens to what it says. */
export function ThreadEntry({ message, isOpen }: ThreadEntryProps) {
  const { direction, from, to, at, state, mailboxAddress } = message;
  const author = from ?? { name: null, address: mailboxAddress };
  const others = to.length > 1 ? ` and ${to.length - 1} more` : '';
  return (
    <Accordion.Item value={message.id}>
      <Accordion.Control>
        <Group gap="xs" justify="space-between">
          <Text size="sm" style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
            <Text span inherit fw={600}>
              <PersonText {...author} />
            </Text>
            {to[0] && (
              <Text span inherit c="dimmed">
                {' '}
                to <bdi>{shortName(to[0])}</bdi>
                {others}
              </Text>
            )}
          </Text>
          <Group gap="xs">
            {direction === 'outgoing' ? (
              <OutgoingBadge state={state ?? 'sent'} />
            ) : (
              <Badge variant="light" color="gray" tt="none">
                received
              </Badge>
            )}
            <Text size="sm" c="dimmed">
              <Moment at={at} />
            </Text>
          </Group>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>{isOpen && <Opened message={message} />}</Accordion.Panel>
    </Accordion.Item>
  );
}

function Opened({ message }: { readonly message: Entry }) {
  const href = message.direction === 'incoming' ? `/messages/${message.id}` : `/outgoing/${message.id}`;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        <To href={href} underline="always">
          {shownSubject(message.subject)}
        </To>{' '}
        in <MailboxName id={message.mailboxId} address={message.mailboxAddress} inText />.{' '}
        {matchWords[message.threadMatch]}
      </Text>
      {message.direction === 'incoming' ? <Received id={message.id} /> : <Sent id={message.id} />}
    </Stack>
  );
}

function Received({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery('get', '/v1/messages/{id}', { params: { path: { id } } });
  if (data) return <ReceivedContent message={data} />;
  return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <Skeleton height={200} />;
}

function Sent({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery('get', '/v1/outgoing-messages/{id}', { params: { path: { id } } });
  if (data) return <SentContent message={data} />;
  return error ? <Trouble error={error} onRetry={() => void refetch()} /> : <Skeleton height={200} />;
}
