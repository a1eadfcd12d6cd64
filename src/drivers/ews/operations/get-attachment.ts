import type { AttachmentContent } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, childText } from '../soap/element.js';
import { itemInWords } from './item-in-words.js';

/**
 * GetAttachment (messages.xsd `GetAttachmentType`): a file's bytes, or the MIME of an attached item
 * (content type `message/rfc822`). What has no MIME, as a contact or an appointment often, is given as a text of
 * its properties.
 */
export async function fetchAttachment(
  context: OperationContext,
  attachmentId: string,
  signal?: AbortSignal,
): Promise<AttachmentContent> {
  const answer = await context.call(
    {
      name: 'GetAttachment',
      changes: false,
      isAnswer: ({ messages: [message] }) => {
        const given = child(message ?? null, 'Attachments')?.children[0] ?? null;
        const id = attribute(child(given, 'AttachmentId'), 'Id');
        return id === null || id === attachmentId;
      },
      body: () => ({
        'm:GetAttachment': {
          // Means nothing to a file, and an attached item has no other content.
          'm:AttachmentShape': { 't:IncludeMimeContent': true },
          'm:AttachmentIds': { 't:AttachmentId': { '@Id': attachmentId } },
        },
      }),
    },
    signal,
  );
  const [attachment] = child(answer.single('Attachments'), 'Attachments')?.children ?? [];
  if (attachment === undefined) throw answer.unexpected('the answer has no attachment');
  const name = childText(attachment, 'Name');
  if (attachment.name === 'FileAttachment') {
    const content = child(attachment, 'Content');
    if (content?.damaged === true) throw answer.unexpected('the attachment is not base64');
    // A file of no bytes comes without Content.
    return { name, contentType: childText(attachment, 'ContentType'), content: content?.bytes ?? Buffer.alloc(0) };
  }
  const withMime = attachment.children.find((candidate) => child(candidate, 'MimeContent') !== null);
  const mime = child(withMime ?? null, 'MimeContent')?.bytes ?? null;
  if (mime !== null) return { name, contentType: 'message/rfc822', content: mime };
  const item = attachment.children.find((candidate) => child(candidate, 'ItemClass') !== null);
  const words = item ? itemInWords(item) : null;
  if (words === null) throw answer.unexpected(`a ${attachment.name} without content`);
  return { name: `${name ?? 'item'}.txt`, contentType: 'text/plain; charset=utf-8', content: Buffer.from(words) };
}
