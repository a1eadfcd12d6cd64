import type { Folder } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import { element, optionalText, textElement } from '../xml/write-xml.js';
import type { ItemShape } from './shape.js';

const ELEMENTS: Record<string, string> = {
  'IPF.Appointment': 't:CalendarFolder',
  'IPF.Contact': 't:ContactsFolder',
  'IPF.Task': 't:TasksFolder',
};

const DEFAULT = new Set(['folder:DisplayName', 'folder:TotalCount', 'folder:ChildFolderCount', 'folder:UnreadCount']);

const RIGHTS =
  '<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated><t:CreateContents>true</t:CreateContents><t:CreateHierarchy>true</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify><t:Read>true</t:Read><t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>';

/** The element for a folder, in the order of BaseFolderType and its descendants. */
export function writeFolder(mailbox: Mailbox, folder: Folder, shape: ItemShape, omitOptional: boolean): string {
  const { info } = folder;
  const name = ELEMENTS[info.folderClass] ?? 't:Folder';
  const wanted = (uri: string): boolean =>
    shape.fields.has(uri) ||
    (!omitOptional && (shape.base === 'AllProperties' || (shape.base === 'Default' && DEFAULT.has(uri))));
  const parent = info.parentId === null ? undefined : mailbox.folders.get(info.parentId);
  let xml = folderId('t:FolderId', folder);
  if (parent && wanted('folder:ParentFolderId')) xml += folderId('t:ParentFolderId', parent);
  if (wanted('folder:FolderClass')) xml += optionalText('t:FolderClass', info.folderClass || undefined);
  if (wanted('folder:DisplayName')) xml += textElement('t:DisplayName', info.displayName);
  if (wanted('folder:TotalCount')) xml += textElement('t:TotalCount', folder.total);
  if (wanted('folder:ChildFolderCount')) xml += textElement('t:ChildFolderCount', mailbox.childrenOf(folder).length);
  if (wanted('folder:EffectiveRights')) xml += RIGHTS;
  if (wanted('folder:DistinguishedFolderId')) xml += optionalText('t:DistinguishedFolderId', info.distinguished);
  if (wanted('folder:UnreadCount') && (name === 't:Folder' || name === 't:TasksFolder')) {
    xml += textElement('t:UnreadCount', folder.unread);
  }
  return element(name, xml);
}

export function folderId(name: string, folder: Folder): string {
  return element(name, '', { Id: folder.id, ChangeKey: folder.info.changeKey });
}
