import type { MailAddress, OutgoingAttachment, OutgoingDraft } from '../../port/mail-item.js';
import type { MailboxIdentity } from '../../port/mail-server.js';
import type { XmlObject } from '../soap/xml-writer.js';
import { MARKER_PROPERTY } from './property-paths.js';

/** The marker as an extended property of an item (types.xsd `ExtendedPropertyType`). */
export function markerProperty(marker: string): XmlObject {
  return { 't:ExtendedFieldURI': MARKER_PROPERTY, 't:Value': marker };
}

/**
 * A new message in the order of the schema (types.xsd `ItemType`, then `MessageType`).
 * @param complete false leaves out attachments and marker: they follow, the marker last of all.
 */
export function draftMessage(identity: MailboxIdentity, draft: OutgoingDraft, complete: boolean): XmlObject {
  const { references = [] } = draft;
  const properties = [
    ...(draft.headers ?? []).map(headerProperty),
    ...(complete ? [markerProperty(draft.marker)] : []),
  ];
  return {
    't:Subject': draft.subject,
    't:Body': {
      '@BodyType': draft.html === null ? 'Text' : 'HTML',
      '#text': draft.html ?? draft.text ?? '',
    },
    't:Attachments': complete && draft.attachments.length > 0 ? attachmentList(draft.attachments) : undefined,
    't:Importance': importance(draft),
    't:InReplyTo': draft.inReplyTo ?? undefined,
    't:ExtendedProperty': properties.length > 0 ? properties : undefined,
    't:ToRecipients': recipients(draft.to),
    't:CcRecipients': recipients(draft.cc),
    't:BccRecipients': recipients(draft.bcc),
    't:IsReadReceiptRequested': draft.readReceipt ? true : undefined,
    't:IsDeliveryReceiptRequested': draft.deliveryReceipt ? true : undefined,
    't:From': from(identity, draft),
    't:InternetMessageId': draft.internetMessageId,
    't:References': references.length > 0 ? references.join(' ') : undefined,
    't:ReplyTo': recipients(draft.replyTo),
  };
}

/** A header of its own, as a named property: Exchange writes those of this set into the message it sends. */
function headerProperty({ name, value }: { readonly name: string; readonly value: string }): XmlObject {
  return {
    't:ExtendedFieldURI': {
      '@DistinguishedPropertySetId': 'InternetHeaders',
      '@PropertyName': name,
      '@PropertyType': 'String',
    },
    't:Value': value,
  };
}

function importance({ importance: level = 'normal' }: OutgoingDraft): string | undefined {
  if (level === 'normal') return undefined;
  return level === 'high' ? 'High' : 'Low';
}

/** Under delegation a message would otherwise be in the service account's own name. */
function from(identity: MailboxIdentity, draft: OutgoingDraft): XmlObject | undefined {
  if (draft.from) return { 't:Mailbox': mailbox(draft.from) };
  return identity.access === 'delegation' ? { 't:Mailbox': { 't:EmailAddress': identity.address } } : undefined;
}

/** Files and messages (types.xsd `NonEmptyArrayOfAttachmentsType`, in any order). */
export function attachmentList(attachments: readonly OutgoingAttachment[]): XmlObject {
  const of = (kind: 'file' | 'message') => attachments.filter((attachment) => (attachment.kind ?? 'file') === kind);
  return {
    't:ItemAttachment': of('message').map(messageAttachment),
    't:FileAttachment': of('file').map(fileAttachment),
  };
}

/** PidTagMessageFlags without MSGFLAG_UNSENT: otherwise an attached message opens as a draft, ready to be sent. */
const READ_AND_SENT: XmlObject = {
  't:ExtendedFieldURI': { '@PropertyTag': '0x0E07', '@PropertyType': 'Integer' },
  't:Value': '1',
};

/** A message with its MIME (types.xsd `ItemAttachmentType`): recipients get a message/rfc822, not a file. */
function messageAttachment(attachment: OutgoingAttachment): XmlObject {
  return {
    't:Name': attachment.name,
    't:Message': {
      't:MimeContent': { '@CharacterSet': 'UTF-8', '#text': attachment.content.toString('base64') },
      't:ExtendedProperty': READ_AND_SENT,
    },
  };
}

/** A file with its content (types.xsd `FileAttachmentType`). */
function fileAttachment(attachment: OutgoingAttachment): XmlObject {
  return {
    't:Name': attachment.name,
    't:ContentType': attachment.contentType,
    't:ContentId': attachment.contentId ?? undefined,
    't:IsInline': attachment.isInline,
    't:Content': attachment.content.toString('base64'),
  };
}

function recipients(mailboxes: readonly MailAddress[]): XmlObject | undefined {
  return mailboxes.length === 0 ? undefined : { 't:Mailbox': mailboxes.map(mailbox) };
}

function mailbox({ name, address }: MailAddress): XmlObject {
  return { 't:Name': name ?? undefined, 't:EmailAddress': address ?? undefined };
}
