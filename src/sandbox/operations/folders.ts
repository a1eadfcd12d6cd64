import { readShape } from '../items/shape.js';
import { folderId, writeFolder } from '../items/write-folder.js';
import { ItemError, schemaFault } from '../soap/faults.js';
import { failure, response, success } from '../soap/response-messages.js';
import type { Folder } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import { element } from '../xml/write-xml.js';
import type { Operation } from './call.js';
import { readPage } from './paging.js';
import { type FolderTarget, findFolder, listOf, perItem, requiredChoice, targetFolder } from './targets.js';

export const findFolders: Operation = async (call, request) => {
  const traversal = requiredChoice(request, 'Traversal', ['Shallow', 'Deep', 'SoftDeleted']);
  const shape = readShape(request, 'FolderShape');
  const page = readPage(request, 'FolderView', call.findCountLimit);
  const messages = listOf(request, 'ParentFolderIds').map((id) =>
    perItem(
      () => {
        const { mailbox, folder } = findFolder(call, id);
        const found = traversal === 'SoftDeleted' ? [] : below(mailbox, folder, traversal === 'Deep');
        const { items, attributes } = page(found);
        const xml = items.map((child) => writeFolder(mailbox, child, shape, call.style.omitOptional)).join('');
        return success('FindFolder', element('m:RootFolder', element('t:Folders', xml), attributes));
      },
      (error) => failure('FindFolder', error, '', call.style.omitOptional),
    ),
  );
  return response('FindFolder', await Promise.all(messages));
};

function below(mailbox: Mailbox, folder: Folder, deep: boolean): Folder[] {
  const children = mailbox.childrenOf(folder);
  return deep ? children.flatMap((child) => [child, ...below(mailbox, child, true)]) : children;
}

const CLASSES: Record<string, string> = {
  CalendarFolder: 'IPF.Appointment',
  ContactsFolder: 'IPF.Contact',
  TasksFolder: 'IPF.Task',
};

export const createFolder: Operation = async (call, request) => {
  const messages = listOf(request, 'Folders').map((wanted) =>
    perItem(
      () => {
        const parent = requiredFolder(targetFolder(call, request, 'ParentFolderId'), 'ParentFolderId');
        const name = wanted.childText('DisplayName') ?? '';
        if (name === '') throw new ItemError('ErrorFolderSave', 'A folder needs a name.');
        const siblings = parent.mailbox.childrenOf(parent.folder);
        if (siblings.some(({ info }) => info.displayName.toLowerCase() === name.toLowerCase())) {
          throw new ItemError('ErrorFolderExists');
        }
        const folderClass = wanted.childText('FolderClass') ?? CLASSES[wanted.name] ?? 'IPF.Note';
        const folder = parent.mailbox.createFolder(parent.folder, name, folderClass);
        return success(
          'CreateFolder',
          element('m:Folders', element(`t:${wanted.name}`, folderId('t:FolderId', folder))),
        );
      },
      (error) => failure('CreateFolder', error, '<m:Folders/>', call.style.omitOptional),
    ),
  );
  return response('CreateFolder', await Promise.all(messages));
};

export const deleteFolder: Operation = async (call, request) => {
  requiredChoice(request, 'DeleteType', ['HardDelete', 'SoftDelete', 'MoveToDeletedItems']);
  const messages = listOf(request, 'FolderIds').map((id) =>
    perItem(
      () => {
        const { mailbox, folder } = findFolder(call, id);
        if (folder.info.distinguished !== null) {
          throw new ItemError('ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be deleted.');
        }
        mailbox.removeFolder(folder);
        return success('DeleteFolder');
      },
      (error) => failure('DeleteFolder', error, '', call.style.omitOptional),
    ),
  );
  return response('DeleteFolder', await Promise.all(messages));
};

export const markAllItemsAsRead: Operation = async (call, request) => {
  const isRead = request.childFlag('ReadFlag') ?? true;
  const messages = listOf(request, 'FolderIds').map((id) =>
    perItem(
      () => {
        const { mailbox, folder } = findFolder(call, id);
        for (const item of folder.byArrival) {
          if (item.isRead !== isRead) mailbox.updateItem(item, { isRead }, 'read');
        }
        return success('MarkAllItemsAsRead');
      },
      (error) => failure('MarkAllItemsAsRead', error, '', call.style.omitOptional),
    ),
  );
  return response('MarkAllItemsAsRead', await Promise.all(messages));
};

function requiredFolder(target: FolderTarget | undefined, name: string): FolderTarget {
  if (!target) throw schemaFault(`the element '${name}' is missing.`);
  return target;
}
