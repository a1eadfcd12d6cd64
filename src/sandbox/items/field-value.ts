import { ItemError } from '../soap/faults.js';
import { FLAG_STATUS, type Item, itemSize } from '../store/item.js';
import { IMPORTANCE, type Person, SENSITIVITY } from '../store/message-content.js';
import { isTrue, type XmlElement } from '../xml/element.js';
import { readDateTime } from '../xml/read-date-time.js';
import { conversationTopic } from './conversation.js';
import { type ExtendedField, readExtendedField } from './extended-field.js';
import { hasAttachments, plainText, senderOf, sentAt } from './item-values.js';
import { mapiProperty } from './mapi-property.js';
import { fieldUri } from './shape.js';

type Single = string | number | boolean;

/**
 * A property's value for comparisons: dates are epoch milliseconds, people their display text, lists hold several
 * values.
 */
export type FieldValue = Single | readonly Single[] | undefined;

/** Reads one property of an item or a folder. `kind` is the type of constants that it is compared with. */
export interface FieldReader<T> {
  readonly uri: string;
  readonly kind: FieldKind;
  readonly read: (of: T) => FieldValue;
  /** Names that constants may use for the numbers in the store. */
  readonly choices?: Choices;
}

type Choices = Readonly<Record<string, number>>;

type FieldKind = 'text' | 'number' | 'date' | 'flag';
export type Readers<T> = Readonly<
  Record<string, readonly [kind: FieldKind, read: (of: T) => FieldValue, choices?: Choices]>
>;

/** Creates the reader for a path element (FieldURI, ExtendedFieldURI…). */
export type ReaderOf<T> = (path: XmlElement) => FieldReader<T>;

const names = (people: readonly Person[]): string =>
  people.map((person) => `${person.name} ${person.address}`.trim()).join('; ');
const nameOf = (person: Person | undefined): string | undefined => (person ? names([person]) : undefined);

const READERS: Readers<Item> = {
  'item:ItemId': ['text', (item) => item.id],
  'item:ParentFolderId': ['text', (item) => item.folder.id],
  'item:ItemClass': ['text', (item) => item.itemClass],
  'item:Subject': ['text', (item) => item.content.subject],
  'item:Sensitivity': ['number', (item) => SENSITIVITY[item.content.sensitivity], SENSITIVITY],
  'item:Body': ['text', (item) => plainText(item.content)],
  'item:DateTimeReceived': ['date', (item) => item.receivedAt],
  'item:DateTimeSent': ['date', sentAt],
  'item:DateTimeCreated': ['date', (item) => item.createdAt],
  'item:LastModifiedTime': ['date', (item) => item.modifiedAt],
  'item:Size': ['number', (item) => itemSize(item)],
  'item:Categories': ['text', (item) => (item.categories.length === 0 ? undefined : item.categories)],
  'item:Importance': ['number', (item) => IMPORTANCE[item.content.importance], IMPORTANCE],
  'item:InReplyTo': ['text', (item) => item.content.inReplyTo],
  'item:IsDraft': ['flag', (item) => item.isDraft],
  'item:IsSubmitted': ['flag', (item) => item.isSubmitted],
  'item:IsFromMe': ['flag', (item) => item.isFromMe],
  'item:IsResend': ['flag', () => false],
  'item:IsUnmodified': ['flag', () => false],
  'item:IsAssociated': ['flag', () => false],
  'item:ReminderIsSet': ['flag', (item) => item.reminder?.isSet ?? false],
  'item:ReminderDueBy': ['date', (item) => item.reminder?.dueBy],
  'item:ReminderMinutesBeforeStart': ['number', (item) => item.reminder?.minutesBefore],
  'item:DisplayTo': ['text', (item) => names(item.content.to)],
  'item:DisplayCc': ['text', (item) => names(item.content.cc)],
  'item:HasAttachments': ['flag', hasAttachments],
  'item:Flag': ['number', (item) => FLAG_STATUS[item.flagStatus], FLAG_STATUS],
  'message:Sender': ['text', (item) => nameOf(senderOf(item.content))],
  'message:From': ['text', (item) => nameOf(item.content.from)],
  'message:ToRecipients': ['text', (item) => names(item.content.to)],
  'message:CcRecipients': ['text', (item) => names(item.content.cc)],
  'message:BccRecipients': ['text', (item) => names(item.content.bcc)],
  'message:ConversationTopic': ['text', (item) => conversationTopic(item.content)],
  'message:InternetMessageId': ['text', (item) => item.content.messageId],
  'message:IsReadReceiptRequested': ['flag', (item) => item.content.readReceipt],
  'message:IsDeliveryReceiptRequested': ['flag', (item) => item.content.deliveryReceipt],
  'message:References': ['text', (item) => item.content.references],
  'message:IsRead': ['flag', (item) => item.isRead],
};

