import { htmlToText } from '../mime/text-conversion.js';
import { type Item, itemSize } from '../store/item.js';
import type { Person } from '../store/message-content.js';
import type { XmlElement } from '../xml/element.js';
import { conversationTopic } from './conversation.js';
import { readExtendedField } from './extended-field.js';
import { mapiProperty } from './mapi-property.js';
import { fieldUri } from './shape.js';

/** A property's value for comparing: dates are epoch milliseconds, people their display text. */
export type FieldValue = string | number | boolean | undefined;

/** Reads one property of an item. `kind` says how a constant compared with it is to be read. */
export interface FieldReader {
  readonly uri: string;
  readonly kind: 'text' | 'number' | 'date' | 'flag';
  read(item: Item): FieldValue;
}

const names = (people: readonly Person[]): string =>
  people.map((person) => `${person.name} ${person.address}`.trim()).join('; ');
const nameOf = (person: Person | undefined): string | undefined => (person ? names([person]) : undefined);

const RANK = { Low: 0, Normal: 1, High: 2 };

const READERS: Record<string, [FieldReader['kind'], (item: Item) => FieldValue]> = {
  'item:ItemId': ['text', (item) => item.id],
  'item:ItemClass': ['text', (item) => item.itemClass],
  'item:Subject': ['text', (item) => item.content.subject],
  'item:Body': ['text', (item) => item.content.text ?? htmlToText(item.content.html ?? '')],
  'item:DateTimeReceived': ['date', (item) => item.receivedAt],
  'item:DateTimeSent': ['date', (item) => item.content.sentAt ?? item.receivedAt],
  'item:DateTimeCreated': ['date', (item) => item.createdAt],
  'item:LastModifiedTime': ['date', (item) => item.modifiedAt],
  'item:Size': ['number', (item) => itemSize(item)],
  'item:Categories': ['text', (item) => item.categories.join('; ') || undefined],
  'item:Importance': ['number', (item) => RANK[item.content.importance]],
  'item:InReplyTo': ['text', (item) => item.content.inReplyTo],
  'item:IsDraft': ['flag', (item) => item.isDraft],
  'item:IsSubmitted': ['flag', (item) => item.isSubmitted],
  'item:IsFromMe': ['flag', (item) => item.isFromMe],
  'item:IsAssociated': ['flag', () => false],
  'item:DisplayTo': ['text', (item) => names(item.content.to)],
  'item:DisplayCc': ['text', (item) => names(item.content.cc)],
  'item:HasAttachments': ['flag', (item) => item.content.attachments.some((attachment) => !attachment.inline)],
  'message:Sender': ['text', (item) => nameOf(item.content.sender ?? item.content.from)],
  'message:From': ['text', (item) => nameOf(item.content.from)],
  'message:ToRecipients': ['text', (item) => names(item.content.to)],
  'message:CcRecipients': ['text', (item) => names(item.content.cc)],
  'message:BccRecipients': ['text', (item) => names(item.content.bcc)],
  'message:ConversationTopic': ['text', (item) => conversationTopic(item.content)],
  'message:InternetMessageId': ['text', (item) => item.content.messageId],
  'message:References': ['text', (item) => item.content.references],
  'message:IsRead': ['flag', (item) => item.isRead],
};

const MAPI_KINDS: Record<string, FieldReader['kind']> = {
  SystemTime: 'date',
  Integer: 'number',
  Long: 'number',
  Short: 'number',
  Double: 'number',
  Float: 'number',
  Boolean: 'flag',
};

/** The reader for a path element (FieldURI, ExtendedFieldURI…); properties unknown here are always absent. */
export function fieldReader(path: XmlElement): FieldReader {
  if (path.name === 'ExtendedFieldURI') {
    const field = readExtendedField(path);
    const kind = MAPI_KINDS[field.type] ?? 'text';
    return { uri: '', kind, read: (item) => constantOf(kind, mapiProperty(item, field)?.values[0]) };
  }
  if (path.name === 'IndexedFieldURI') return { uri: '', kind: 'text', read: () => undefined };
  const uri = fieldUri(path);
  const [kind, read] = READERS[uri] ?? ['text' as const, (): undefined => undefined];
  return { uri, kind, read };
}

/** A constant of a request as a value of that kind. */
export function constantOf(kind: FieldReader['kind'], text: string | undefined): FieldValue {
  if (text === undefined) return undefined;
  switch (kind) {
    case 'text':
      return text;
    case 'flag':
      return text === 'true' || text === '1';
    case 'date':
      return Date.parse(text);
    case 'number':
      return text in RANK ? RANK[text as keyof typeof RANK] : Number(text);
  }
}
