import type { AttachmentRef, ItemProperties, MailAddress } from '../../port/mail-item.js';
import { attribute, child, childText, type XmlElement } from '../soap/element.js';
import { readBoolean, readInteger, readPastDate } from '../soap/values.js';
import { isSearchKeyTag } from './property-paths.js';

/**
 * An item's properties, whatever its kind: the names are the same on Message, MeetingRequest,
 * CalendarItem, PostItem and the rest (types.xsd `ItemType`, `MessageType`); what is missing is null.
 * @param now after which nothing was sent or received
 */
export function readItemProperties(item: XmlElement, now: Date): ItemProperties {
  const text = (name: string) => childText(item, name);
  return {
    itemClass: text('ItemClass'),
    internetMessageId: text('InternetMessageId'),
    searchKey: readSearchKey(item),
    conversationId: attribute(child(item, 'ConversationId'), 'Id'),
    receivedAt: readPastDate(text('DateTimeReceived'), now),
    sentAt: readPastDate(text('DateTimeSent'), now),
    isRead: readBoolean(text('IsRead')),
    importance: readImportance(text('Importance')),
    size: readInteger(text('Size')),
    subject: text('Subject'),
    from: readMailbox(child(child(item, 'From'), 'Mailbox')),
    sender: readMailbox(child(child(item, 'Sender'), 'Mailbox')),
    to: readMailboxes(item, 'ToRecipients'),
    cc: readMailboxes(item, 'CcRecipients'),
    bcc: readMailboxes(item, 'BccRecipients'),
    replyTo: readMailboxes(item, 'ReplyTo'),
    inReplyTo: text('InReplyTo'),
    references: text('References'),
    textBody: readBody(item, 'Text'),
    htmlBody: readBody(item, 'HTML'),
    headers: readHeaders(item),
    attachments: readAttachments(item),
  };
}

function readMailbox(mailbox: XmlElement | null): MailAddress | null {
  if (mailbox === null) return null;
  const name = childText(mailbox, 'Name');
  const address = childText(mailbox, 'EmailAddress');
  // Addresses inside the organisation may be X.500 names (`/O=CONTOSO/OU=…`, RoutingType EX).
  if (address !== null && /^(?:ex:)?\/o=/i.test(address)) return { name, address: null, exchangeName: address };
  const smtp = address?.replace(/^smtp:/i, '');
  const usable = smtp?.includes('@') === true && !smtp.startsWith('/') ? smtp : null;
  return name === null && usable === null ? null : { name, address: usable };
}

function readMailboxes(item: XmlElement, name: string): readonly MailAddress[] {
  const recipients = child(item, name)?.children ?? [];
  return recipients.map(readMailbox).filter((mailbox) => mailbox !== null);
}

function readImportance(text: string | null): ItemProperties['importance'] {
  const word = text?.toLowerCase();
  return word === 'low' || word === 'normal' || word === 'high' ? word : null;
}

function readSearchKey(item: XmlElement): string | null {
  for (const property of item.children) {
    if (property.name !== 'ExtendedProperty') continue;
    if (!isSearchKeyTag(attribute(child(property, 'ExtendedFieldURI'), 'PropertyTag'))) continue;
    const value = childText(property, 'Value');
    return value === null ? null : Buffer.from(value, 'base64').toString('hex');
  }
  return null;
}

/** TextBody is plain by definition; Body is what its BodyType says, which need not be what was asked for. */
function readBody(item: XmlElement, kind: 'Text' | 'HTML'): string | null {
  const body = child(item, 'Body');
  const bodyKind = attribute(body, 'BodyType')?.toLowerCase() === 'text' ? 'Text' : 'HTML';
  const own = kind === 'Text' ? child(item, 'TextBody') : null;
  return own?.text ?? (body !== null && bodyKind === kind ? body.text : null);
}

function readHeaders(item: XmlElement): ItemProperties['headers'] {
  const headers: { name: string; value: string }[] = [];
  for (const header of child(item, 'InternetMessageHeaders')?.children ?? []) {
    const name = attribute(header, 'HeaderName');
    if (name !== null) headers.push({ name, value: header.text });
  }
  return headers;
}

/**
 * Reference attachments link to files elsewhere, so there is nothing to fetch. An attachment without an id gets the id
 * '': it is listed, but cannot be fetched either.
 */
function readAttachments(item: XmlElement): readonly AttachmentRef[] {
  const refs: AttachmentRef[] = [];
  for (const attachment of child(item, 'Attachments')?.children ?? []) {
    const id = attribute(child(attachment, 'AttachmentId'), 'Id') ?? '';
    const kind = attachment.name === 'FileAttachment' ? 'file' : attachment.name === 'ItemAttachment' ? 'item' : null;
    if (kind === null) continue;
    refs.push({
      id,
      kind,
      name: childText(attachment, 'Name'),
      contentType: childText(attachment, 'ContentType'),
      contentId: childText(attachment, 'ContentId'),
      isInline: readBoolean(childText(attachment, 'IsInline')) ?? false,
      size: readInteger(childText(attachment, 'Size')),
    });
  }
  return refs;
}
