import { MailServerError } from '../../port/mail-error.js';
import type { DistinguishedFolder, FolderNode } from '../../port/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, childText, type XmlElement } from '../soap/element.js';
import { readBoolean, readInteger } from '../soap/values.js';
import { distinguishedFolderId } from './folder-ids.js';
import { additionalProperties } from './property-paths.js';

const PAGE = 500;
/** A tree of more folders than this, or of more calls, is a server that repeats itself. */
const MAX_FOLDERS = 50_000;
const MAX_CALLS = 2_000;
const NAMED: readonly DistinguishedFolder[] = ['inbox', 'sentitems', 'drafts', 'outbox', 'deleteditems', 'junkemail'];

/**
 * FindFolder (messages.xsd `FindFolderType`) through the whole tree, and GetFolder for what the well-known ones
 * are. A server that refuses to go through the tree in one query is asked folder by folder.
 */
export async function listFolders(context: OperationContext, signal?: AbortSignal): Promise<FolderNode[]> {
  const names = await distinguishedIds(context, signal);
  const rows = await tree(context, signal);
  const known = new Set(rows.map(({ row }) => idOf(row)));
  return rows.flatMap(({ row, below }) => {
    const id = idOf(row);
    if (id === null) return [];
    const parent = below ?? attribute(child(row, 'ParentFolderId'), 'Id');
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

const idOf = (row: XmlElement): string | null => attribute(child(row, 'FolderId'), 'Id');

interface TreeRow {
  readonly row: XmlElement;
  /** The folder that was asked for its children; null: only the row itself can tell. */
  readonly below: string | null;
}

async function tree(context: OperationContext, signal?: AbortSignal): Promise<TreeRow[]> {
  if (context.support.traversesTrees) {
    try {
      return await new TreeReader(context, 'Deep', signal).below(null);
    } catch (error) {
      if (!(error instanceof MailServerError) || error.details.queryRefusal === null) throw error;
      context.support.refusedTree();
    }
  }
  const reader = new TreeReader(context, 'Shallow', signal);
  const rows = await reader.below(null);
  // The list grows while it is gone through: each folder's children come behind it.
  for (const { row } of rows) {
    const id = idOf(row);
    if (id !== null && readInteger(childText(row, 'ChildFolderCount')) !== 0) rows.push(...(await reader.below(id)));
  }
  return rows;
}

/** Reads folders page by page, each folder once, within a bound of calls. */
class TreeReader {
  private readonly seen = new Set<string>();
  private calls = 0;

  constructor(
    private readonly context: OperationContext,
    private readonly traversal: 'Deep' | 'Shallow',
    private readonly signal?: AbortSignal,
  ) {}

  /** @param folder the id of a folder; null: the root of the folders that people see */
  async below(folder: string | null): Promise<TreeRow[]> {
    const rows: TreeRow[] = [];
    for (let offset = 0; ;) {
      const { folders, last, unexpected } = await this.page(folder, offset);
      const fresh = folders.filter((row) => {
        const id = idOf(row) ?? '';
        return !this.seen.has(id) && this.seen.add(id);
      });
      rows.push(...fresh.map((row) => ({ row, below: folder })));
      if (last || folders.length === 0) return rows;
      if (fresh.length === 0 || this.seen.size > MAX_FOLDERS || this.calls >= MAX_CALLS)
        throw unexpected(`the list of folders does not end: ${this.seen.size} folders after ${this.calls} calls`);
      offset += folders.length;
    }
  }

  private async page(folder: string | null, offset: number) {
    this.calls += 1;
    const answer = await this.context.call(
      {
        name: 'FindFolder',
        changes: false,
        body: () => ({
          'm:FindFolder': {
            '@Traversal': this.traversal,
            'm:FolderShape': {
              't:BaseShape': 'IdOnly',
              't:AdditionalProperties': additionalProperties([
                'folder:DisplayName',
                'folder:ParentFolderId',
                'folder:FolderClass',
                ...(this.traversal === 'Shallow' ? ['folder:ChildFolderCount'] : []),
              ]),
            },
            'm:IndexedPageFolderView': { '@MaxEntriesReturned': PAGE, '@Offset': offset, '@BasePoint': 'Beginning' },
            'm:ParentFolderIds':
              folder === null
                ? { 't:DistinguishedFolderId': distinguishedFolderId(this.context.identity, 'msgfolderroot') }
                : { 't:FolderId': { '@Id': folder } },
          },
        }),
      },
      this.signal,
    );
    const root = child(answer.single('RootFolder'), 'RootFolder');
    if (root === null) throw answer.unexpected('the answer has no RootFolder');
    const folders = child(root, 'Folders')?.children ?? [];
    const last = readBoolean(attribute(root, 'IncludesLastItemInRange')) ?? folders.length < PAGE;
    return { folders, last, unexpected: (text: string) => answer.unexpected(text) };
  }
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
