import { parseMessage } from '../mime/parse-message.js';
import { ItemError, schemaFault } from '../soap/faults.js';
import { type AttachmentContent, EMPTY_CONTENT, type MessageContent, type Person } from '../store/message-content.js';
import type { ExtendedValue, ItemState } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import { readExtendedField, readExtendedValue } from './extended-field.js';

/** ItemType then MessageType of the schema: what a message in a request may hold, in this order and no other. */
const SEQUENCE = (
  'MimeContent ItemId ParentFolderId ItemClass Subject Sensitivity Body Attachments DateTimeReceived Size Categories ' +
  'Importance InReplyTo IsSubmitted IsDraft IsFromMe IsResend IsUnmodified InternetMessageHeaders DateTimeSent ' +
  'DateTimeCreated ResponseObjects ReminderDueBy ReminderIsSet ReminderNextTime ReminderMinutesBeforeStart DisplayCc ' +
  'DisplayTo DisplayBcc HasAttachments ExtendedProperty Culture EffectiveRights LastModifiedName LastModifiedTime ' +
  'IsAssociated WebClientReadFormQueryString WebClientEditFormQueryString ConversationId UniqueBody Flag StoreEntryId ' +
  'InstanceKey NormalizedBody EntityExtractionResult PolicyTag ArchiveTag RetentionDate Preview ' +
  'RightsManagementLicenseData PredictedActionReasons IsClutter BlockStatus HasBlockedImages TextBody IconIndex ' +
  'Sender ToRecipients CcRecipients BccRecipients IsReadReceiptRequested IsDeliveryReceiptRequested ConversationIndex ' +
  'ConversationTopic From InternetMessageId IsRead IsResponseRequested References ReplyTo ReceivedBy ReceivedRepresenting'
).split(' ');
const PLACE = new Map(SEQUENCE.map((name, index) => [name, index]));

/** A message that a client wrote: the part of an item's state that it determines. */
export type WrittenMessage = Pick<ItemState, 'content' | 'categories' | 'extended' | 'flagStatus'> &
  Partial<Pick<ItemState, 'isRead' | 'itemClass' | 'receivedAt' | 'isDraft'>>;

const PR_MESSAGE_FLAGS = 'tag:3591';
const PR_MESSAGE_DELIVERY_TIME = 'tag:3590';
const MSGFLAG_UNSENT = 8;

/** Reads a `Message` element. MimeContent comes first, properties beside it override what it says. */
export async function readMessage(message: XmlElement): Promise<WrittenMessage> {
  checkSequence(message);
  const mime = message.childText('MimeContent');
  const base =
    mime === undefined ? EMPTY_CONTENT : await parseMessage(readBase64(mime, 'ErrorMimeContentInvalidBase64String'));
  const { content, rest } = await applyFields(base, message.children);
  return {
    content,
    categories: rest.categories ?? [],
    extended: rest.extended ?? {},
    flagStatus: rest.flagStatus ?? 'NotFlagged',
    ...(rest.isRead === undefined ? {} : { isRead: rest.isRead }),
    ...(rest.itemClass === undefined ? {} : { itemClass: rest.itemClass }),
    ...fromMapi(rest.extended ?? {}),
  };
}

/** PidTagMessageFlags without MSGFLAG_UNSENT saves received mail rather than a draft: how clients import messages. */
function fromMapi(extended: ItemState['extended']): Partial<Pick<ItemState, 'isDraft' | 'receivedAt'>> {
  const flags = extended[PR_MESSAGE_FLAGS]?.values[0];
  const delivered = Date.parse(extended[PR_MESSAGE_DELIVERY_TIME]?.values[0] ?? '');
  return {
    ...(flags === undefined ? {} : { isDraft: (Number(flags) & MSGFLAG_UNSENT) !== 0 }),
    ...(Number.isNaN(delivered) ? {} : { receivedAt: delivered }),
  };
}

export type FieldChanges = Partial<Pick<ItemState, 'categories' | 'extended' | 'flagStatus' | 'isRead' | 'itemClass'>>;

