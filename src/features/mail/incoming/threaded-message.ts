import type { ThreadedMessage } from '../threads/threading.js';
import type { NewMessage } from './stored-message.js';

/** A received message as threading sees it. */
export function threadedMessage({ id, content, item, receivedAt }: NewMessage, mailboxId: string): ThreadedMessage {
  const { from, sender, recipients } = content;
  const people = [from, sender, ...recipients.to, ...recipients.cc].map((person) => person?.address ?? null);
  return {
    kind: 'incoming',
    id,
    mailboxId,
    internetMessageId: content.internetMessageId,
    inReplyTo: content.inReplyTo,
    references: content.references,
    conversationId: item.properties.conversationId,
    subject: content.subject,
    people,
    at: receivedAt,
  };
}
