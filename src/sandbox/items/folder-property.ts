import type { ExtendedValue } from '../store/extended-value.js';
import { itemSize } from '../store/item.js';
import type { PlacedFolder } from '../store/placed.js';
import { dateTime } from '../xml/write-xml.js';
import type { ExtendedField } from './extended-field.js';
import { type ReaderOf, type Readers, readerFrom } from './field-value.js';
import { isOfType } from './mapi-property.js';
import { totalCount, unreadCount } from './search-folder.js';

const time = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : dateTime(ms));

/** MAPI properties derived from a folder, with their types, by tag number (MS-OXPROPS). */
const BY_TAG: Record<number, readonly [type: string, read: (of: PlacedFolder) => string | undefined]> = {
  0x0e08: ['Integer', ({ folder }) => String(folder.byArrival.reduce((sum, item) => sum + itemSize(item), 0))],
  0x0fff: ['Binary', ({ folder }) => folder.id],
  0x3001: ['String', ({ folder }) => folder.info.displayName],
  0x3007: ['SystemTime', ({ folder }) => time(folder.info.createdAt)],
  0x3008: ['SystemTime', ({ folder }) => time(folder.info.modifiedAt)],
  0x3601: ['Integer', ({ folder }) => String(folder.info.parentId === null ? 0 : folder.info.search ? 2 : 1)],
  0x3602: ['Integer', (of) => String(totalCount(of))],
  0x3603: ['Integer', (of) => String(unreadCount(of))],
  0x360a: ['Boolean', ({ mailbox, folder }) => String(mailbox.childrenOf(folder).length > 0)],
  0x3613: ['String', ({ folder }) => folder.info.folderClass || undefined],
  // When anything in the folder was last committed: IMAP servers in front of Exchange use it to detect changes.
  0x670a: ['SystemTime', ({ folder }) => dateTime(folder.contentsChangedAt)],
  // The next article number (0x0E23 of an item).
  0x6751: ['Integer', ({ mailbox }) => String(mailbox.record.seq + 1)],
};

/** The value of a MAPI property of a folder; undefined when it has none. */
export function folderProperty(of: PlacedFolder, field: ExtendedField): ExtendedValue | undefined {
  const stored = of.folder.info.extended?.[field.key];
  if (stored) return stored.type === field.type ? stored : undefined;
  const [type, read] = (field.tag === undefined ? undefined : BY_TAG[field.tag]) ?? [];
  const value = read && isOfType(field, type) ? read(of) : undefined;
  return value === undefined ? undefined : { type: field.type, values: [value] };
}

const READERS: Readers<PlacedFolder> = {
  'folder:FolderId': ['text', ({ folder }) => folder.id],
  'folder:ParentFolderId': ['text', ({ folder }) => folder.info.parentId ?? undefined],
  'folder:DisplayName': ['text', ({ folder }) => folder.info.displayName],
  'folder:FolderClass': ['text', ({ folder }) => folder.info.folderClass || undefined],
  'folder:DistinguishedFolderId': ['text', ({ folder }) => folder.info.distinguished ?? undefined],
  'folder:TotalCount': ['number', totalCount],
  'folder:UnreadCount': ['number', unreadCount],
  'folder:ChildFolderCount': ['number', ({ mailbox, folder }) => mailbox.childrenOf(folder).length],
};

/** The reader of a folder's property, for a restriction. */
export const folderReader: ReaderOf<PlacedFolder> = readerFrom(READERS, folderProperty);
