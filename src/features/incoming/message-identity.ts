import { createHash } from 'node:crypto';
import type { ItemProperties } from '../../mail/mail-item.js';
import type { MessageContent } from './message-content.js';

/**
 * What makes two items of a mailbox the same message. An item id does not: it changes with every move,
 * and a lost sync state shows everything again. The Internet Message-ID alone does not either: some
 * senders give many messages the same one, and dropping all but the first would lose mail. So the id
 * counts together with what the sender wrote; without an id the server's search key, which survives
 * moves, stands in.
 * @returns 32 bytes, equal for the same message
 */
export function messageIdentity(content: MessageContent, properties: ItemProperties, receivedAt: Date): Buffer {
  const hash = createHash('sha256');
  const add = (part: string | null | undefined) => hash.update(part ?? '').update('\0');
  if (content.internetMessageId) {
    add('id');
    add(content.internetMessageId);
  } else if (properties.searchKey) {
    add('key');
    add(properties.searchKey);
  } else {
    add('time');
    add(receivedAt.toISOString());
  }
  add(content.from?.address?.toLowerCase());
  add(content.subject);
  add(content.sentAt?.toISOString());
  add(withoutLayout(content.textBody ?? content.htmlBody));
  return hash.digest();
}

/** Servers re-wrap and pad text when they render a message anew. */
function withoutLayout(body: string | null): string {
  return body?.replace(/\s+/g, ' ').trim() ?? '';
}

/**
 * Under which a content is stored once for all mailboxes of a profile. The MIME itself would not do:
 * each mailbox's copy has trace headers of its own.
 * @returns 32 bytes
 */
export function contentDigest(identity: Buffer, content: MessageContent): Buffer {
  const hash = createHash('sha256').update(identity);
  const add = (part: string | number | null) => hash.update(`${part ?? ''}\0`);
  add(withoutLayout(content.htmlBody));
  for (const { filename, contentType, contentId, sizeBytes } of content.attachments)
    [filename, contentType, contentId, sizeBytes].forEach(add);
  return hash.digest();
}
