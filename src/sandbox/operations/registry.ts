import { createAttachment, deleteAttachment, getAttachment } from './attachments.js';
import type { Operation } from './call.js';
import { createItem } from './create-item.js';
import { findItem } from './find-item.js';
import { getFolder } from './get-folder.js';
import { getItem } from './get-item.js';
import { copyItem, deleteItem, moveItem } from './move-copy-delete.js';
import { sendItem } from './send-item.js';
import { syncFolderItems } from './sync-folder-items.js';
import { updateItem } from './update-item.js';

/** The operations that answer with one envelope, by the name of the request's element. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['CopyItem', copyItem],
  ['CreateAttachment', createAttachment],
  ['CreateItem', createItem],
  ['DeleteAttachment', deleteAttachment],
  ['DeleteItem', deleteItem],
  ['FindItem', findItem],
  ['GetAttachment', getAttachment],
  ['GetFolder', getFolder],
  ['GetItem', getItem],
  ['MoveItem', moveItem],
  ['SendItem', sendItem],
  ['SyncFolderItems', syncFolderItems],
  ['UpdateItem', updateItem],
]);
