import { createHash } from 'node:crypto';
import type { Item } from '../store/item.js';
import { type MessageContent, headerValue } from '../store/message-content.js';

const IDS = /<[^<>\s]+>/g;

/** Subject without Re:, FW: and their like. */
export function conversationTopic(content: MessageContent): string {
  return content.subject.replace(/^(\s*(re|fw|fwd|aw|wg|sv|vs|tr|antw)(\[\d+\])?\s*:\s*)+/i, '').trim();
}

/** What all messages of one thread share: the first message's id, or the topic when there is none. */
function threadRoot(content: MessageContent): string {
  const ancestors = content.references?.match(IDS) ?? content.inReplyTo?.match(IDS);
  return ancestors?.[0] ?? content.messageId ?? conversationTopic(content).toLowerCase();
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** An opaque conversation id; every mailbox has its own for the same thread. */
export function conversationId(item: Item, mailboxGuid: string): string {
  return Buffer.concat([
    Buffer.from('AAQk', 'base64'),
    Buffer.from(mailboxGuid, 'hex'),
    hashOf(threadRoot(item.content)).subarray(0, 16),
  ]).toString('base64');
}

/** The Thread-Index header, or one made up by its rules (MS-OXOMSG 2.2.1.3): a 22-byte head, 5 bytes a reply. */
export function conversationIndex(item: Item): Buffer {
  const given = headerValue(item.content, 'thread-index');
  if (given) return Buffer.from(given, 'base64');
  const root = hashOf(threadRoot(item.content));
  const ancestors = item.content.references?.match(IDS)?.length ?? (item.content.inReplyTo ? 1 : 0);
  const replies = Array.from({ length: Math.min(ancestors, 20) }, (_, depth) =>
    hashOf(`${root.toString('hex')}${String(depth)}`).subarray(0, 5),
  );
  return Buffer.concat([Buffer.of(1), root.subarray(0, 21), ...replies]);
}
