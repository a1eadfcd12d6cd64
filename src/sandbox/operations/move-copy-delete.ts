import { itemsElement } from '../items/write-item.js';
import type { XmlElement } from '../xml/element.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { disposeOfItem, readDisposal } from './disposal.js';
import { findItem, holdingItems, listOf, requiredFolder } from './targets.js';
import { copyTo, moveTo } from './transfer.js';

export const moveItem: Operation = (call, request) => transfer(call, request, 'MoveItem');
export const copyItem: Operation = (call, request) => transfer(call, request, 'CopyItem');

function transfer(call: Call, request: XmlElement, operation: 'MoveItem' | 'CopyItem'): Promise<string> {
  const tellsIds = request.childFlag('ReturnNewItemIds') ?? true;
  return answerEach(
    call,
    operation,
    listOf(request, 'ItemIds'),
    (id) => {
      const target = holdingItems(requiredFolder(call, request, 'ToFolderId'), 'ErrorMoveCopyFailed');
      const source = findItem(call, id);
      const item = operation === 'MoveItem' ? moveTo(source, target) : copyTo(source, target);
      // Exchange tells no new ids across mailboxes.
      const tells = tellsIds && source.mailbox === target.mailbox;
      return tells ? itemsElement(item) : '<m:Items/>';
    },
    '<m:Items/>',
  );
}

export const deleteItem: Operation = (call, request) => {
  const disposal = readDisposal(request);
  return answerEach(call, 'DeleteItem', listOf(request, 'ItemIds'), (id) => {
    const { mailbox, item } = findItem(call, id);
    disposeOfItem(mailbox, item, disposal);
    return '';
  });
};
