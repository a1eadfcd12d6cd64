import { attachmentId } from '../store/ids.js';
import type { Item } from '../store/item.js';
import type { AttachmentContent } from '../store/message-content.js';
import { dateTime, element, optionalText, textElement } from '../xml/write-xml.js';

/** The `Attachments` of an item, without content; nothing when it has none. */
export function writeAttachmentList(item: Item, omitOptional: boolean): string {
  const { attachments } = item.content;
  if (attachments.length === 0) return '';
  const list = attachments.map((attachment) =>
    element(
      attachment.kind === 'item' ? 't:ItemAttachment' : 't:FileAttachment',
      writeAttachmentHead(item, attachment, omitOptional),
    ),
  );
  return element('t:Attachments', list.join(''));
}

/** The `Attachments` of an item that was just created: nothing but their ids. */
export function writeAttachmentIds(item: Item): string {
  const list = item.content.attachments.map(({ kind, uid }) =>
    element(
      kind === 'item' ? 't:ItemAttachment' : 't:FileAttachment',
      element('t:AttachmentId', '', { Id: attachmentId(item.id, uid) }),
    ),
  );
  return list.length === 0 ? '' : element('t:Attachments', list.join(''));
}

/** What file and item attachments have in common (AttachmentType). */
export function writeAttachmentHead(
  item: Item,
  attachment: AttachmentContent,
  omitOptional: boolean,
  root?: { RootItemId: string; RootItemChangeKey: string },
): string {
  const id = element('t:AttachmentId', '', { Id: attachmentId(item.id, attachment.uid), ...root });
  const contentId = optionalText('t:ContentId', attachment.contentId);
  if (omitOptional) {
    return (
      id +
      optionalText('t:Name', attachment.name || undefined) +
      contentId +
      (attachment.inline ? '<t:IsInline>true</t:IsInline>' : '')
    );
  }
  return (
    id +
    textElement('t:Name', attachment.name) +
    textElement('t:ContentType', attachment.contentType) +
    contentId +
    optionalText('t:ContentLocation', attachment.contentLocation) +
    textElement('t:Size', attachment.content.length) +
    textElement('t:LastModifiedTime', dateTime(item.createdAt)) +
    textElement('t:IsInline', attachment.inline)
  );
}
