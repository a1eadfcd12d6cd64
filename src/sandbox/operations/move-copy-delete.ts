import { elementName } from '../items/write-item.js';
import { schemaFault } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import { stateOf } from '../store/item-state.js';
import type { Item } from '../store/item.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import type { Call, Operation } from './call.js';
import {
  type FolderTarget,
  type ItemTarget,
  findItem,
  listOf,
  perItem,
  requiredChoice,
  targetFolder,
} from './targets.js';

export const moveItem: Operation = (call, request) => transfer(call, request, 'MoveItem');
export const copyItem: Operation = (call, request) => transfer(call, request, 'CopyItem');

async function transfer(call: Call, request: XmlElement, operation: 'MoveItem' | 'CopyItem'): Promise<string> {
  const tellsIds = request.childFlag('ReturnNewItemIds') ?? true;
  const messages = listOf(request, 'ItemIds').map((id) =>
    perItem(
      () => {
        const target = targetFolder(call, request, 'ToFolderId');
        if (!target) throw schemaFault(`the element '${operation}' lacks 'ToFolderId'.`);
        const source = findItem(call, id);
        const item = operation === 'MoveItem' ? move(source, target) : copy(source, target);
        const newId = element('t:ItemId', '', { Id: item.id, ChangeKey: item.changeKey });
        // Exchange tells no new ids across mailboxes.
        const tells = tellsIds && source.mailbox === target.mailbox;
        return success(
          operation,
          tells ? element('m:Items', element(elementName(item.itemClass), newId)) : '<m:Items/>',
        );
      },
      (error) => failure(operation, error, '<m:Items/>', call.style.omitOptional),
    ),
  );
  return response(operation, await Promise.all(messages));
}

function move(source: ItemTarget, target: FolderTarget): Item {
  if (source.mailbox === target.mailbox) return source.mailbox.moveItem(source.item, target.folder);
  const moved = copy(source, target);
  source.mailbox.removeItem(source.item);
  return moved;
}

function copy(source: ItemTarget, target: FolderTarget): Item {
  if (source.mailbox === target.mailbox) return source.mailbox.copyItem(source.item, target.folder);
  return target.mailbox.addItem(target.folder, stateOf(source.item), { searchKey: source.item.searchKey });
}

export const deleteItem: Operation = async (call, request) => {
  const type = requiredChoice(request, 'DeleteType', ['HardDelete', 'SoftDelete', 'MoveToDeletedItems']);
  const messages = listOf(request, 'ItemIds').map((id) =>
    perItem(
      () => {
        const { mailbox, item } = findItem(call, id);
        if (type === 'HardDelete') mailbox.removeItem(item);
        else
          mailbox.moveItem(
            item,
            mailbox.wellKnown(type === 'SoftDelete' ? 'recoverableitemsdeletions' : 'deleteditems'),
          );
        return success('DeleteItem');
      },
      (error) => failure('DeleteItem', error, '', call.style.omitOptional),
    ),
  );
  return response('DeleteItem', await Promise.all(messages));
};
