import { ItemError, schemaFault } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { XmlElement } from '../xml/element.js';
import type { Call, Operation } from './call.js';
import { senderOf } from './sender.js';
import { type FolderTarget, findItem, listOf, perItem, targetFolder } from './targets.js';

export const sendItem: Operation = async (call, request) => {
  const keep = request.attribute('SaveItemToFolder');
  if (!/^(true|false|0|1)$/.test(keep ?? ''))
    throw schemaFault("the required attribute 'SaveItemToFolder' is missing.");
  const saves = keep === 'true' || keep === '1';
  const messages: string[] = [];
  for (const id of listOf(request, 'ItemIds')) {
    messages.push(
      await perItem(
        async () => {
          const target = targetFolder(call, request, 'SavedItemFolderId');
          if (target && !saves)
            throw new ItemError(
              'ErrorInvalidSendItemSaveSettings',
              'A folder was given for an item that is not to be saved.',
            );
          await sendOne(call, id, target, saves);
          return success('SendItem');
        },
        (error) => failure('SendItem', error, '', call.style.omitOptional),
      ),
    );
  }
  return response('SendItem', messages);
};

async function sendOne(call: Call, id: XmlElement, target: FolderTarget | undefined, saves: boolean): Promise<void> {
  const changeKey = id.attribute('ChangeKey');
  if (!changeKey) throw new ItemError('ErrorChangeKeyRequired');
  const { mailbox, item } = findItem(call, id);
  if (item.changeKey !== changeKey) throw new ItemError('ErrorStaleObject');
  if (!item.isDraft) throw new ItemError('ErrorItemSave', 'Only a draft can be sent.');
  const submission = senderOf(call, item.content, mailbox);
  const prepared = await call.mailFlow.prepare(submission);
  // Two calls may have prepared the same draft; the second one to get here must not send it again.
  if (mailbox.items.get(item.id) !== item) throw new ItemError('ErrorItemNotFound');
  if (item.changeKey !== changeKey) throw new ItemError('ErrorStaleObject');
  call.mailFlow.transmit(submission.owner, prepared);
  if (!saves) {
    mailbox.removeItem(item);
    return;
  }
  const sent = {
    content: prepared.content,
    isDraft: false,
    isSubmitted: true,
    isFromMe: true,
    isRead: true,
    receivedAt: call.organisation.now(),
  };
  const folder = target?.mailbox === mailbox ? target.folder : mailbox.wellKnown('sentitems');
  mailbox.moveItem(item, folder, sent);
}
