import type { Folder } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import { element, optionalText, textElement } from '../xml/write-xml.js';
import { writeExtendedProperty } from './extended-field.js';
import { folderProperty } from './folder-property.js';
import { totalCount, unreadCount } from './search-folder.js';
import type { ItemShape } from './shape.js';

const ELEMENTS: Record<string, string> = {
  'IPF.Appointment': 't:CalendarFolder',
  'IPF.Contact': 't:ContactsFolder',
  'IPF.Task': 't:TasksFolder',
};

const DEFAULT = new Set(['folder:DisplayName', 'folder:TotalCount', 'folder:ChildFolderCount', 'folder:UnreadCount']);

const RIGHTS =
  '<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated><t:CreateContents>true</t:CreateContents><t:CreateHierarchy>true</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify><t:Read>true</t:Read><t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>';

/** The element for a kind of folder. */
export function folderElement({ info }: Folder): string {
  return info.search ? 't:SearchFolder' : (ELEMENTS[info.folderClass] ?? 't:Folder');
}

/** The element for a folder, in the order of BaseFolderType and its descendants. */
export function writeFolder(mailbox: Mailbox, folder: Folder, shape: ItemShape, omitOptional: boolean): string {
  const { info } = folder;
  const name = folderElement(folder);
  const wanted = (uri: string): boolean =>
    shape.fields.has(uri) ||
    (!omitOptional && (shape.base === 'AllProperties' || (shape.base === 'Default' && DEFAULT.has(uri))));
  const parent = mailbox.parentOf(folder);
  let xml = folderId('t:FolderId', folder);
  if (parent && wanted('folder:ParentFolderId')) xml += folderId('t:ParentFolderId', parent);
  if (wanted('folder:FolderClass')) xml += optionalText('t:FolderClass', info.folderClass || undefined);
  if (wanted('folder:DisplayName')) xml += textElement('t:DisplayName', info.displayName);
  if (wanted('folder:TotalCount')) xml += textElement('t:TotalCount', totalCount({ mailbox, folder }));
  if (wanted('folder:ChildFolderCount')) xml += textElement('t:ChildFolderCount', mailbox.childrenOf(folder).length);
  for (const field of shape.extended) {
    const value = folderProperty({ mailbox, folder }, field);
    if (value) xml += writeExtendedProperty(field, value);
  }
  if (wanted('folder:EffectiveRights')) xml += RIGHTS;
  if (wanted('folder:DistinguishedFolderId')) xml += optionalText('t:DistinguishedFolderId', info.distinguished);
  if (wanted('folder:UnreadCount') && name !== 't:CalendarFolder' && name !== 't:ContactsFolder') {
    xml += textElement('t:UnreadCount', unreadCount({ mailbox, folder }));
  }
  if (info.search && wanted('folder:SearchParameters')) xml += writeSearch(mailbox, info.search);
  return element(name, xml);
}

function writeSearch(mailbox: Mailbox, search: NonNullable<Folder['info']['search']>): string {
  const folders = search.folders.map((id) => {
    const changeKey = mailbox.folders.get(id)?.info.changeKey;
    return element('t:FolderId', '', { Id: id, ...(changeKey === undefined ? {} : { ChangeKey: changeKey }) });
  });
  return element('t:SearchParameters', search.restriction + element('t:BaseFolderIds', folders.join('')), {
    Traversal: search.deep ? 'Deep' : 'Shallow',
  });
}

export function folderId(name: string, folder: Folder): string {
  return element(name, '', { Id: folder.id, ChangeKey: folder.info.changeKey });
}

/** The `Folders` element of an answer, with only the folder's id. */
export const foldersElement = (folder: Folder): string =>
  element('m:Folders', element(folderElement(folder), folderId('t:FolderId', folder)));
