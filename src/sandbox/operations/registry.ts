import { createAttachment, deleteAttachment, getAttachment } from './attachments.js';
import type { Operation } from './call.js';
import { convertId } from './convert-id.js';
import { createItem } from './create-item.js';
import { expandDl, resolveNames } from './directory.js';
import { findItem } from './find-item.js';
import { copyFolder, deleteFolder, emptyFolder, moveFolder, updateFolder } from './folder-changes.js';
import { createFolder, findFolders, markAllItemsAsRead } from './folders.js';
import { getFolder } from './get-folder.js';
import { getItem } from './get-item.js';
import { copyItem, deleteItem, moveItem } from './move-copy-delete.js';
import { sendItem } from './send-item.js';
import { subscribe, unsubscribe } from './subscribe.js';
import { syncFolderHierarchy } from './sync-folder-hierarchy.js';
import { syncFolderItems } from './sync-folder-items.js';
import { updateItem } from './update-item.js';

/** The operations that answer with one envelope, by the name of the request's element. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
  ['CopyFolder', copyFolder],
  ['CopyItem', copyItem],
  ['CreateAttachment', createAttachment],
  ['CreateFolder', createFolder],
  ['CreateItem', createItem],
  ['DeleteAttachment', deleteAttachment],
  ['DeleteFolder', deleteFolder],
  ['DeleteItem', deleteItem],
  ['EmptyFolder', emptyFolder],
  ['ExpandDL', expandDl],
  ['FindFolder', findFolders],
  ['FindItem', findItem],
  ['GetAttachment', getAttachment],
  ['GetFolder', getFolder],
  ['GetItem', getItem],
  ['MarkAllItemsAsRead', markAllItemsAsRead],
  ['MoveFolder', moveFolder],
  ['MoveItem', moveItem],
  ['ResolveNames', resolveNames],
  ['SendItem', sendItem],
  ['Subscribe', subscribe],
  ['SyncFolderHierarchy', syncFolderHierarchy],
  ['SyncFolderItems', syncFolderItems],
  ['Unsubscribe', unsubscribe],
  ['UpdateFolder', updateFolder],
  ['UpdateItem', updateItem],
]);
