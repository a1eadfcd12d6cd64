import { Button, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { Link } from 'wouter';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Folded, HeaderLines } from '../../parts/mail/folded.js';
import { OutgoingBadge, OutgoingStanding } from '../../parts/mail/outgoing-badge.js';
import { SentContent } from '../../parts/mail/sent-content.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { useMay } from '../../session/session.js';
import { CancelButton, MarkSentButton, RetryButton, SendAgainButton } from './acts.js';
import { DeliveryReports } from './delivery-reports.js';
import { FailureBox } from './failure-box.js';
import { Head } from './message-head.js';
import { Journal } from './journal-list.js';
import { Replies } from './replies.js';
import { isUnderWay, pollMs } from './under-way.js';

/** A message that was given to Postroom to send. */
export default function Page({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery(
    'get',
    '/v1/outgoing-messages/{id}',
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? pollMs : false) },
  );
  if (!data)
    return (
      <>
        <PageHead title="Outgoing message" />
        {error ? (
          <>
            <Trouble error={error} onRetry={() => void refetch()} />
            <To href="/outgoing">All outgoing messages</To>
          </>
        ) : (
          <>
            <Skeleton height={140} mb="md" />
            <Skeleton height={320} />
          </>
        )}
      </>
    );
  return <Message message={data} />;
}

function Message({ message }: { readonly message: Schema<'OutgoingMessage'> }) {
  const { id, state, threadId, failure, contentRemovedAt, mayHaveBeenSent } = message;
  const mayWrite = useMay('write');
  return (
    <>
      <PageHead title={message.subject.trim() || '(no subject)'} beside={<OutgoingBadge state={state} />}>
        {threadId !== null && (
          <Button
            component={Link}
            href={`/messages/threads/${threadId}`}
            variant="default"
            leftSection={<IconMessages size={16} />}
          >
            Thread
          </Button>
        )}
        {mayWrite && state === 'failed' && mayHaveBeenSent && <MarkSentButton message={message} />}
        {mayWrite &&
          state === 'failed' &&
          contentRemovedAt === null &&
          (mayHaveBeenSent ? <SendAgainButton message={message} /> : <RetryButton message={message} />)}
        {mayWrite && state === 'pending' && <CancelButton message={message} />}
      </PageHead>
      <Stack gap="md">
        <Paper withBorder p="md">
          <OutgoingStanding message={message} withReason={false} />
          <WhatNext message={message} />
        </Paper>
        {failure !== null && <FailureBox failure={failure} isFinal={state === 'failed'} />}
        <Paper withBorder p="md">
          <Head message={message} />
        </Paper>
        <SentContent message={message} />
        <DeliveryReports reports={message.deliveryReports} />
        <Replies key={id} message={message} />
        <Journal message={message} />
        {message.headers.length > 0 && (
          <Folded
            title={
              message.headers.length === 1 ? '1 header of its own' : `${message.headers.length} headers of its own`
            }
          >
            <HeaderLines headers={message.headers} />
          </Folded>
        )}
      </Stack>
    </>
  );
}

/** What becomes of it now, and what can be done. */
function WhatNext({ message }: { readonly message: Schema<'OutgoingMessage'> }) {
  const mailbox = $api.useQuery(
    'get',
    '/v1/mailboxes/{id}',
    { params: { path: { id: message.mailboxId } } },
    { enabled: isUnderWay(message) },
  );
  return (
    <Text size="sm" c="dimmed">
      {nextWords(message)}
      {mailbox.data && isUnderWay(message) && mailbox.data.state !== 'active' && (
        <>
          {' '}
          Its mailbox is {mailbox.data.state}: it is sent when{' '}
          <To href={`/mailboxes/${mailbox.data.id}`} underline="always">
            the mailbox
          </To>{' '}
          is back.
        </>
      )}
    </Text>
  );
}

function nextWords({ state, mayHaveBeenSent, contentRemovedAt }: Schema<'OutgoingMessage'>): string {
  switch (state) {
    case 'pending':
      return 'Nobody has received it. Until it begins to go out, it can be cancelled.';
    case 'sending':
      return mayHaveBeenSent
        ? 'The server’s answer did not come. Postroom looks for the message before it tries again, so that nobody gets it twice. It can no longer be cancelled.'
        : 'It can no longer be cancelled.';
    case 'failed':
      if (contentRemovedAt !== null) return 'Its content has been removed, so it cannot be retried.';
      return mayHaveBeenSent
        ? 'Whether it was delivered could not be found out, and Postroom does not send it again without you. Mark it as sent, or send it again.'
        : 'Nobody has received it. Remove the cause, then retry it.';
    case 'sent':
      return 'What comes back about it is listed below.';
    case 'cancelled':
      return 'Nobody has received it, and nobody will.';
  }
}
