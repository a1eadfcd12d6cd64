import type { Mailbox, OutgoingAttachment, OutgoingDraft } from '../../mail/mail-item.js';
import type { MailboxIdentity } from '../../mail/mail-server.js';
import type { XmlObject } from '../soap/xml-writer.js';
import { MARKER_PROPERTY } from './property-paths.js';

/** The marker as an extended property of an item (types.xsd `ExtendedPropertyType`). */
export function markerProperty(marker: string): XmlObject {
  return { 't:ExtendedFieldURI': MARKER_PROPERTY, 't:Value': marker };
}

/**
 * A new message in the order of the schema (types.xsd `MessageType`).
 * @param complete false leaves out attachments and marker: they follow, the marker last of all.
 */
export function draftMessage(identity: MailboxIdentity, draft: OutgoingDraft, complete: boolean): XmlObject {
  return {
    't:Subject': draft.subject,
    't:Body': {
      '@BodyType': draft.html === null ? 'Text' : 'HTML',
      '#text': draft.html ?? draft.text ?? '',
    },
    't:Attachments':
      complete && draft.attachments.length > 0
        ? { 't:FileAttachment': draft.attachments.map(fileAttachment) }
        : undefined,
    't:ExtendedProperty': complete ? markerProperty(draft.marker) : undefined,
    't:ToRecipients': recipients(draft.to),
    't:CcRecipients': recipients(draft.cc),
    't:BccRecipients': recipients(draft.bcc),
    // A delegate would otherwise write in the service account's own name.
    't:From': identity.access === 'delegation' ? { 't:Mailbox': { 't:EmailAddress': identity.address } } : undefined,
    't:InternetMessageId': draft.internetMessageId,
    't:ReplyTo': recipients(draft.replyTo),
  };
}

/** A file with its content (types.xsd `FileAttachmentType`). */
export function fileAttachment(attachment: OutgoingAttachment): XmlObject {
  return {
    't:Name': attachment.name,
    't:ContentType': attachment.contentType,
    't:ContentId': attachment.contentId ?? undefined,
    't:IsInline': attachment.isInline,
    't:Content': attachment.content.toString('base64'),
  };
}

function recipients(mailboxes: readonly Mailbox[]): XmlObject | undefined {
  if (mailboxes.length === 0) return undefined;
  return {
    't:Mailbox': mailboxes.map(({ name, address }) => ({
      't:Name': name ?? undefined,
      't:EmailAddress': address ?? undefined,
    })),
  };
}
