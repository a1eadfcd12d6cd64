import { writeAttachmentIds } from '../items/attachments.js';
import { READ_ONLY } from '../items/read-only-fields.js';
import { type WrittenMessage, readMessage } from '../items/read-message.js';
import { noteAnswered, readResponse, responseKind } from '../items/response-item.js';
import { itemsElement } from '../items/write-item.js';
import { newMessageId } from '../mime/compose-message.js';
import { ItemError } from '../soap/faults.js';
import type { ItemState } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import type { PlacedFolder } from '../store/placed.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { senderOf } from './sender.js';
import { findItem, listOf, savedItemFolder } from './targets.js';

export const createItem: Operation = (call, request) => {
  const disposition = request.attribute('MessageDisposition');
  return answerEach(
    call,
    'CreateItem',
    listOf(request, 'Items'),
    (item) => createOne(call, request, item, disposition),
    '<m:Items/>',
  );
};

async function createOne(
  call: Call,
  request: XmlElement,
  item: XmlElement,
  disposition: string | undefined,
): Promise<string> {
  const kind = responseKind(item);
  if (!kind && item.name !== 'Message' && item.name !== 'Item') {
    throw new ItemError('ErrorItemSave', `The sandbox keeps messages only, not ${item.name} items.`);
  }
  if (item.children.some(({ name }) => READ_ONLY.has(name))) throw new ItemError('ErrorInvalidPropertySet');
  if (disposition === undefined)
    throw new ItemError('ErrorMessageDispositionRequired', 'The MessageDisposition attribute is required.');
  const target = savedItemFolder(call, request);
  const answered = kind && findItem(call, item.required('ReferenceItemId'));
  const written = answered ? await readResponse(kind, item, answered) : await readMessage(item);
  if (disposition === 'SaveOnly') {
    const place = target ?? ownFolder(call, 'drafts');
    return save(call, written, place, item.child('Attachments') !== undefined);
  }
  await send(call, written, target, disposition === 'SendAndSaveCopy');
  if (answered) noteAnswered(kind, answered, call.organisation.now());
  return '<m:Items/>';
}

function ownFolder(call: Call, name: 'drafts' | 'sentitems'): PlacedFolder {
  if (!call.mailbox) throw new ItemError('ErrorMissingEmailAddress');
  return { mailbox: call.mailbox, folder: call.mailbox.wellKnown(name) };
}

/** @param attached whether the client sent attachments. It gets their ids; otherwise it would attach them again. */
function save(call: Call, written: WrittenMessage, { mailbox, folder }: PlacedFolder, attached: boolean): string {
  const messageId = written.content.messageId ?? newMessageId(call.organisation.domain);
  const saved = mailbox.addItem(folder, {
    ...stateOfWritten(written, call.organisation.now()),
    content: { ...written.content, messageId },
  });
  return itemsElement(saved, attached ? writeAttachmentIds(saved) : '');
}

function stateOfWritten(written: WrittenMessage, now: number): ItemState {
  const isDraft = written.isDraft ?? true;
  return {
    content: written.content,
    itemClass: written.itemClass ?? 'IPM.Note',
    receivedAt: written.receivedAt ?? now,
    isRead: written.isRead ?? true,
    isDraft,
    isSubmitted: false,
    isFromMe: isDraft,
    categories: written.categories,
    flagStatus: written.flagStatus,
    extended: written.extended,
    ...(written.reminder ? { reminder: written.reminder } : {}),
  };
}

async function send(
  call: Call,
  written: WrittenMessage,
  target: PlacedFolder | undefined,
  keep: boolean,
): Promise<void> {
  const submission = senderOf(call, written.content, target?.mailbox);
  const prepared = await call.mailFlow.prepare(submission);
  const { owner } = submission;
  call.mailFlow.transmit(owner, prepared);
  if (!keep) return;
  const place = target ?? { mailbox: owner, folder: owner.wellKnown('sentitems') };
  place.mailbox.addItem(
    place.folder,
    {
      ...stateOfWritten(written, call.organisation.now()),
      content: prepared.content,
      isDraft: false,
      isSubmitted: true,
      isFromMe: true,
    },
    { searchKey: prepared.searchKey },
  );
}
