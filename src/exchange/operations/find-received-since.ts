import type { FolderRef, FoundPage } from '../../mail/mail-server.js';
import type { FoundItem } from '../../mail/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child } from '../soap/element.js';
import { readBoolean, readInteger, writeDate } from '../soap/values.js';
import { folderId } from './folder-ids.js';
import { LISTED_FIELDS, readFoundItem } from './found-item.js';
import { additionalProperties } from './property-paths.js';

const MAX_PAGE = 1000;
const RECEIVED = { '@FieldURI': 'item:DateTimeReceived' };

/** FindItem (messages.xsd `FindItemType`), one page of what came at or after `since`, oldest first. */
export async function findReceivedSince(
  context: OperationContext,
  folder: FolderRef,
  since: Date,
  page: { offset: number; limit: number },
  signal?: AbortSignal,
): Promise<FoundPage> {
  const limit = Math.min(Math.max(1, page.limit), MAX_PAGE);
  const answer = await context.call(
    {
      name: 'FindItem',
      changes: false,
      body: () => ({
        'm:FindItem': {
          '@Traversal': 'Shallow',
          'm:ItemShape': { 't:BaseShape': 'IdOnly', 't:AdditionalProperties': additionalProperties(LISTED_FIELDS) },
          'm:IndexedPageItemView': {
            '@MaxEntriesReturned': limit,
            '@Offset': page.offset,
            '@BasePoint': 'Beginning',
          },
          'm:Restriction': {
            't:IsGreaterThanOrEqualTo': {
              't:FieldURI': RECEIVED,
              't:FieldURIOrConstant': { 't:Constant': { '@Value': writeDate(since) } },
            },
          },
          'm:SortOrder': { 't:FieldOrder': { '@Order': 'Ascending', 't:FieldURI': RECEIVED } },
          'm:ParentFolderIds': folderId(context.identity, folder),
        },
      }),
    },
    signal,
  );
  const root = child(answer.single('RootFolder'), 'RootFolder');
  if (root === null) throw answer.unexpected('the answer has no RootFolder');
  const items: FoundItem[] = [];
  for (const row of child(root, 'Items')?.children ?? []) {
    const item = readFoundItem(row);
    if (item === null) throw answer.unexpected('a listed item has no id');
    items.push(item);
  }

  const seen = page.offset + items.length;
  const stated = readInteger(attribute(root, 'IndexedPagingOffset'));
  // An offset that does not move on would fetch the same page for ever.
  const nextOffset = stated !== null && stated > page.offset ? stated : seen;
  const total = readInteger(attribute(root, 'TotalItemsInView'));
  const last =
    readBoolean(attribute(root, 'IncludesLastItemInRange')) ?? (total === null ? items.length < limit : seen >= total);
  if (!last && nextOffset <= page.offset) {
    throw answer.unexpected('the server promises more items but lists none');
  }
  return { items, last, nextOffset };
}
