import type { SyncChange } from '../../mail/mail-item.js';
import type { FolderRef, SyncPage } from '../../mail/mail-server.js';
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
  const changes: SyncChange[] = [];
  for (const element of child(message, 'Changes')?.children ?? []) {
    const change = readChange(element);
    // To skip it would lose the item silently: the sync state has passed it.
    if (change === null) throw answer.unexpected(`a ${element.name} change names no item`);
    if (change !== 'unknown') changes.push(change);
  }
  return {
    changes,
    syncState: next,
    last: readBoolean(childText(message, 'IncludesLastItemInRange')) ?? true,
  };
}

function readChange(change: XmlElement): SyncChange | 'unknown' | null {
  switch (change.name) {
    case 'Create':
    case 'Update': {
      const [item = null] = change.children;
      const found = readFoundItem(item);
      if (found === null) return null;
      const kind = change.name === 'Create' ? 'create' : 'update';
      return { kind, item: { ...found, isRead: readBoolean(childText(item, 'IsRead')) } };
    }
    case 'Delete': {
      const itemId = attribute(child(change, 'ItemId'), 'Id');
      return itemId === null ? null : { kind: 'delete', itemId };
    }
    case 'ReadFlagChange': {
      const itemId = attribute(child(change, 'ItemId'), 'Id');
      const isRead = readBoolean(childText(change, 'IsRead'));
      return itemId === null || isRead === null ? null : { kind: 'read-flag', itemId, isRead };
    }
    default:
      return 'unknown';
  }
}
