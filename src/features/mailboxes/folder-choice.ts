import type { DistinguishedFolder, FolderNode, FolderRef } from '../../drivers/port/mail-server.js';

/** A folder that a mailbox is to be watched in, as people name it. */
export interface FolderChoice {
  /** `inbox`, `sentitems`, `Projects/2026`, `inbox/Customers`; a slash within a name is written `\\/`. */
  readonly path: string;
  readonly subfolders: boolean;
}

/** A folder to sync. */
export interface WatchedFolder {
  /** What its progress is kept under: a well-known name, or the server's id. */
  readonly key: string;
  readonly ref: FolderRef;
  /** As people read it. */
  readonly path: string;
}

export const defaultChoice: readonly FolderChoice[] = [{ path: 'inbox', subfolders: false }];
export const maxChoices = 25;
/** A tree of thousands of folders would take a poll minutes; what lies beyond is named as not watched. */
export const maxWatched = 500;

/** What paths may begin with besides the display names of the tree's top. */
const wellKnown: Readonly<Record<string, DistinguishedFolder>> = { inbox: 'inbox', sentitems: 'sentitems' };
/** Mail that nobody wants synced, or that is not mail yet. */
const neverWatched = new Set<DistinguishedFolder>(['junkemail', 'deleteditems', 'drafts', 'outbox']);

/** A path as its names. */
export function pathNames(path: string): string[] {
  return path.split(/(?<!\\)\//).map((name) => name.replaceAll('\\/', '/').trim());
}

/** Why the path cannot be one; null when it can. */
export function pathFault(path: string): string | null {
  const names = pathNames(path);
  if (names.some((name) => name === '')) return 'must be folder names with a / between them';
  const [first = ''] = names;
  if (neverWatched.has(first.toLowerCase() as DistinguishedFolder)) return `${first.toLowerCase()} is never synced`;
  return null;
}

/** The folders that can be watched without a look at the tree; null when the tree is needed. */
export function plainFolders(choices: readonly FolderChoice[]): WatchedFolder[] | null {
  const folders = choices.map(({ path, subfolders }) => {
    const distinguished = wellKnown[path.toLowerCase()];
    return distinguished && !subfolders ? { key: distinguished, ref: { distinguished }, path: distinguished } : null;
  });
  return folders.every((folder) => folder !== null) ? folders : null;
}

/**
 * Finds the chosen folders in the tree.
 * @returns each folder once, and the paths that lead nowhere
 */
export function chooseFolders(
  choices: readonly FolderChoice[],
  tree: readonly FolderNode[],
): { watched: WatchedFolder[]; missing: string[] } {
  const childrenOf = new Map<string | null, FolderNode[]>();
  for (const node of tree) childrenOf.set(node.parentId, [...(childrenOf.get(node.parentId) ?? []), node]);
  const watched = new Map<string, WatchedFolder>();
  const missing: string[] = [];

  const add = (node: FolderNode, path: string, subfolders: boolean): void => {
    if (node.distinguished !== null && neverWatched.has(node.distinguished)) return;
    const folder = watchedFolder(node, path);
    // Contacts and calendars can lie among mail folders; their subfolders may hold mail all the same.
    if (holdsMail(node) && watched.size < maxWatched) watched.set(folder.key, watched.get(folder.key) ?? folder);
    if (subfolders)
      for (const child of childrenOf.get(node.id) ?? [])
        add(child, `${path}/${child.displayName.replaceAll('/', '\\/')}`, true);
  };
  for (const choice of choices) {
    const node = find(pathNames(choice.path), tree, childrenOf);
    if (node) add(node, choice.path, choice.subfolders);
    else missing.push(choice.path);
  }
  return { watched: [...watched.values()], missing };
}

function find(
  names: readonly string[],
  tree: readonly FolderNode[],
  childrenOf: ReadonlyMap<string | null, FolderNode[]>,
): FolderNode | null {
  const [first = '', ...rest] = names;
  const distinguished = wellKnown[first.toLowerCase()];
  let node =
    (distinguished && tree.find((candidate) => candidate.distinguished === distinguished)) ??
    named(childrenOf.get(null), first);
  for (const name of rest) node = node && named(childrenOf.get(node.id), name);
  return node ?? null;
}

/** Exchange compares display names without case. */
function named(nodes: readonly FolderNode[] | undefined, name: string): FolderNode | undefined {
  return nodes?.find((node) => node.displayName.toLowerCase() === name.toLowerCase());
}

function holdsMail(node: FolderNode): boolean {
  return node.folderClass === null || node.folderClass === 'IPF' || /^IPF\.Note($|\.)/i.test(node.folderClass);
}

function watchedFolder(node: FolderNode, path: string): WatchedFolder {
  const distinguished = node.distinguished === null ? undefined : wellKnown[node.distinguished];
  return distinguished
    ? { key: distinguished, ref: { distinguished }, path }
    : { key: node.id, ref: { id: node.id }, path };
}
