import { ItemError } from '../soap/faults.js';
import { isTrue, type XmlElement } from '../xml/element.js';
import type { PlacedFolder } from '../store/placed.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { senderOf } from './sender.js';
import { findItem, listOf, savedItemFolder } from './targets.js';
import { moveTo } from './transfer.js';

export const sendItem: Operation = (call, request) => {
  const saves = isTrue(request.attribute('SaveItemToFolder'));
  return answerEach(call, 'SendItem', listOf(request, 'ItemIds'), async (id) => {
    const target = savedItemFolder(call, request);
    if (target && !saves)
      throw new ItemError(
        'ErrorInvalidSendItemSaveSettings',
        'A folder was given for an item that is not to be saved.',
      );
    await sendOne(call, id, target, saves);
    return '';
  });
};

async function sendOne(call: Call, id: XmlElement, target: PlacedFolder | undefined, saves: boolean): Promise<void> {
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
  moveTo({ mailbox, item }, target ?? { mailbox, folder: mailbox.wellKnown('sentitems') }, sent);
}
