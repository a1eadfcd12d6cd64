import { composeMessage } from '../mime/compose-message.js';
import { parseMessage, subjectOf } from '../mime/parse-message.js';
import { ItemError, schemaFault } from '../soap/faults.js';
import {
  type AttachmentContent,
  EMPTY_CONTENT,
  IMPORTANCE,
  type MessageContent,
  type Person,
  SENSITIVITY,
} from '../store/message-content.js';
import type { ExtendedValue } from '../store/extended-value.js';
import { FLAG_STATUS, type FlagStatus, type ItemState, type Reminder } from '../store/item.js';
import { isTrue, type XmlElement } from '../xml/element.js';
import { readDateTime } from '../xml/read-date-time.js';
import { readExtendedProperty } from './extended-field.js';

/** A message that a client wrote: the part of an item's state that it determines. */
export type WrittenMessage = Pick<ItemState, 'content' | 'categories' | 'extended' | 'flagStatus'> &
  Partial<Pick<ItemState, 'isRead' | 'itemClass' | 'receivedAt' | 'isDraft' | 'reminder'>>;

const PR_MESSAGE_FLAGS = 'tag:3591';
const PR_MESSAGE_DELIVERY_TIME = 'tag:3590';
export const PR_FLAG_STATUS = 'tag:4240';
const MSGFLAG_READ = 1;
const MSGFLAG_UNSENT = 8;

/** Reads a `Message` element. MimeContent comes first, properties beside it override what it says. */
export async function readMessage(message: XmlElement): Promise<WrittenMessage> {
  const mime = message.childText('MimeContent');
  const base =
    mime === undefined ? EMPTY_CONTENT : await parseMessage(readBase64(mime, 'ErrorMimeContentInvalidBase64String'));
  const { content, rest } = await applyFields(base, message.children);
  return {
    content,
    categories: rest.categories ?? [],
    extended: withoutComputed(rest.extended ?? {}),
    flagStatus: rest.flagStatus ?? 'NotFlagged',
    ...(rest.reminder === undefined ? {} : { reminder: rest.reminder }),
    ...(rest.itemClass === undefined ? {} : { itemClass: rest.itemClass }),
    ...{ ...fromMapi(rest.extended ?? {}), ...(rest.isRead === undefined ? {} : { isRead: rest.isRead }) },
  };
}

/** These describe the state of the item, which changes, so they are computed when read. */
function withoutComputed(extended: ItemState['extended']): ItemState['extended'] {
  const { [PR_MESSAGE_FLAGS]: _flags, [PR_MESSAGE_DELIVERY_TIME]: _delivered, ...kept } = extended;
  return kept;
}

/** PidTagMessageFlags without MSGFLAG_UNSENT saves received mail rather than a draft: how clients import messages. */
function fromMapi(extended: ItemState['extended']): Partial<Pick<ItemState, 'isDraft' | 'isRead' | 'receivedAt'>> {
  const flags = extended[PR_MESSAGE_FLAGS]?.values[0];
  const delivered = Date.parse(extended[PR_MESSAGE_DELIVERY_TIME]?.values[0] ?? '');
  return {
    ...(flags === undefined
      ? {}
      : { isDraft: (Number(flags) & MSGFLAG_UNSENT) !== 0, isRead: (Number(flags) & MSGFLAG_READ) !== 0 }),
    ...(Number.isNaN(delivered) ? {} : { receivedAt: delivered }),
  };
}

type FieldChanges = Partial<
  Pick<ItemState, 'categories' | 'extended' | 'flagStatus' | 'isRead' | 'itemClass' | 'reminder'>
>;

/** Applies property elements to a message; `rest` holds what belongs to the item and not to what it says. */
export async function applyFields(
  base: MessageContent,
  fields: readonly XmlElement[],
  reminder?: Reminder,
): Promise<{ content: MessageContent; rest: FieldChanges }> {
  let content = base;
  let rest: FieldChanges = {};
  const extended: Record<string, ExtendedValue> = {};
  for (const field of fields) {
    if (field.name === 'ExtendedProperty') {
      const { field: path, value } = readExtendedProperty(field);
      if (path.header !== undefined) {
        const header = { name: path.header, value: value.values[0] ?? '' };
        content = { ...content, headers: [...withoutHeader(content.headers, header.name), header] };
      }
      // The flag is one property under several names.
      if (path.key === PR_FLAG_STATUS) rest = { ...rest, flagStatus: flagStatusOf(value.values[0]) };
      else extended[path.key] = value;
    } else if (field.name === 'Attachments') {
      for (const child of field.children) {
        const attachment = await readAttachment(child, nextUid(content));
        content = { ...content, attachments: [...content.attachments, attachment] };
      }
    } else if (field.name === 'MimeContent') {
      if (base === EMPTY_CONTENT)
        content = await parseMessage(readBase64(field.text, 'ErrorMimeContentInvalidBase64String'));
    } else {
      content = { ...content, ...contentField(field) };
      rest = { ...rest, ...itemField(field, rest.reminder ?? reminder) };
    }
  }
  if (Object.keys(extended).length > 0) rest = { ...rest, extended };
  return { content, rest };
}

/** A header that is set through a property has one value. */
export const withoutHeader = (headers: MessageContent['headers'], name: string): MessageContent['headers'] =>
  headers.filter((header) => header.name.toLowerCase() !== name.toLowerCase());

const flagStatusOf = (number: string | undefined): FlagStatus =>
  namesOf(FLAG_STATUS).find((name) => String(FLAG_STATUS[name]) === number) ?? 'NotFlagged';

