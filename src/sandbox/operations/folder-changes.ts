import { readExtendedField, readExtendedProperty } from '../items/extended-field.js';
import { fieldUri } from '../items/shape.js';
import { foldersElement } from '../items/write-folder.js';
import { ItemError } from '../soap/faults.js';
import type { FolderInfo } from '../store/folder.js';
import type { Folder } from '../store/item.js';
import { isTrue, type XmlElement } from '../xml/element.js';
import type { PlacedFolder } from '../store/placed.js';
import { answerEach } from './answer.js';
import type { Call, Operation } from './call.js';
import { disposeOfFolder, disposeOfItem, readDisposal } from './disposal.js';
import { checkName, parentFolder, readSearch } from './folder-input.js';
import { findFolder, listOf } from './targets.js';

export const moveFolder: Operation = (call, request) => transfer(call, request, 'MoveFolder');
export const copyFolder: Operation = (call, request) => transfer(call, request, 'CopyFolder');

function transfer(call: Call, request: XmlElement, operation: 'MoveFolder' | 'CopyFolder'): Promise<string> {
  return answerEach(
    call,
    operation,
    listOf(request, 'FolderIds'),
    (id) => {
      const target = parentFolder(call, request, 'ToFolderId');
      const source = findFolder(call, id);
      const folder = operation === 'MoveFolder' ? move(source, target) : copy(source, target);
      return foldersElement(folder);
    },
    '<m:Folders/>',
  );
}

function move({ mailbox, folder }: PlacedFolder, target: PlacedFolder): Folder {
  if (folder.info.distinguished !== null) throw new ItemError('ErrorMoveDistinguishedFolder');
  if (mailbox !== target.mailbox) throw new ItemError('ErrorCrossMailboxMoveCopy', 'Folders stay in their mailbox.');
  if (mailbox.isWithin(target.folder, folder)) throw new ItemError('ErrorMoveCopyFailed');
  checkName(target, folder.info.displayName, folder);
  mailbox.changeFolder(folder, { parentId: target.folder.id });
  return folder;
}

function copy({ mailbox, folder }: PlacedFolder, target: PlacedFolder): Folder {
  if (mailbox !== target.mailbox) throw new ItemError('ErrorCrossMailboxMoveCopy', 'Folders stay in their mailbox.');
  if (mailbox.isWithin(target.folder, folder)) throw new ItemError('ErrorMoveCopyFailed');
  checkName(target, folder.info.displayName);
  return mailbox.copyFolder(folder, target.folder);
}

export const updateFolder: Operation = (call, request) => {
  return answerEach(
    call,
    'UpdateFolder',
    listOf(request, 'FolderChanges'),
    (change) => {
      const target = findFolder(call, change.requiredFirst());
      target.mailbox.changeFolder(target.folder, readChanges(call, target, change.required('Updates').children));
      return foldersElement(target.folder);
    },
    '<m:Folders/>',
  );
};

type FolderPatch = Partial<Pick<FolderInfo, 'displayName' | 'folderClass' | 'extended' | 'search'>>;

function readChanges(call: Call, target: PlacedFolder, updates: readonly XmlElement[]): FolderPatch {
  let patch: FolderPatch = {};
  for (const update of updates) {
    const path = update.requiredFirst();
    const [, holder] = update.children;
    const extended = patch.extended ?? target.folder.info.extended ?? {};
    if (update.name === 'AppendToFolderField') throw new ItemError('ErrorInvalidPropertyAppend');
    if (update.name === 'DeleteFolderField') {
      // Clients clear permissions that they have never read; the sandbox has no folder permissions.
      if (path.attribute('FieldURI') === 'folder:PermissionSet') continue;
      if (path.name !== 'ExtendedFieldURI') throw new ItemError('ErrorInvalidPropertyDelete');
      const { key } = readExtendedField(path);
      patch = { ...patch, extended: Object.fromEntries(Object.entries(extended).filter(([name]) => name !== key)) };
      continue;
    }
    const [field, ...others] = holder?.children ?? [];
    if (!field || others.length > 0) throw new ItemError('ErrorIncorrectUpdatePropertyCount');
    const named = path.name === 'ExtendedFieldURI' ? 'ExtendedProperty' : fieldUri(path).replace(/^folder:/, '');
    if (field.name !== named) throw new ItemError('ErrorUpdatePropertyMismatch');
    if (field.name === 'ExtendedProperty') {
      const { field: given, value } = readExtendedProperty(field);
      if (given.key !== readExtendedField(path).key) throw new ItemError('ErrorUpdatePropertyMismatch');
      patch = { ...patch, extended: { ...extended, [given.key]: value } };
    } else patch = { ...patch, ...fieldPatch(call, target, field) };
  }
  return patch;
}

function fieldPatch(call: Call, { mailbox, folder }: PlacedFolder, field: XmlElement): FolderPatch {
  const { info } = folder;
  switch (field.name) {
    case 'DisplayName': {
      const parent = mailbox.parentOf(folder);
      if (!parent || info.distinguished !== null) throw new ItemError('ErrorAccessDenied');
      if (field.text === '') throw new ItemError('ErrorFolderSave', 'A folder needs a name.');
      checkName({ mailbox, folder: parent }, field.text, folder);
      return { displayName: field.text };
    }
    case 'PermissionSet':
      return {};
    case 'FolderClass':
      if (kindOfClass(field.text) !== kindOfClass(info.folderClass)) throw new ItemError('ErrorObjectTypeChanged');
      return { folderClass: field.text };
    case 'SearchParameters':
      if (!info.search) throw new ItemError('ErrorInvalidPropertySet');
      return { search: readSearch(call, mailbox, field) };
    default:
      throw new ItemError('ErrorInvalidPropertySet');
  }
}

/** The kind of folder for a class: CalendarFolder, ContactsFolder, TasksFolder or (empty) a generic one. */
const kindOfClass = (folderClass: string): string =>
  /^IPF\.(?:Appointment|Contact|Task)(?=\.|$)/i.exec(folderClass)?.[0].toLowerCase() ?? '';

export const deleteFolder: Operation = (call, request) => {
  const disposal = readDisposal(request);
  return answerEach(call, 'DeleteFolder', listOf(request, 'FolderIds'), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    if (folder.info.distinguished !== null) throw new ItemError('ErrorDeleteDistinguishedFolder');
    disposeOfFolder(mailbox, folder, disposal);
    return '';
  });
};

/** Folders that Exchange refuses to empty. */
const KEPT_CLASSES = /^IPF\.(?:Appointment|Contact|Task|StickyNote|Journal)/;

export const emptyFolder: Operation = (call, request) => {
  const disposal = readDisposal(request);
  const withFolders = isTrue(request.attribute('DeleteSubFolders'));
  return answerEach(call, 'EmptyFolder', listOf(request, 'FolderIds'), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    if (folder.info.search || folder.info.parentId === null || KEPT_CLASSES.test(folder.info.folderClass)) {
      throw new ItemError('ErrorCannotEmptyFolder');
    }
    for (const item of [...folder.byArrival]) disposeOfItem(mailbox, item, disposal);
    if (withFolders) {
      for (const child of mailbox.childrenOf(folder)) {
        if (child.info.distinguished === null) disposeOfFolder(mailbox, child, disposal);
      }
    }
    return '';
  });
};
