import { Badge, Button, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { IconDownload, IconMessages } from '@tabler/icons-react';
import { Link } from 'wouter';
import { $api } from '../../api/client.js';
import type { Schema } from '../../api/schemas.js';
import { Facts } from '../../parts/facts.js';
import { Folded, HeaderLines } from '../../parts/mail/folded.js';
import { MailboxName } from '../../parts/mail/mailbox-name.js';
import { People, PersonText } from '../../parts/mail/people.js';
import { ReceivedContent } from '../../parts/mail/received-content.js';
import { sizeWords } from '../../parts/mail/size-words.js';
import { Moment } from '../../parts/moment.js';
import { PageHead } from '../../parts/page-head.js';
import { To } from '../../parts/to.js';
import { Trouble } from '../../parts/trouble.js';
import { shownSubject } from './subject.js';

/** A received message. */
export default function Page({ id }: { readonly id: string }) {
  const { data, error, refetch } = $api.useQuery('get', '/v1/messages/{id}', { params: { path: { id } } });
  if (data) return <Message message={data} />;
  if (error)
    return (
      <>
        <PageHead title="Message" />
        <Trouble error={error} onRetry={() => void refetch()} />
        <To href="/messages">All messages</To>
      </>
    );
  return (
    <>
      <PageHead title="Message" />
      <Skeleton height={140} mb="md" />
      <Skeleton height={320} />
    </>
  );
}

function Message({ message }: { readonly message: Schema<'Message'> }) {
  return (
    <>
      <PageHead title={shownSubject(message.subject)} beside={<Marks message={message} />}>
        {message.threadId !== null && (
          <Button
            component={Link}
            href={`/messages/threads/${message.threadId}`}
            variant="default"
            leftSection={<IconMessages size={16} />}
          >
            Thread
          </Button>
        )}
        {message.hasMime && (
          <Button
            component="a"
            href={`/v1/messages/${message.id}/mime`}
            download
            variant="default"
            leftSection={<IconDownload size={16} />}
          >
            Original (.eml)
          </Button>
        )}
      </PageHead>
      <Stack gap="md">
        <Paper withBorder p="md">
          <Head message={message} />
        </Paper>
        <ReceivedContent message={message} />
        {message.headers.length > 0 && (
          <Folded title={`All ${message.headers.length} headers`}>
            <HeaderLines headers={message.headers} />
          </Folded>
        )}
      </Stack>
    </>
  );
}

function Marks({ message: { isRead, importance } }: { readonly message: Schema<'Message'> }) {
  return (
    <Group gap={6}>
      {!isRead && (
        <Badge variant="light" tt="none">
          unread
        </Badge>
      )}
      {importance !== 'normal' && (
        <Badge variant="light" tt="none" color={importance === 'high' ? 'red' : 'gray'}>
          {importance} importance
        </Badge>
      )}
    </Group>
  );
}

const people = (list: Schema<'Message'>['to']) => (list.length === 0 ? null : <People people={list} />);

function Head({ message }: { readonly message: Schema<'Message'> }) {
  const { from, sender, replyTo } = message;
  const isSentForAnother = sender !== null && sender.address !== from?.address;
  const elsewhere = message.sightings.filter(({ id }) => id !== message.id);
  return (
    <Facts
      compact
      facts={{
        From: from ? <PersonText {...from} /> : 'Nobody is named',
        'Sent by': isSentForAnother ? <PersonText {...sender} /> : null,
        To: people(message.to),
        Cc: people(message.cc),
        Bcc: people(message.bcc),
        'Answers to': replyTo.every(({ address }) => address === from?.address) ? null : people(replyTo),
        Received: <Times message={message} />,
        Mailbox: <MailboxName id={message.mailboxId} address={message.mailboxAddress} />,
        Folder: message.folder ?? 'None: it has left the folders that are watched',
        'Also in': elsewhere.length === 0 ? null : <Sightings sightings={elsewhere} />,
        Size: sizeWords(message.sizeBytes),
      }}
    />
  );
}

function Times({ message: { receivedAt, sentAt } }: { readonly message: Schema<'Message'> }) {
  return (
    <>
      <Moment at={receivedAt} exact />
      <Text span inherit c="dimmed">
        {' '}
        (<Moment at={receivedAt} />
        {sentAt !== null && (
          <>
            ; sent <Moment at={sentAt} exact />
          </>
        )}
        )
      </Text>
    </>
  );
}

/** The same message in other mailboxes of the profile. */
function Sightings({ sightings }: { readonly sightings: Schema<'Message'>['sightings'] }) {
  return (
    <>
      {sightings.map(({ id, mailboxId, mailboxAddress, folder }) => (
        <Text key={id} component="span" inherit display="block">
          <MailboxName id={mailboxId} address={mailboxAddress} inText />
          {folder !== null && `, ${folder}`} (
          <To href={`/messages/${id}`} underline="always">
            see it there
          </To>
          )
        </Text>
      ))}
    </>
  );
}
