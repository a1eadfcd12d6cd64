import { readExtendedProperty } from '../items/extended-field.js';
import { folderReader } from '../items/folder-property.js';
import { predicate } from '../items/restriction.js';
import { itemsIn } from '../items/search-folder.js';
import { readShape } from '../items/shape.js';
import { foldersElement, writeFolder } from '../items/write-folder.js';
import { ItemError } from '../soap/faults.js';
import type { FolderInfo } from '../store/folder.js';
import type { Folder } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { XmlElement } from '../xml/element.js';
import { element } from '../xml/write-xml.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { checkName, parentFolder, readSearch } from './folder-input.js';
import { readPage } from './paging.js';
import { findFolder, listOf, requiredChoice } from './targets.js';

/** Folders cannot be soft deleted. */
const found = {
  Shallow: (mailbox: Mailbox, folder: Folder): Folder[] => mailbox.childrenOf(folder),
  Deep: (mailbox: Mailbox, folder: Folder): Folder[] => mailbox.descendantsOf(folder),
  SoftDeleted: (): Folder[] => [],
};

export const findFolders: Operation = (call, request) => {
  const traversal = requiredChoice(request, 'Traversal', ['Shallow', 'Deep', 'SoftDeleted']);
  const shape = readShape(request, 'FolderShape');
  const page = readPage(request, 'FolderView', call.findCountLimit);
  return answerEach(call, 'FindFolder', listOf(request, 'ParentFolderIds'), (id) => {
    const [expression] = request.child('Restriction')?.children ?? [];
    const matches = expression && predicate(expression, folderReader);
    const { mailbox, folder } = findFolder(call, id);
    const all = found[traversal](mailbox, folder);
    const listed = matches ? all.filter((child) => matches({ mailbox, folder: child })) : all;
    const { items, attributes } = page(listed);
    const xml = items.map((child) => writeFolder(mailbox, child, shape, call.style.omitOptional)).join('');
    return element('m:RootFolder', element('t:Folders', xml), attributes);
  });
};

const CLASSES: Record<string, string> = {
  CalendarFolder: 'IPF.Appointment',
  ContactsFolder: 'IPF.Contact',
  TasksFolder: 'IPF.Task',
};

export const createFolder: Operation = (call, request) => {
  return answerEach(
    call,
    'CreateFolder',
    listOf(request, 'Folders'),
    (wanted) => {
      const parent = parentFolder(call, request, 'ParentFolderId');
      const name = wanted.childText('DisplayName') ?? '';
      if (name === '') throw new ItemError('ErrorFolderSave', 'A folder needs a name.');
      // The other kinds of folder have a fixed class.
      if (wanted.name !== 'Folder' && wanted.child('FolderClass')) throw new ItemError('ErrorNoFolderClassOverride');
      checkName(parent, name);
      const folderClass = wanted.childText('FolderClass') ?? CLASSES[wanted.name] ?? 'IPF.Note';
      const folder = parent.mailbox.createFolder(parent.folder, name, folderClass, {
        ...extendedOf(wanted),
        ...searchOf(call, parent.mailbox, wanted),
      });
      return foldersElement(folder);
    },
    '<m:Folders/>',
  );
};

function extendedOf(wanted: XmlElement): Pick<FolderInfo, 'extended'> {
  const properties = wanted.childrenNamed('ExtendedProperty').map((property) => {
    const { field, value } = readExtendedProperty(property);
    return [field.key, value] as const;
  });
  return properties.length === 0 ? {} : { extended: Object.fromEntries(properties) };
}

function searchOf(call: Call, mailbox: Mailbox, wanted: XmlElement): Pick<FolderInfo, 'search'> {
  if (wanted.name !== 'SearchFolder') return {};
  const parameters = wanted.child('SearchParameters');
  if (!parameters) throw new ItemError('ErrorFolderSave', 'A search folder needs search parameters.');
  return { search: readSearch(call, mailbox, parameters) };
}

export const markAllItemsAsRead: Operation = (call, request) => {
  const isRead = request.childFlag('ReadFlag') ?? true;
  return answerEach(call, 'MarkAllItemsAsRead', listOf(request, 'FolderIds'), (id) => {
    const target = findFolder(call, id);
    for (const item of itemsIn(target)) {
      if (item.isRead !== isRead) target.mailbox.updateItem(item, { isRead }, 'read');
    }
    return '';
  });
};
