import type { MarkedItem } from '../../mail/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { child } from '../soap/element.js';
import { distinguishedFolderId } from './folder-ids.js';
import { readItemRef } from './item-ref.js';
import { MARKER_PROPERTY } from './property-paths.js';

/**
 * Searched in the order in which a message being sent moves on: one that moves meanwhile is then
 * found at least once. The other way round it could slip through between two folders.
 */
const SEARCHED = ['drafts', 'outbox', 'sentitems'] as const;

/** FindItem (messages.xsd `FindItemType`) on the marker, in three folders by one request. */
export async function findByMarker(
  context: OperationContext,
  marker: string,
  signal?: AbortSignal,
): Promise<MarkedItem[]> {
  const answer = await context.call(
    {
      name: 'FindItem',
      changes: false,
      body: () => ({
        'm:FindItem': {
          '@Traversal': 'Shallow',
          'm:ItemShape': { 't:BaseShape': 'IdOnly' },
          'm:IndexedPageItemView': { '@MaxEntriesReturned': 100, '@Offset': 0, '@BasePoint': 'Beginning' },
          'm:Restriction': {
            't:IsEqualTo': {
              't:ExtendedFieldURI': MARKER_PROPERTY,
              't:FieldURIOrConstant': { 't:Constant': { '@Value': marker } },
            },
          },
          'm:ParentFolderIds': {
            't:DistinguishedFolderId': SEARCHED.map((folder) => distinguishedFolderId(context.identity, folder)),
          },
        },
      }),
    },
    signal,
  );
  const found: MarkedItem[] = [];
  for (const [index, folder] of SEARCHED.entries()) {
    const message = answer.messages[index];
    if (message === undefined) throw answer.unexpected(`the answer says nothing of ${folder}`);
    const root = child(message, 'RootFolder');
    const error = answer.errorOf(message, root);
    if (error !== null) {
      // Some mailboxes have never had an Outbox, and a delegate may not be shown it.
      if (folder === 'outbox' && (error.code === 'ErrorFolderNotFound' || error.code === 'ErrorItemNotFound')) continue;
      throw error;
    }
    for (const row of child(root, 'Items')?.children ?? []) {
      const ref = readItemRef(child(row, 'ItemId'));
      if (ref === null) throw answer.unexpected('a listed item has no id');
      found.unshift({ ...ref, folder });
    }
  }
  return found;
}
