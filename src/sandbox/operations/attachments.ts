import { writeAttachmentHead } from '../items/attachments.js';
import { nextUid, readAttachment } from '../items/read-message.js';
import { revised } from '../items/revise.js';
import { embeddedMessage, findAttachment } from '../items/embedded-message.js';
import { type ItemShape, readShape } from '../items/shape.js';
import { ItemWriter } from '../items/write-item.js';
import { ItemError } from '../soap/faults.js';
import { readAttachmentId } from '../store/ids.js';
import { type AttachmentContent, cachedBase64 } from '../store/message-content.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import type { PlacedItem } from '../store/placed.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { findItem, findItemById, listOf } from './targets.js';

export const getAttachment: Operation = (call, request) => {
  const shape = readShape(request, 'AttachmentShape');
  return answerEach(
    call,
    'GetAttachment',
    listOf(request, 'AttachmentIds'),
    async (id) => {
      const { target, uid } = findTarget(call, id);
      const attachment = await findAttachment(target.item.content, uid);
      if (!attachment) throw new ItemError('ErrorItemNotFound');
      return element('m:Attachments', await writeAttachment(call, target, attachment, shape));
    },
    '<m:Attachments/>',
  );
};

async function writeAttachment(
  call: Call,
  target: PlacedItem,
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

export const createAttachment: Operation = (call, request) => {
  const parentId = request.required('ParentItemId');
  return answerEach(
    call,
    'CreateAttachment',
    listOf(request, 'Attachments'),
    async (attachment) => element('m:Attachments', await attach(call, parentId, attachment)),
    '<m:Attachments/>',
  );
};

async function attach(call: Call, parentId: XmlElement, attachment: XmlElement): Promise<string> {
  const { mailbox, item } = findItem(call, parentId);
  const read = await readAttachment(attachment, 0);
  // Numbered only now, because other attachments may have been added while this one was parsed.
  if (mailbox.items.get(item.id) !== item) throw new ItemError('ErrorItemNotFound');
  const added = { ...read, uid: nextUid(item.content) };
  mailbox.updateItem(item, { content: revised(item.content, { attachments: [...item.content.attachments, added] }) });
  const root = { RootItemId: item.id, RootItemChangeKey: item.changeKey };
  return element(
    added.kind === 'item' ? 't:ItemAttachment' : 't:FileAttachment',
    writeAttachmentHead(item, added, true, root),
  );
}

export const deleteAttachment: Operation = (call, request) => {
  return answerEach(call, 'DeleteAttachment', listOf(request, 'AttachmentIds'), (id) => {
    const { target, uid } = findTarget(call, id);
    const { mailbox, item } = target;
    const kept = item.content.attachments.filter((attachment) => attachment.uid !== uid);
    if (kept.length === item.content.attachments.length) throw new ItemError('ErrorItemNotFound');
    mailbox.updateItem(item, { content: revised(item.content, { attachments: kept }) });
    return element('m:RootItemId', '', { RootItemId: item.id, RootItemChangeKey: item.changeKey });
  });
};

function findTarget(call: Call, id: XmlElement): { target: PlacedItem; uid: number } {
  const attachment = readAttachmentId(id.attribute('Id') ?? '');
  if (!attachment) throw new ItemError('ErrorInvalidAttachmentId', 'The attachment id is invalid.');
  return { target: findItemById(call, attachment.itemId), uid: attachment.uid };
}