/** Applies property elements to a message; `rest` holds what belongs to the item and not to what it says. */
export async function applyFields(
  base: MessageContent,
  fields: readonly XmlElement[],
): Promise<{ content: MessageContent; rest: FieldChanges }> {
  let content = base;
  let rest: FieldChanges = {};
  const extended: Record<string, ExtendedValue> = {};
  for (const field of fields) {
    if (field.name === 'ExtendedProperty') {
      const uri = field.child('ExtendedFieldURI');
      if (!uri) throw schemaFault("the element 'ExtendedProperty' has incomplete content.");
      const path = readExtendedField(uri);
      const value = readExtendedValue(field, path);
      if (path.header !== undefined) {
        const header = { name: path.header, value: value.values[0] ?? '' };
        content = { ...content, headers: [...content.headers, header] };
      }
      extended[path.key] = value;
    } else if (field.name === 'MimeContent') {
      if (base === EMPTY_CONTENT)
        content = await parseMessage(readBase64(field.text, 'ErrorMimeContentInvalidBase64String'));
    } else {
      content = { ...content, ...contentField(field, content) };
      rest = { ...rest, ...itemField(field) };
    }
  }
  if (Object.keys(extended).length > 0) rest = { ...rest, extended };
  return { content, rest };
}

function contentField(field: XmlElement, content: MessageContent): Partial<MessageContent> {
  const first = (people: readonly Person[]): Person => people[0] ?? { name: '', address: '' };
  switch (field.name) {
    case 'Subject':
      return { subject: field.text };
    case 'Body':
      return field.attribute('BodyType') === 'HTML'
        ? without({ html: field.text }, 'text')
        : without({ text: field.text }, 'html');
    case 'Sensitivity':
      return { sensitivity: oneOf(field, ['Normal', 'Personal', 'Private', 'Confidential'] as const) };
    case 'Importance':
      return { importance: oneOf(field, ['Low', 'Normal', 'High'] as const) };
    case 'Attachments':
      return {
        attachments: [
          ...content.attachments,
          ...field.children.map((child, index) => readAttachment(child, nextUid(content) + index)),
        ],
      };
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
      return { readReceipt: field.text.trim() === 'true' };
    case 'IsDeliveryReceiptRequested':
      return { deliveryReceipt: field.text.trim() === 'true' };
    default:
      return {};
  }
}

/** Setting one kind of body drops the other, which is then derived anew. */
const without = (set: Partial<MessageContent>, drop: 'text' | 'html'): Partial<MessageContent> => ({
  ...set,
  ...({ [drop]: undefined } as Partial<MessageContent>),
});

function itemField(field: XmlElement): FieldChanges {
  switch (field.name) {
    case 'ItemClass':
      return { itemClass: field.text };
    case 'IsRead':
      return { isRead: field.text.trim() === 'true' || field.text.trim() === '1' };
    case 'Categories':
      return { categories: field.children.map((child) => child.text) };
    case 'Flag': {
      const status = field.child('FlagStatus');
      return status ? { flagStatus: oneOf(status, ['NotFlagged', 'Flagged', 'Complete'] as const) } : {};
    }
    default:
      return {};
  }
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
export function readAttachment(attachment: XmlElement, uid: number): AttachmentContent {
  const name = attachment.childText('Name') ?? '';
  const contentId = attachment.childText('ContentId');
  const common = {
    uid,
    name,
    ...(contentId ? { contentId: contentId.replace(/^<|>$/g, '') } : {}),
    inline: attachment.childFlag('IsInline') ?? false,
  };
  if (attachment.name === 'ItemAttachment') {
    const mime = attachment.children.at(-1)?.childText('MimeContent');
    if (mime === undefined) throw new ItemError('ErrorItemSave', 'Item attachments are taken by MimeContent only.');
    const content = readBase64(mime, 'ErrorMimeContentInvalidBase64String');
    return { ...common, kind: 'item', contentType: 'message/rfc822', content };
  }
  if (attachment.name !== 'FileAttachment') throw schemaFault(`the element '${attachment.name}' is unexpected.`);
  return {
    ...common,
    kind: 'file',
    contentType: attachment.childText('ContentType') ?? 'application/octet-stream',
    content: readBase64(attachment.childText('Content') ?? '', 'ErrorSchemaValidation'),
  };
}

function readBase64(text: string, code: string): Buffer {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw new ItemError(code, 'The content is not valid base64.');
  return Buffer.from(text, 'base64');
}

function oneOf<T extends string>(field: XmlElement, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === field.text.trim());
  if (choice === undefined)
    throw schemaFault(`the '${field.name}' element is invalid - the value '${field.text}' is invalid.`);
  return choice;
}

function checkSequence(message: XmlElement): void {
  let place = -1;
  for (const child of message.children) {
    const next = PLACE.get(child.name);
    if (next === undefined || next < place) {
      throw schemaFault(`the element '${message.name}' has invalid child element '${child.name}'.`);
    }
    place = next;
  }
}
