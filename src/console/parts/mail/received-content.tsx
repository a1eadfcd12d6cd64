import { Alert, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../moment.js';
import { Attachments } from './attachments.js';
import { MailContent } from './mail-content.js';
import { shortName } from './people.js';

/** Where an attachment of a received message is downloaded. */
const attachmentHref = (messageId: string, position: number) => `/v1/messages/${messageId}/attachments/${position}`;

/** What a received message says and brings along, or why that is not here. */
export function ReceivedContent({ message }: { readonly message: Schema<'Message'> }) {
  const { id, attachments, contentRemovedAt, omitted } = message;
  if (contentRemovedAt !== null)
    return (
      <Note title="The content has been removed">
        Its text, original and attachments were removed <Moment at={contentRemovedAt} />, because the profile keeps
        content no longer. The mail server may still hold the message.
      </Note>
    );
  if (omitted !== null && omitted.reason !== 'body-size')
    return (
      <Note
        title={omitted.reason === 'too-complex' ? 'This message could not be read' : 'Only the headers were stored'}
      >
        {omitted.note}
      </Note>
    );
  return (
    <Stack gap="md">
      {omitted !== null && <Note title="The text of this message is truncated">{omitted.note}</Note>}
      {message.incomplete && (
        <Note title="A part of this message is missing">
          The mail server did not give all of it. It is read again over two weeks, and completed when the server gives
          the rest.
        </Note>
      )}
      <MailContent
        text={message.text}
        html={message.html}
        messageId={id}
        attachments={attachments}
        frameTitle={`Content of the message from ${message.from ? shortName(message.from) : 'somebody unnamed'}`}
      />
      <Attachments
        attachments={attachments.map((attachment) => ({
          key: attachment.position,
          name: attachment.filename,
          contentType: attachment.contentType,
          isInline: attachment.isInline,
          sizeBytes: attachment.sizeBytes,
          href: attachmentHref(id, attachment.position),
          blocked: attachment.blocked?.note ?? unavailableNote(attachment.unavailable),
        }))}
      />
    </Stack>
  );
}

const unavailableNote = (unavailable: Schema<'Message'>['attachments'][number]['unavailable']): string | null =>
  unavailable && `The mail server does not show it (${unavailable.code}): ${unavailable.message}`;

/** In the content's place. */
export function Note({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Alert color="blue" icon={<IconInfoCircle />} title={title}>
      <Text size="sm">{children}</Text>
    </Alert>
  );
}
