import { textToHtml } from '../mime/text-conversion.js';
import { type Item, itemSize } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { MessageContent } from '../store/message-content.js';
import { dateTime, element, optionalText, textElement } from '../xml/write-xml.js';
import { writeAttachmentList } from './attachments.js';
import { conversationId, conversationIndex, conversationTopic } from './conversation.js';
import { hasAttachments, plainText, senderOf, sentAt } from './item-values.js';
import type { PeopleWriter } from './people.js';
import type { BodyKind, ItemShape } from './shape.js';

export interface FieldContext {
  readonly mailbox: Mailbox;
  readonly people: PeopleWriter;
  readonly shape: ItemShape;
  readonly omitOptional: boolean;
}

/** A property of a message: its FieldURI, which base shapes hold it, and its element. */
export interface MessageField {
  readonly uri: string;
  /** `find`: FindItem and SyncFolderItems give it too. `default`: in the Default shape. */
  readonly in: { readonly find: boolean; readonly default: boolean; readonly all: boolean };
  write(item: Item, context: FieldContext): string;
}

const EVERYWHERE = { find: true, default: true, all: true };
const DETAIL = { find: true, default: false, all: true };
const GET_DEFAULT = { find: false, default: true, all: true };
const GET_ONLY = { find: false, default: false, all: true };
const BY_NAME = { find: true, default: false, all: false };
const GET_BY_NAME = { find: false, default: false, all: false };

const flag = (uri: string, name: string, where: MessageField['in'], read: (item: Item) => boolean): MessageField => ({
  uri,
  in: where,
  write: (item) => textElement(name, read(item)),
});
const text = (
  uri: string,
  where: MessageField['in'],
  read: (item: Item, context: FieldContext) => string | number | undefined,
): MessageField => ({
  uri,
  in: where,
  write: (item, context) => optionalText(`t:${uri.slice(uri.indexOf(':') + 1)}`, read(item, context)),
});

export const itemId = ({ id, changeKey }: Item): string => element('t:ItemId', '', { Id: id, ChangeKey: changeKey });

/** Element `ExtendedProperty` stands at this place of the sequence. */
export const EXTENDED_PROPERTIES = 'extended';

