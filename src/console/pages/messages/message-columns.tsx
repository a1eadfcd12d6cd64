import { Box, Group, Text, ThemeIcon, VisuallyHidden } from '@mantine/core';
import { IconMessages, IconPaperclip } from '@tabler/icons-react';
import type { Schema } from '../../api/schemas.js';
import { MailboxName } from '../../parts/mail/mailbox-name.js';
import { PersonText } from '../../parts/mail/people.js';
import { Moment } from '../../parts/moment.js';
import type { Column } from '../../parts/rows.js';
import { To } from '../../parts/to.js';
import { shownSubject } from './subject.js';

type Summary = Schema<'MessageSummary'>;

/** What a list of received messages shows of each. */
export const messageColumns: readonly Column<Summary>[] = [
  { head: 'Message', cell: (message) => <Message message={message} /> },
  {
    head: 'Mailbox',
    wide: true,
    cell: ({ mailboxId, mailboxAddress }) => (
      <Text size="sm">
        <MailboxName id={mailboxId} address={mailboxAddress} />
      </Text>
    ),
  },
  {
    head: 'Received',
    align: 'right',
    cell: ({ receivedAt }) => (
      <Text size="sm" c="dimmed">
        <Moment at={receivedAt} />
      </Text>
    ),
  },
];

function Message({ message }: { readonly message: Summary }) {
  const { id, isRead, hasAttachments, threadId, from } = message;
  const subject = shownSubject(message.subject);
  return (
    <Box miw={0}>
      <Group gap={6} wrap="nowrap" align="center">
        {!isRead && (
          <ThemeIcon size={8} radius="xl" title="unread" flex="none">
            <VisuallyHidden>Unread</VisuallyHidden>
          </ThemeIcon>
        )}
        <To href={`/messages/${id}`} fw={isRead ? 400 : 700}>
          {subject}
        </To>
        {hasAttachments && (
          <Text span c="dimmed" flex="none" title="has attachments" lh={1}>
            <IconPaperclip size={16} aria-hidden />
            <VisuallyHidden>Has attachments</VisuallyHidden>
          </Text>
        )}
        {threadId !== null && (
          <To
            href={`/messages/threads/${threadId}`}
            c="dimmed"
            flex="none"
            lh={1}
            aria-label={`The thread of ${subject}`}
          >
            <IconMessages size={16} aria-hidden />
          </To>
        )}
      </Group>
      <Text size="sm">{from ? <PersonText {...from} /> : 'No sender'}</Text>
    </Box>
  );
}
