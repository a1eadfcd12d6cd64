import { Stack } from '@mantine/core';
import type { Schema } from '../../api/schemas.js';
import { Moment } from '../moment.js';
import { Attachments } from './attachments.js';
import { MailContent } from './mail-content.js';
import { Note } from './received-content.js';

/** What an outgoing message says and brings along. */
export function SentContent({ message }: { readonly message: Schema<'OutgoingMessage'> }) {
  if (message.contentRemovedAt !== null)
    return (
      <Note title="The content has been removed">
        Its text and attachments were removed <Moment at={message.contentRemovedAt} />, because the profile keeps
        content no longer.
      </Note>
    );
  return (
    <Stack gap="md">
      <MailContent text={message.text} html={message.html} frameTitle={`Content of the message ${message.subject}`} />
      <Attachments
        attachments={message.attachments.map((attachment, index) => ({
          ...attachment,
          name: attachment.filename,
          key: index,
          href: null,
        }))}
      />
    </Stack>
  );
}
