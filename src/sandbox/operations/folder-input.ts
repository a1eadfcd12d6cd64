import { writeRestriction } from '../items/search-folder.js';
import { ItemError } from '../soap/faults.js';
import type { FolderSearch } from '../store/folder.js';
import type { Folder } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { XmlElement } from '../xml/element.js';
import type { PlacedFolder } from '../store/placed.js';
import type { Call } from './call.js';
import { findFolder, listOf, requiredFolder } from './targets.js';

/** The folder in which a request creates, moves or copies folders. A search folder is refused. */
export function parentFolder(call: Call, request: XmlElement, name: 'ParentFolderId' | 'ToFolderId'): PlacedFolder {
  const parent = requiredFolder(call, request, name);
  if (parent.folder.info.search) throw new ItemError('ErrorInvalidParentFolder');
  return parent;
}

/** Refuses a name that another folder of the parent already has. `except`: the folder that is renamed. */
export function checkName({ mailbox, folder }: PlacedFolder, name: string, except?: Folder): void {
  if (hasChild({ mailbox, folder }, name, except)) throw new ItemError('ErrorFolderExists');
}

/** The name, with a number appended if another folder of the parent has it. */
export function freeName(parent: PlacedFolder, name: string): string {
  for (let number = 0; ; number++) {
    const candidate = number === 0 ? name : `${name}${String(number)}`;
    if (!hasChild(parent, candidate)) return candidate;
  }
}

function hasChild({ mailbox, folder }: PlacedFolder, name: string, except?: Folder): boolean {
  const wanted = name.toLowerCase();
  return mailbox
    .childrenOf(folder)
    .some((child) => child !== except && child.info.displayName.toLowerCase() === wanted);
}

/**
 * Reads the `SearchParameters` of a search folder.
 * @param mailbox the mailbox of the search folder and of everything that it searches
 */
export function readSearch(call: Call, mailbox: Mailbox, parameters: XmlElement): FolderSearch {
  return {
    deep: parameters.attribute('Traversal') === 'Deep',
    restriction: writeRestriction(parameters.required('Restriction')),
    folders: listOf(parameters, 'BaseFolderIds').map((id) => {
      const target = findFolder(call, id);
      if (target.mailbox !== mailbox) throw new ItemError('ErrorEmailAddressMismatch');
      return target.folder.id;
    }),
  };
}
