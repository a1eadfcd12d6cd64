import { type WrittenMessage, readMessage } from '../items/read-message.js';
import { newMessageId } from '../mime/compose-message.js';
import { ItemError } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { ItemState } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import { elementName } from '../items/write-item.js';
import type { Call, Operation } from './call.js';
import { senderOf } from './sender.js';
import { type FolderTarget, listOf, perItem, targetFolder } from './targets.js';

export const createItem: Operation = async (call, request) => {
  const disposition = request.attribute('MessageDisposition');
  const messages: string[] = [];
  // One after the other: Exchange keeps the order of the items.
  for (const item of listOf(request, 'Items')) {
    messages.push(
      await perItem(
        async () => success('CreateItem', await createOne(call, request, item, disposition)),
        (error) => failure('CreateItem', error, '<m:Items/>', call.style.omitOptional),
      ),
    );
  }
  return response('CreateItem', messages);
};

async function createOne(
  call: Call,
  request: XmlElement,
  item: XmlElement,
  disposition: string | undefined,
): Promise<string> {
  if (item.name !== 'Message' && item.name !== 'Item') {
    throw new ItemError('ErrorItemSave', `The sandbox keeps messages only, not ${item.name} items.`);
  }
  if (disposition === undefined)
    throw new ItemError('ErrorMessageDispositionRequired', 'The MessageDisposition attribute is required.');
  const target = targetFolder(call, request, 'SavedItemFolderId');
  const written = await readMessage(item);
  switch (disposition) {
    case 'SaveOnly':
      return save(call, written, target ?? ownFolder(call, 'drafts'));
    case 'SendOnly':
      await send(call, written, target, false);
      return '<m:Items/>';
    case 'SendAndSaveCopy':
      await send(call, written, target, true);
      return '<m:Items/>';
    default:
      throw new ItemError('ErrorInvalidArgument');
  }
}

function ownFolder(call: Call, name: 'drafts' | 'sentitems'): FolderTarget {
  if (!call.mailbox) throw new ItemError('ErrorMissingEmailAddress');
  return { mailbox: call.mailbox, folder: call.mailbox.wellKnown(name) };
}

function save(call: Call, written: WrittenMessage, { mailbox, folder }: FolderTarget): string {
  const messageId = written.content.messageId ?? newMessageId(call.organisation.domain);
  const saved = mailbox.addItem(folder, {
    ...stateOfWritten(written, call.organisation.now()),
    content: { ...written.content, messageId },
  });
  const id = element('t:ItemId', '', { Id: saved.id, ChangeKey: saved.changeKey });
  return element('m:Items', element(elementName(saved.itemClass), id));
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
  };
}

async function send(
  call: Call,
  written: WrittenMessage,
  target: FolderTarget | undefined,
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
