import { cachedBase64, headerValue } from '../store/message-content.js';
import { type ExtendedValue, type Item, itemSize } from '../store/item.js';
import { dateTime } from '../xml/write-xml.js';
import { conversationIndex, conversationTopic } from './conversation.js';
import type { ExtendedField } from './extended-field.js';

type Reader = (item: Item) => string | undefined;

/** MAPI properties that follow from an item itself, by tag number (MS-OXPROPS). */
const BY_TAG: Record<number, Reader> = {
  0x001a: (item) => item.itemClass,
  0x0037: (item) => item.content.subject,
  0x0039: (item) => dateTime(item.content.sentAt ?? item.createdAt),
  0x0065: (item) => item.content.from?.address,
  0x0042: (item) => item.content.from?.name,
  0x0070: (item) => conversationTopic(item.content),
  0x0071: (item) => conversationIndex(item).toString('base64'),
  0x007d: (item) =>
    item.content.headers.length === 0
      ? undefined
      : item.content.headers.map((header) => `${header.name}: ${header.value}\r\n`).join(''),
  0x0c1a: (item) => (item.content.sender ?? item.content.from)?.name,
  0x0c1f: (item) => (item.content.sender ?? item.content.from)?.address,
  0x0e03: (item) => item.content.cc.map((person) => person.name || person.address).join('; '),
  0x0e04: (item) => item.content.to.map((person) => person.name || person.address).join('; '),
  0x0e06: (item) => dateTime(item.receivedAt),
  0x0e07: (item) => String((item.isRead ? 1 : 0) | (item.isSubmitted ? 4 : 0) | (item.isDraft ? 8 : 0)),
  0x0e08: (item) => String(itemSize(item)),
  0x0e1b: (item) => String(item.content.attachments.some((attachment) => !attachment.inline)),
  0x0e1d: (item) => conversationTopic(item.content),
  0x0fff: (item) => item.id,
  0x1000: (item) => item.content.text,
  0x1035: (item) => item.content.messageId,
  0x1039: (item) => item.content.references,
  0x1042: (item) => item.content.inReplyTo,
  0x3007: (item) => dateTime(item.createdAt),
  0x3008: (item) => dateTime(item.modifiedAt),
  0x300b: (item) => item.searchKey,
  0x5d01: (item) => (item.content.sender ?? item.content.from)?.address,
  0x5d02: (item) => item.content.from?.address,
};

/** The value of a MAPI property of an item; undefined when it has none. */
export function mapiProperty(item: Item, field: ExtendedField): ExtendedValue | undefined {
  const stored = item.extended[field.key];
  if (stored) return stored;
  let value: string | undefined;
  if (field.tag !== undefined) {
    value = field.tag === 0x1013 ? htmlBytes(item) : BY_TAG[field.tag]?.(item);
  } else if (field.header !== undefined) {
    value = headerValue(item.content, field.header);
  }
  return value === undefined ? undefined : { type: field.type, values: [value] };
}

function htmlBytes(item: Item): string | undefined {
  const { html } = item.content;
  return html === undefined ? undefined : cachedBase64(Buffer.from(html));
}
