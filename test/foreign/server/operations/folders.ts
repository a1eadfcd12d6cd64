import { answer, folderOf, forEach, success, type Call, type Operation } from '../call.js';
import { list, record, value, type Markup } from '../markup.js';
import type { Folder } from '../store.js';
import { at } from '../xml.js';

/** GetFolder. */
export const getFolder: Operation = async (request, call) => {
  const ids = at(request, 'FolderIds')?.children ?? [];
  const messages = await forEach('GetFolder', ids, (id) =>
    success('GetFolder', call.quirks, list('m:Folders', {}, folder(folderOf(call, id), call))),
  );
  return answer('GetFolder', call.quirks, messages);
};

/** FindFolder: always the whole tree. */
export const findFolder: Operation = async (request, call) => {
  const view = at(request, 'IndexedPageFolderView')?.attributes ?? {};
  const offset = Number(view['Offset'] ?? 0);
  const parents = at(request, 'ParentFolderIds')?.children ?? [];
  const messages = await forEach('FindFolder', parents, (id) => {
    const parent = folderOf(call, id);
    const below = parent.mailbox.folders.filter((candidate) => isBelow(candidate, parent));
    const page = below.slice(
      offset,
      offset + Math.min(Number(view['MaxEntriesReturned'] ?? 1_000), call.quirks.longestPage ?? 1_000),
    );
    return success(
      'FindFolder',
      call.quirks,
      list(
        'm:RootFolder',
        {
          IndexedPagingOffset: offset + page.length,
          TotalItemsInView: below.length,
          IncludesLastItemInRange: offset + page.length >= below.length,
        },
        list('t:Folders', {}, ...page.map((found) => folder(found, call))),
      ),
    );
  });
  return answer('FindFolder', call.quirks, messages);
};

function isBelow({ parent }: Folder, ancestor: Folder): boolean {
  return parent !== null && (parent === ancestor || isBelow(parent, ancestor));
}

function folder(found: Folder, { store, quirks, mailbox }: Call): Markup {
  const items = store.itemsOf(found);
  return record(
    't:Folder',
    {},
    list('t:FolderId', { Id: found.id, ChangeKey: quirks.thinShapes ? null : 'AgAAAA==' }),
    found.parent && list('t:ParentFolderId', { Id: found.parent.id }),
    quirks.thinShapes ? null : value('t:FolderClass', 'IPF.Note'),
    value('t:DisplayName', found.name),
    value('t:TotalCount', items.length),
    value('t:ChildFolderCount', mailbox.folders.filter(({ parent }) => parent === found).length),
    value('t:UnreadCount', items.filter(({ isRead }) => !isRead).length),
  );
}
