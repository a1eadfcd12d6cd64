import { writeAttachmentHead } from '../items/attachments.js';
import { nextUid, readAttachment } from '../items/read-message.js';
import { revised } from '../items/revise.js';
import { embeddedMessage, findAttachment } from '../items/embedded-message.js';
import { type ItemShape, readShape } from '../items/shape.js';
import { ItemWriter } from '../items/write-item.js';
import { ItemError, schemaFault } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import { readAttachmentId } from '../store/ids.js';
import { type AttachmentContent, cachedBase64 } from '../store/message-content.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import type { Call, Operation } from './call.js';
import { type ItemTarget, findItem, findItemById, listOf, perItem } from './targets.js';

export const getAttachment: Operation = async (call, request) => {
  const shape = readShape(request, 'AttachmentShape');
  const messages = listOf(request, 'AttachmentIds').map((id) =>
    perItem(
      async () => {
        const { target, uid } = findTarget(call, id);
        const attachment = await findAttachment(target.item.content, uid);
        if (!attachment) throw new ItemError('ErrorItemNotFound');
        return success(
          'GetAttachment',
          element('m:Attachments', await writeAttachment(call, target, attachment, shape)),
        );
      },
      (error) => failure('GetAttachment', error, '<m:Attachments/>', call.style.omitOptional),
    ),
  );
  return response('GetAttachment', await Promise.all(messages));
};

async function writeAttachment(
  call: Call,
  target: ItemTarget,
  attachment: AttachmentContent,
  shape: ItemShape,
): Promise<string> {
  const head = writeAttachmentHead(target.item, attachment, call.style.omitOptional);
  if (attachment.kind === 'file') {
    return element('t:FileAttachment', `${head}<t:Content>${cachedBase64(attachment.content)}</t:Content>`);
  }
  const embedded = await embeddedMessage(target.item, attachment);
  const writer = new ItemWriter(call, shape, false);
  return element('t:ItemAttachment', head + writer.writeEmbedded(target.mailbox, embedded));
}

export const createAttachment: Operation = async (call, request) => {
  const parentId = request.child('ParentItemId');
  if (!parentId) throw schemaFault("the element 'CreateAttachment' lacks 'ParentItemId'.");
  const messages: string[] = [];
  for (const attachment of listOf(request, 'Attachments')) {
    messages.push(
      await perItem(
        () => success('CreateAttachment', element('m:Attachments', attach(call, parentId, attachment))),
        (error) => failure('CreateAttachment', error, '<m:Attachments/>', call.style.omitOptional),
      ),
    );
  }
  return response('CreateAttachment', messages);
};

function attach(call: Call, parentId: XmlElement, attachment: XmlElement): string {
  const { mailbox, item } = findItem(call, parentId);
  const added = readAttachment(attachment, nextUid(item.content));
  mailbox.updateItem(item, { content: revised(item.content, { attachments: [...item.content.attachments, added] }) });
  const root = { RootItemId: item.id, RootItemChangeKey: item.changeKey };
  return element(
    added.kind === 'item' ? 't:ItemAttachment' : 't:FileAttachment',
    writeAttachmentHead(item, added, true, root),
  );
}

export const deleteAttachment: Operation = async (call, request) => {
  const messages = listOf(request, 'AttachmentIds').map((id) =>
    perItem(
      () => {
        const { target, uid } = findTarget(call, id);
        const { mailbox, item } = target;
        const kept = item.content.attachments.filter((attachment) => attachment.uid !== uid);
        if (kept.length === item.content.attachments.length) throw new ItemError('ErrorItemNotFound');
        mailbox.updateItem(item, { content: revised(item.content, { attachments: kept }) });
        const root = element('m:RootItemId', '', { RootItemId: item.id, RootItemChangeKey: item.changeKey });
        return success('DeleteAttachment', root);
      },
      (error) => failure('DeleteAttachment', error, '', call.style.omitOptional),
    ),
  );
  return response('DeleteAttachment', await Promise.all(messages));
};

function findTarget(call: Call, id: XmlElement): { target: ItemTarget; uid: number } {
  const attachment = readAttachmentId(id.attribute('Id') ?? '');
  if (!attachment) throw new ItemError('ErrorInvalidAttachmentId', 'The attachment id is invalid.');
  return { target: findItemById(call, attachment.itemId), uid: attachment.uid };
}
