import { composeMessage } from '../mime/compose-message.js';
import type { Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { MessageContent } from '../store/message-content.js';
import type { Organisation } from '../store/organisation.js';

const composed = new WeakMap<MessageContent, Promise<Buffer>>();

/** An item's MIME: the bytes it came with, or, for one made from properties, composed once. */
export function mimeOf(organisation: Organisation, mailbox: Mailbox, item: Item): Promise<Buffer> {
  const { content } = item;
  if (content.mime) return Promise.resolve(content.mime);
  let mime = composed.get(content);
  if (!mime) {
    mime = composeMessage(content, {
      from: content.from ?? { name: mailbox.record.displayName, address: mailbox.address },
      date: new Date(content.sentAt ?? item.createdAt),
      domain: organisation.domain,
    });
    composed.set(content, mime);
  }
  return mime;
}
