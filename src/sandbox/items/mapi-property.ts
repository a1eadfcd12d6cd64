import { IMPORTANCE, SENSITIVITY, cachedBase64, headerValue } from '../store/message-content.js';
import type { ExtendedValue } from '../store/extended-value.js';
import { FLAG_STATUS, type Item, itemSize } from '../store/item.js';
import { dateTime } from '../xml/write-xml.js';
import { conversationIndex, conversationTopic } from './conversation.js';
import type { ExtendedField } from './extended-field.js';
import { hasAttachments, senderOf, sentAt } from './item-values.js';

type Reader = (item: Item) => string | undefined;

/** MAPI properties derived from an item, with their types, by tag number (MS-OXPROPS). */
const BY_TAG: Record<number, readonly [type: string, read: Reader]> = {
  0x0017: ['Integer', (item) => String(IMPORTANCE[item.content.importance])],
  0x001a: ['String', (item) => item.itemClass],
  0x0036: ['Integer', (item) => String(SENSITIVITY[item.content.sensitivity])],
  0x0037: ['String', (item) => item.content.subject],
  0x0039: ['SystemTime', (item) => dateTime(sentAt(item))],
  0x0065: ['String', (item) => item.content.from?.address],
  0x0042: ['String', (item) => item.content.from?.name],
  0x0070: ['String', (item) => conversationTopic(item.content)],
  0x0071: ['Binary', (item) => conversationIndex(item).toString('base64')],
  0x007d: [
    'String',
    (item) =>
      item.content.headers.length === 0
        ? undefined
        : item.content.headers.map((header) => `${header.name}: ${header.value}\r\n`).join(''),
  ],
  0x0c1a: ['String', (item) => senderOf(item.content)?.name],
  0x0c1f: ['String', (item) => senderOf(item.content)?.address],
  0x0e03: ['String', (item) => item.content.cc.map((person) => person.name || person.address).join('; ')],
  0x0e04: ['String', (item) => item.content.to.map((person) => person.name || person.address).join('; ')],
  0x0e06: ['SystemTime', (item) => dateTime(item.receivedAt)],
  0x0e07: ['Integer', (item) => String((item.isRead ? 1 : 0) | (item.isSubmitted ? 4 : 0) | (item.isDraft ? 8 : 0))],
  0x0e08: ['Integer', (item) => String(itemSize(item))],
  0x0e1b: ['Boolean', (item) => String(hasAttachments(item))],
  0x0e1d: ['String', (item) => conversationTopic(item.content)],
  // The number that IMAP servers in front of Exchange use for a message in its folder.
  0x0e23: ['Integer', (item) => String(item.enteredSeq)],
  0x0fff: ['Binary', (item) => item.id],
  0x1000: ['String', (item) => item.content.text],
  0x1013: ['Binary', htmlBytes],
  0x1035: ['String', (item) => item.content.messageId],
  0x1039: ['String', (item) => item.content.references],
  0x1042: ['String', (item) => item.content.inReplyTo],
  0x1090: ['Integer', (item) => (item.flagStatus === 'NotFlagged' ? undefined : String(FLAG_STATUS[item.flagStatus]))],
  0x3007: ['SystemTime', (item) => dateTime(item.createdAt)],
  0x3008: ['SystemTime', (item) => dateTime(item.modifiedAt)],
  0x300b: ['Binary', (item) => item.searchKey],
  0x5d01: ['String', (item) => senderOf(item.content)?.address],
  0x5d02: ['String', (item) => item.content.from?.address],
};

/** The size (0x0E08) is also available as a 64-bit value. */
export const isOfType = ({ tag, type }: ExtendedField, own: string | undefined): boolean =>
  type === own || (tag === 0x0e08 && type === 'Long');

/** The value of a MAPI property of an item; undefined when it has none. */
export function mapiProperty(item: Item, field: ExtendedField): ExtendedValue | undefined {
  const stored = item.extended[field.key];
  // With another type it is a different property, which is not set.
  if (stored) return stored.type === field.type ? stored : undefined;
  let value: string | undefined;
  if (field.tag !== undefined) {
    const [type, read] = BY_TAG[field.tag] ?? [];
    if (read && isOfType(field, type)) value = read(item);
  } else if (field.header !== undefined) {
    value = headerValue(item.content, field.header);
  }
  return value === undefined ? undefined : { type: field.type, values: [value] };
}

function htmlBytes(item: Item): string | undefined {
  const { html } = item.content;
  return html === undefined ? undefined : cachedBase64(Buffer.from(html));
}
