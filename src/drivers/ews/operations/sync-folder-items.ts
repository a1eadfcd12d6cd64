import type { SyncChange } from '../../port/mail-item.js';
import type { FolderRef, SyncPage } from '../../port/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, childText, type XmlElement } from '../soap/element.js';
import { readBoolean } from '../soap/values.js';
import { folderId } from './folder-ids.js';
import { LISTED_FIELDS, readFoundItem } from './found-item.js';
import { additionalProperties } from './property-paths.js';

const MAX_CHANGES = 512;

/** SyncFolderItems (messages.xsd `SyncFolderItemsType`), one page of changes since `syncState`. */
export async function syncFolder(
  context: OperationContext,
  folder: FolderRef,
  syncState: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<SyncPage> {
  const answer = await context.call(
    {
      name: 'SyncFolderItems',
      changes: false,
      body: () => ({
        'm:SyncFolderItems': {
          'm:ItemShape': {
            't:BaseShape': 'IdOnly',
            't:AdditionalProperties': additionalProperties([...LISTED_FIELDS, 'message:IsRead']),
          },
          'm:SyncFolderId': folderId(context.identity, folder),
          'm:SyncState': syncState ?? undefined,
          'm:MaxChangesReturned': Math.min(Math.max(1, limit), MAX_CHANGES),
        },
      }),
    },
    signal,
  );
  const message = answer.single('SyncState');
  const next = childText(message, 'SyncState');
  if (next === null) throw answer.unexpected('the answer has no SyncState');
  const told = child(message, 'Changes')?.children ?? [];
  const changes = told.map((change) => readChange(change, context.now())).filter((change) => change !== null);
  return {
    changes,
    syncState: next,
    last: readBoolean(childText(message, 'IncludesLastItemInRange')) ?? true,
    unreadable: told.length - changes.length,
  };
}

/** @returns null for a change that names no item */
function readChange(change: XmlElement, now: Date): SyncChange | null {
  const itemId = attribute(child(change, 'ItemId'), 'Id') ?? '';
  if (change.name === 'Delete') return itemId === '' ? null : { kind: 'delete', itemId };
  const isRead = readBoolean(childText(change, 'IsRead'));
  if (change.name === 'ReadFlagChange' && isRead !== null)
    return itemId === '' ? null : { kind: 'read-flag', itemId, isRead };
  // Whatever else it is called, something happened to this item, and looking at it is never wrong.
  const item = change.children.find((inner) => child(inner, 'ItemId') !== null) ?? null;
  const found = readFoundItem(item ?? (itemId === '' ? null : change), now);
  if (found === null) return null;
  const kind = change.name === 'Create' ? 'create' : 'update';
  return { kind, item: { ...found, isRead: readBoolean(childText(item, 'IsRead')) } };
}
