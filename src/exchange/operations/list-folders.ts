import type { DistinguishedFolder, FolderNode } from '../../mail/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, childText, type XmlElement } from '../soap/element.js';
import { readBoolean } from '../soap/values.js';
import { distinguishedFolderId } from './folder-ids.js';
import { additionalProperties } from './property-paths.js';

const PAGE = 500;
/** A tree of more pages than this is a server that repeats itself. */
const MAX_PAGES = 100;
const NAMED: readonly DistinguishedFolder[] = ['inbox', 'sentitems', 'drafts', 'outbox', 'deleteditems', 'junkemail'];

/** FindFolder (messages.xsd `FindFolderType`) through the whole tree, and GetFolder for what the well-known ones are. */
export async function listFolders(context: OperationContext, signal?: AbortSignal): Promise<FolderNode[]> {
  const names = await distinguishedIds(context, signal);
  const rows: XmlElement[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { folders, last } = await onePage(context, rows.length, signal);
    rows.push(...folders);
    if (last || folders.length === 0) break;
  }
  const known = new Set(rows.map((row) => attribute(child(row, 'FolderId'), 'Id')));
  return rows.flatMap((row) => {
    const id = attribute(child(row, 'FolderId'), 'Id');
    if (id === null) return [];
    const parent = attribute(child(row, 'ParentFolderId'), 'Id');
    return [
      {
        id,
        // The root itself is in no page: its children are the top of the tree.
        parentId: parent !== null && known.has(parent) ? parent : null,
        displayName: childText(row, 'DisplayName') ?? '',
        folderClass: childText(row, 'FolderClass'),
        distinguished: names.get(id) ?? null,
      },
    ];
  });
}

async function onePage(context: OperationContext, offset: number, signal?: AbortSignal) {
  const answer = await context.call(
    {
      name: 'FindFolder',
      changes: false,
      body: () => ({
        'm:FindFolder': {
          '@Traversal': 'Deep',
          'm:FolderShape': {
            't:BaseShape': 'IdOnly',
            't:AdditionalProperties': additionalProperties([
              'folder:DisplayName',
              'folder:ParentFolderId',
              'folder:FolderClass',
            ]),
          },
          'm:IndexedPageFolderView': {
            '@MaxEntriesReturned': PAGE,
            '@Offset': offset,
            '@BasePoint': 'Beginning',
          },
          'm:ParentFolderIds': { 't:DistinguishedFolderId': distinguishedFolderId(context.identity, 'msgfolderroot') },
        },
      }),
    },
    signal,
  );
  const root = child(answer.single('RootFolder'), 'RootFolder');
  if (root === null) throw answer.unexpected('the answer has no RootFolder');
  const folders = child(root, 'Folders')?.children ?? [];
  return { folders, last: readBoolean(attribute(root, 'IncludesLastItemInRange')) ?? folders.length < PAGE };
}

/** A mailbox may lack any of them; what is missing is simply not named. */
async function distinguishedIds(
  context: OperationContext,
  signal?: AbortSignal,
): Promise<Map<string, DistinguishedFolder>> {
  const answer = await context.call(
    {
      name: 'GetFolder',
      changes: false,
      body: () => ({
        'm:GetFolder': {
          'm:FolderShape': { 't:BaseShape': 'IdOnly' },
          'm:FolderIds': {
            't:DistinguishedFolderId': NAMED.map((name) => distinguishedFolderId(context.identity, name)),
          },
        },
      }),
    },
    signal,
  );
  const names = new Map<string, DistinguishedFolder>();
  for (const [index, message] of answer.messages.entries()) {
    const id = attribute(child(child(message, 'Folders')?.children[0] ?? null, 'FolderId'), 'Id');
    const name = NAMED[index];
    if (id !== null && name !== undefined) names.set(id, name);
  }
  return names;
}