/** Properties that the store computes for a response and therefore cannot search, sort or group by. */
const COMPUTED = new Set([
  'item:MimeContent',
  'item:Attachments',
  'item:UniqueBody',
  'item:NormalizedBody',
  'item:TextBody',
  'item:Preview',
  'item:ResponseObjects',
  'item:EffectiveRights',
  'item:InternetMessageHeaders',
]);

const MAPI_KINDS: Readonly<Record<string, FieldKind>> = {
  SystemTime: 'date',
  Integer: 'number',
  Long: 'number',
  Short: 'number',
  Double: 'number',
  Float: 'number',
  Currency: 'number',
  Boolean: 'flag',
};

/** Creates readers from a table by FieldURI; properties that are not in it are always absent. */
export function readerFrom<T>(
  readers: Readers<T>,
  extended: (of: T, field: ExtendedField) => { readonly values: readonly string[] } | undefined,
): ReaderOf<T> {
  return (path) => {
    if (path.name === 'ExtendedFieldURI') {
      const field = readExtendedField(path);
      const kind = MAPI_KINDS[field.type.replace(/Array$/, '')] ?? 'text';
      return {
        uri: '',
        kind,
        read: (of) => {
          const values = extended(of, field)?.values.flatMap((text) => constantOf(kind, text) ?? []);
          return field.type.endsWith('Array') ? values : values?.[0];
        },
      };
    }
    if (path.name === 'IndexedFieldURI') return { uri: '', kind: 'text', read: () => undefined };
    const uri = fieldUri(path);
    const [kind, read, choices] = readers[uri] ?? ['text' as const, (): undefined => undefined];
    return { uri, kind, read, ...(choices ? { choices } : {}) };
  };
}

/** The reader of an item's property, for a restriction. */
export const itemReader: ReaderOf<Item> = (path) => {
  if (COMPUTED.has(path.attribute('FieldURI') ?? '')) throw new ItemError('ErrorUnsupportedPathForQuery');
  return anyItemReader(path);
};

/** The same for sorting and grouping. */
export const itemSortReader: ReaderOf<Item> = (path) => {
  if (COMPUTED.has(path.attribute('FieldURI') ?? '')) throw new ItemError('ErrorUnsupportedPathForSortGroup');
  return anyItemReader(path);
};

const anyItemReader = readerFrom(READERS, mapiProperty);

const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** A constant of a request as a value of the kind. Throws an `ItemError` if it is invalid. */
export function constantOf(kind: FieldKind, text: string | undefined, choices: Choices = {}): Single | undefined {
  if (text === undefined) return undefined;
  switch (kind) {
    case 'text':
      return text;
    case 'flag':
      if (!/^\s*(?:true|false|0|1)\s*$/i.test(text)) throw new ItemError('ErrorInvalidValueForProperty');
      return isTrue(text.toLowerCase());
    case 'date':
      return checked(readDateTime(text));
    case 'number':
      return checked(choices[text] ?? (NUMBER.test(text) ? Number(text) : NaN));
  }
}

function checked(value: number): number {
  if (Number.isNaN(value)) throw new ItemError('ErrorInvalidValueForProperty');
  return value;
}