function contentField(field: XmlElement): Partial<MessageContent> {
  const first = (people: readonly Person[]): Person => people[0] ?? { name: '', address: '' };
  switch (field.name) {
    case 'Subject':
      return { subject: subjectOf(field.text) };
    case 'Body':
      return field.attribute('BodyType') === 'HTML'
        ? without({ html: field.text }, 'text')
        : without({ text: field.text }, 'html');
    case 'Sensitivity':
      return { sensitivity: oneOf(field, SENSITIVITY) };
    case 'Importance':
      return { importance: oneOf(field, IMPORTANCE) };
    case 'From':
      return { from: first(readPeople(field)) };
    case 'Sender':
      return { sender: first(readPeople(field)) };
    case 'ToRecipients':
      return { to: readPeople(field) };
    case 'CcRecipients':
      return { cc: readPeople(field) };
    case 'BccRecipients':
      return { bcc: readPeople(field) };
    case 'ReplyTo':
      return { replyTo: readPeople(field) };
    case 'InternetMessageId':
      return { messageId: field.text };
    case 'InReplyTo':
      return { inReplyTo: field.text };
    case 'References':
      return { references: field.text };
    case 'IsReadReceiptRequested':
      return { readReceipt: isTrue(field.text) };
    case 'IsDeliveryReceiptRequested':
      return { deliveryReceipt: isTrue(field.text) };
    default:
      return {};
  }
}

/** Setting one kind of body drops the other, which is then derived anew. */
const without = (set: Partial<MessageContent>, drop: 'text' | 'html'): Partial<MessageContent> => ({
  ...set,
  ...({ [drop]: undefined } as Partial<MessageContent>),
});

function itemField(field: XmlElement, reminder: Reminder = { isSet: false }): FieldChanges {
  switch (field.name) {
    case 'ItemClass':
      return { itemClass: field.text };
    case 'IsRead':
      return { isRead: isTrue(field.text) };
    case 'ReminderIsSet':
      return { reminder: { ...reminder, isSet: isTrue(field.text) } };
    case 'ReminderDueBy':
      return { reminder: { ...reminder, dueBy: timeOf(field) } };
    case 'ReminderMinutesBeforeStart':
      return { reminder: { ...reminder, minutesBefore: Number(field.text) } };
    case 'Categories':
      return { categories: field.children.map((child) => child.text) };
    case 'Flag': {
      const status = field.child('FlagStatus');
      return status ? { flagStatus: oneOf(status, FLAG_STATUS) } : {};
    }
    default:
      return {};
  }
}

function timeOf(field: XmlElement): number {
  const ms = readDateTime(field.text);
  if (Number.isNaN(ms)) throw new ItemError('ErrorInvalidValueForProperty');
  return ms;
}

function readPeople(field: XmlElement): Person[] {
  return field.childrenNamed('Mailbox').map((mailbox) => {
    const address = mailbox.childText('EmailAddress')?.trim() ?? '';
    if (address === '') throw new ItemError('ErrorInvalidRecipients');
    return { name: mailbox.childText('Name') ?? '', address };
  });
}

export const nextUid = (content: MessageContent): number =>
  content.attachments.reduce((highest, attachment) => Math.max(highest, attachment.uid), 0) + 1;

/** A `FileAttachment` or `ItemAttachment` in a request. */
export async function readAttachment(attachment: XmlElement, uid: number): Promise<AttachmentContent> {
  const name = attachment.childText('Name') ?? '';
  const contentId = attachment.childText('ContentId');
  const common = {
    uid,
    name,
    ...(contentId ? { contentId: contentId.replace(/^<|>$/g, '') } : {}),
    inline: attachment.childFlag('IsInline') ?? false,
  };
  if (attachment.name === 'ItemAttachment') {
    return { ...common, kind: 'item', contentType: 'message/rfc822', content: await readAttached(attachment) };
  }
  if (attachment.name !== 'FileAttachment') throw schemaFault(`the element '${attachment.name}' is unexpected.`);
  return {
    ...common,
    kind: 'file',
    contentType: attachment.childText('ContentType') ?? 'application/octet-stream',
    content: readBase64(attachment.childText('Content') ?? '', 'ErrorSchemaValidation'),
  };
}

/** The MIME of an attached message, which a client provides as MIME or as properties. */
async function readAttached(attachment: XmlElement): Promise<Buffer> {
  const message = attachment.children.find(({ name }) => name === 'Message' || name === 'Item');
  if (!message) throw new ItemError('ErrorItemSave', 'The sandbox attaches messages only.');
  const mime = message.childText('MimeContent');
  if (mime !== undefined) return readBase64(mime, 'ErrorMimeContentInvalidBase64String');
  const { content } = await readMessage(message);
  const date = new Date(content.sentAt ?? Date.now());
  return composeMessage(content, { from: content.from ?? { name: '', address: '' }, date, domain: 'attached.invalid' });
}

function readBase64(text: string, code: string): Buffer {
  if (!/^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/.test(text)) throw new ItemError(code, 'The content is not valid base64.');
  return Buffer.from(text, 'base64');
}

const namesOf = <T extends string>(choices: Readonly<Record<T, number>>): T[] => Object.keys(choices) as T[];

function oneOf<T extends string>(field: XmlElement, choices: Readonly<Record<T, number>>): T {
  const choice = namesOf(choices).find((candidate) => candidate === field.text.trim());
  if (choice === undefined)
    throw schemaFault(`the '${field.name}' element is invalid - the value '${field.text}' is invalid.`);
  return choice;
}
