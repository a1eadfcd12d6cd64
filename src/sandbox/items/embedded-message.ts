import { itemClassOf } from '../mime/item-class.js';
import { parseMessage } from '../mime/parse-message.js';
import type { Item } from '../store/item.js';
import type { AttachmentContent, MessageContent } from '../store/message-content.js';

/**
 * An attachment inside an attached message is numbered by the path to it, three decimal digits a level, so
 * that its id names it without anything being kept.
 */
const LEVEL = 1000;

const parsed = new WeakMap<Buffer, Promise<MessageContent>>();

/** The message inside an item attachment, parsed once. */
function messageIn(attachment: AttachmentContent): Promise<MessageContent> {
  let content = parsed.get(attachment.content);
  if (!content) {
    content = parseMessage(attachment.content);
    parsed.set(attachment.content, content);
  }
  return content;
}

/** The attachment of that number, which may lie inside attached messages. */
export async function findAttachment(content: MessageContent, uid: number): Promise<AttachmentContent | undefined> {
  if (uid < LEVEL) return content.attachments.find((attachment) => attachment.uid === uid);
  const outer = await findAttachment(content, Math.floor(uid / LEVEL));
  if (outer?.kind !== 'item') return undefined;
  const inner = (await messageIn(outer)).attachments.find((attachment) => attachment.uid === uid % LEVEL);
  return inner && { ...inner, uid };
}

/** The attached message as an item that borrows the identity of the one it is attached to. */
export async function embeddedMessage(item: Item, attachment: AttachmentContent): Promise<Item> {
  const content = await messageIn(attachment);
  return {
    ...item,
    content: {
      ...content,
      attachments: content.attachments.map((inner) => ({ ...inner, uid: attachment.uid * LEVEL + inner.uid })),
    },
    itemClass: itemClassOf(content),
    receivedAt: content.sentAt ?? item.receivedAt,
    isDraft: false,
    isSubmitted: false,
    isFromMe: false,
    categories: [],
    extended: {},
  };
}
