import { answer, folderOf, forEach, success, type Call, type Operation } from '../call.js';
import { ItemError } from '../errors.js';
import { list, value, type Markup } from '../markup.js';
import { extendedPath, itemId, readShape, shapeItem } from '../shape.js';
import type { Item } from '../store.js';
import { allBelow, at, textAt, type Xml } from '../xml.js';

/** FindItem: with a restriction, a sort order and a view by offset. */
export const findItem: Operation = async (request, call) => {
  const { quirks } = call;
  const shape = readShape(at(request, 'ItemShape'));
  const restriction = at(request, 'Restriction')?.children[0];
  const sort = at(request, 'SortOrder', 'FieldOrder');
  const view = at(request, 'IndexedPageItemView')?.attributes ?? {};
  const offset = Number(view['Offset'] ?? 0);
  const limit = Math.min(Number(view['MaxEntriesReturned'] ?? 1_000), quirks.longestPage ?? 1_000);
  const parents = at(request, 'ParentFolderIds')?.children ?? [];
  const messages = await forEach('FindItem', parents, async (id) => {
    const folder = folderOf(call, id);
    refuse(restriction, sort, call);
    const items = call.store.itemsOf(folder).filter((item) => restriction === undefined || matches(item, restriction));
    if (sort) {
      const path = at(sort, 'FieldURI');
      const sign = sort.attributes['Order'] === 'Descending' ? -1 : 1;
      items.sort((a, b) => sign * compare(valueOf(a, path), valueOf(b, path)));
    }
    const page = items.slice(offset, offset + limit);
    const rows = await Promise.all(page.map((item) => shapeItem(item, { ...shape, mime: false }, call)));
    return success(
      'FindItem',
      quirks,
      list(
        'm:RootFolder',
        {
          IndexedPagingOffset: offset + page.length,
          IncludesLastItemInRange: offset + page.length >= items.length,
          TotalItemsInView: items.length,
        },
        list('t:Items', {}, ...rows),
        list('t:Groups', {}),
      ),
    );
  });
  return answer('FindItem', quirks, messages);
};

/** SyncFolderItems. */
export const syncFolderItems: Operation = async (request, call) => {
  const { quirks, store } = call;
  const shape = readShape(at(request, 'ItemShape'));
  const limit = Math.min(Number(textAt(request, 'MaxChangesReturned')), quirks.longestPage ?? 512);
  const messages = await forEach('SyncFolderItems', at(request, 'SyncFolderId')?.children ?? [], async (id) => {
    const changes = store.changesSince(folderOf(call, id), textAt(request, 'SyncState'), limit);
    if (!changes) throw new ItemError('ErrorInvalidSyncStateData', 'E-3063: failed to load sync state');
    const elements: Markup[] = [];
    for (const change of changes.page) {
      if (change.kind === 'delete') elements.push(list('t:Delete', {}, list('t:ItemId', { Id: change.id })));
      else if (change.kind === 'read-flag' && !quirks.readFlagsAsUpdates)
        elements.push(list('t:ReadFlagChange', {}, itemId(change.item, call), value('t:IsRead', change.item.isRead)));
      else {
        const name = change.kind === 'create' ? 't:Create' : 't:Update';
        elements.push(list(name, {}, await shapeItem(change.item, { ...shape, mime: false }, call)));
      }
    }
    return success(
      'SyncFolderItems',
      quirks,
      value('m:SyncState', changes.next),
      value('m:IncludesLastItemInRange', changes.last),
      list('m:Changes', {}, ...elements),
    );
  });
  return answer('SyncFolderItems', quirks, messages);
};

function refuse(restriction: Xml | undefined, sort: Xml | undefined, { quirks }: Call): void {
  const { refusesRestrictions: refused, refusesSorting, refusesFindItem } = quirks;
  if (refusesFindItem) throw new ItemError('ErrorInvalidRequest', 'E-3208: not supported');
  if (restriction !== undefined) {
    if (refused === 'all') throw new ItemError('ErrorInvalidRestriction', 'E-3209: unknown restriction type');
    if (refused === 'extended' && allBelow(restriction, 'ExtendedFieldURI').length > 0)
      throw new ItemError('ErrorUnsupportedPathForQuery', 'E-3211: unsupported path');
    if (
      refused === 'dates' &&
      allBelow(restriction, 'FieldURI').some(({ attributes }) => attributes['FieldURI']?.includes('Date'))
    )
      throw new ItemError('ErrorInvalidRestriction', 'E-3210: unsupported comparison');
  }
  if (sort !== undefined && refusesSorting)
    throw new ItemError('ErrorUnsupportedPathForSortGroup', 'E-3212: unsupported path for sorting');
}

type Comparable = string | number | undefined;

/** What an item has at a path. */
function valueOf(item: Item, path: Xml | undefined): Comparable {
  if (path?.name === 'ExtendedFieldURI') return item.extended.get(extendedPath(path));
  switch (path?.attributes['FieldURI']) {
    case 'item:DateTimeReceived':
      return item.receivedAt.getTime();
    case 'item:DateTimeCreated':
      return item.createdAt.getTime();
    case 'item:DateTimeSent':
      return (item.mail.date ?? item.createdAt).getTime();
    case 'item:Subject':
      return item.mail.subject;
    case 'message:InternetMessageId':
      return item.mail.messageId ?? undefined;
    case 'message:IsRead':
      return String(item.isRead);
    default:
      throw new ItemError('ErrorUnsupportedPathForQuery', 'E-3211: unsupported path');
  }
}

function compare(one: Comparable, other: Comparable): number {
  return one === other ? 0 : (one ?? '') < (other ?? '') ? -1 : 1;
}

function matches(item: Item, restriction: Xml): boolean {
  const inner = restriction.children.filter(({ name }) => !name.endsWith('URI') && name !== 'FieldURIOrConstant');
  const found = valueAt(item, restriction);
  const constant =
    at(restriction, 'FieldURIOrConstant', 'Constant')?.attributes['Value'] ??
    at(restriction, 'Constant')?.attributes['Value'] ??
    '';
  const wanted = typeof found === 'number' ? Date.parse(constant) : constant;
  switch (restriction.name) {
    case 'And':
      return inner.every((each) => matches(item, each));
    case 'Or':
      return inner.some((each) => matches(item, each));
    case 'Not':
      return !inner.some((each) => matches(item, each));
    case 'Exists':
      return found !== undefined;
    case 'Contains':
      return String(found ?? '')
        .toLowerCase()
        .includes(constant.toLowerCase());
    case 'IsEqualTo':
      return found === wanted;
    case 'IsGreaterThan':
      return found !== undefined && compare(found, wanted) > 0;
    case 'IsGreaterThanOrEqualTo':
      return found !== undefined && compare(found, wanted) >= 0;
    case 'IsLessThan':
      return found !== undefined && compare(found, wanted) < 0;
    case 'IsLessThanOrEqualTo':
      return found !== undefined && compare(found, wanted) <= 0;
    default:
      throw new ItemError('ErrorInvalidRestriction', `E-3209: unknown restriction type ${restriction.name}`);
  }
}

function valueAt(item: Item, restriction: Xml): Comparable {
  const path = restriction.children.find(({ name }) => name === 'FieldURI' || name === 'ExtendedFieldURI');
  return path && valueOf(item, path);
}