/** In the order of the schema's sequences ItemType and MessageType, which Exchange's answers keep. */
export const MESSAGE_FIELDS: readonly MessageField[] = [
  {
    uri: 'item:ItemId',
    in: EVERYWHERE,
    write: itemId,
  },
  {
    uri: 'item:ParentFolderId',
    in: DETAIL,
    write: ({ folder }) => element('t:ParentFolderId', '', { Id: folder.id, ChangeKey: folder.info.changeKey }),
  },
  text('item:ItemClass', DETAIL, (item) => item.itemClass),
  text('item:Subject', EVERYWHERE, (item, { omitOptional }) => item.content.subject || (omitOptional ? undefined : '')),
  text('item:Sensitivity', EVERYWHERE, (item) => item.content.sensitivity),
  { uri: 'item:Body', in: GET_DEFAULT, write: (item, { shape }) => body('t:Body', item.content, shape.bodyKind) },
  {
    uri: 'item:Attachments',
    in: GET_DEFAULT,
    write: (item, { omitOptional }) => writeAttachmentList(item, omitOptional),
  },
  text('item:DateTimeReceived', DETAIL, (item) => dateTime(item.receivedAt)),
  text('item:Size', EVERYWHERE, (item) => itemSize(item)),
  {
    uri: 'item:Categories',
    in: DETAIL,
    write: ({ categories }) =>
      categories.length === 0
        ? ''
        : element('t:Categories', categories.map((name) => textElement('t:String', name)).join('')),
  },
  text('item:Importance', DETAIL, (item) => item.content.importance),
  text('item:InReplyTo', DETAIL, (item) => item.content.inReplyTo),
  flag('item:IsSubmitted', 't:IsSubmitted', DETAIL, (item) => item.isSubmitted),
  flag('item:IsDraft', 't:IsDraft', DETAIL, (item) => item.isDraft),
  flag('item:IsFromMe', 't:IsFromMe', DETAIL, (item) => item.isFromMe),
  flag('item:IsResend', 't:IsResend', DETAIL, () => false),
  flag('item:IsUnmodified', 't:IsUnmodified', DETAIL, () => false),
  { uri: 'item:InternetMessageHeaders', in: GET_ONLY, write: (item) => headers(item.content.headers) },
  text('item:DateTimeSent', EVERYWHERE, (item) => dateTime(sentAt(item))),
  text('item:DateTimeCreated', EVERYWHERE, (item) => dateTime(item.createdAt)),
  text('item:ReminderDueBy', DETAIL, ({ reminder }) =>
    reminder?.dueBy === undefined ? undefined : dateTime(reminder.dueBy),
  ),
  flag('item:ReminderIsSet', 't:ReminderIsSet', DETAIL, (item) => item.reminder?.isSet ?? false),
  text('item:ReminderMinutesBeforeStart', DETAIL, (item) => item.reminder?.minutesBefore),
  { uri: 'item:DisplayCc', in: DETAIL, write: (item, { people }) => people.display('t:DisplayCc', item.content.cc) },
  { uri: 'item:DisplayTo', in: DETAIL, write: (item, { people }) => people.display('t:DisplayTo', item.content.to) },
  {
    uri: 'item:DisplayBcc',
    in: BY_NAME,
    write: (item, { people }) => people.display('t:DisplayBcc', item.content.bcc),
  },
  flag('item:HasAttachments', 't:HasAttachments', EVERYWHERE, hasAttachments),
  { uri: EXTENDED_PROPERTIES, in: BY_NAME, write: () => '' },
  text('item:Culture', DETAIL, () => 'en-US'),
  {
    uri: 'item:EffectiveRights',
    in: DETAIL,
    write: () =>
      '<t:EffectiveRights><t:CreateAssociated>false</t:CreateAssociated><t:CreateContents>false</t:CreateContents><t:CreateHierarchy>false</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify><t:Read>true</t:Read><t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>',
  },
  text('item:LastModifiedName', DETAIL, (_, { mailbox }) => mailbox.record.displayName),
  text('item:LastModifiedTime', DETAIL, (item) => dateTime(item.modifiedAt)),
  flag('item:IsAssociated', 't:IsAssociated', EVERYWHERE, () => false),
  {
    uri: 'item:ConversationId',
    in: DETAIL,
    write: (item, { mailbox }) => element('t:ConversationId', '', { Id: conversationId(item, mailbox.guid) }),
  },
  {
    uri: 'item:UniqueBody',
    in: GET_BY_NAME,
    write: (item, { shape }) => body('t:UniqueBody', item.content, shape.uniqueBodyKind),
  },
  { uri: 'item:Flag', in: DETAIL, write: (item) => element('t:Flag', textElement('t:FlagStatus', item.flagStatus)) },
  text('item:InstanceKey', DETAIL, (item) => item.id.slice(-16)),
  {
    uri: 'item:NormalizedBody',
    in: GET_BY_NAME,
    write: (item, { shape }) => body('t:NormalizedBody', item.content, shape.bodyKind),
  },
  text('item:Preview', BY_NAME, (item) => plainText(item.content).replace(/\s+/g, ' ').slice(0, 255)),
  { uri: 'item:TextBody', in: GET_BY_NAME, write: (item) => body('t:TextBody', item.content, 'Text') },
  {
    uri: 'message:Sender',
    in: DETAIL,
    write: (item, { people }) => people.one('t:Sender', senderOf(item.content)),
  },
  {
    uri: 'message:ToRecipients',
    in: GET_DEFAULT,
    write: (item, { people }) => people.many('t:ToRecipients', item.content.to),
  },
  {
    uri: 'message:CcRecipients',
    in: GET_DEFAULT,
    write: (item, { people }) => people.many('t:CcRecipients', item.content.cc),
  },
  {
    uri: 'message:BccRecipients',
    in: GET_DEFAULT,
    write: (item, { people }) => people.many('t:BccRecipients', item.content.bcc),
  },
  flag('message:IsReadReceiptRequested', 't:IsReadReceiptRequested', EVERYWHERE, (item) => item.content.readReceipt),
  flag(
    'message:IsDeliveryReceiptRequested',
    't:IsDeliveryReceiptRequested',
    EVERYWHERE,
    (item) => item.content.deliveryReceipt,
  ),
  text('message:ConversationIndex', DETAIL, (item) => conversationIndex(item).toString('base64')),
  text('message:ConversationTopic', DETAIL, (item) => conversationTopic(item.content)),
  { uri: 'message:From', in: EVERYWHERE, write: (item, { people }) => people.one('t:From', item.content.from) },
  text('message:InternetMessageId', DETAIL, (item) => item.content.messageId),
  flag('message:IsRead', 't:IsRead', EVERYWHERE, (item) => item.isRead),
  flag('message:IsResponseRequested', 't:IsResponseRequested', GET_ONLY, () => false),
  text('message:References', DETAIL, (item) => item.content.references),
  { uri: 'message:ReplyTo', in: GET_ONLY, write: (item, { people }) => people.many('t:ReplyTo', item.content.replyTo) },
  { uri: 'message:ReceivedBy', in: DETAIL, write: (item, context) => receiver('t:ReceivedBy', item, context) },
  {
    uri: 'message:ReceivedRepresenting',
    in: DETAIL,
    write: (item, context) => receiver('t:ReceivedRepresenting', item, context),
  },
];

function receiver(name: string, item: Item, { mailbox, people }: FieldContext): string {
  if (item.isDraft || item.isFromMe) return '';
  return people.one(name, { name: mailbox.record.displayName, address: mailbox.address });
}

function body(name: string, content: MessageContent, kind: BodyKind): string {
  const html = kind === 'HTML' || (kind === 'Best' && content.html !== undefined);
  if (!html) return textElement(name, plainText(content), { BodyType: 'Text' });
  const { text: plain = '' } = content;
  return textElement(name, content.html ?? (plain === '' ? '' : textToHtml(plain)), { BodyType: 'HTML' });
}

/** The `InternetMessageHeaders` element; nothing when there are none, as the schema wants at least one. */
export function headers(list: MessageContent['headers']): string {
  return list.length === 0
    ? ''
    : element(
        't:InternetMessageHeaders',
        list
          .map((header) => textElement('t:InternetMessageHeader', header.value, { HeaderName: header.name }))
          .join(''),
      );
}
