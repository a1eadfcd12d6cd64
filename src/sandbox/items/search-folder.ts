import { TYPES } from '../soap/namespaces.js';
import type { FolderSearch } from '../store/folder.js';
import type { Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { PlacedFolder } from '../store/placed.js';
import type { XmlElement } from '../xml/element.js';
import { parseXml } from '../xml/parse-xml.js';
import { element } from '../xml/write-xml.js';
import { type Restriction, readRestriction } from './restriction.js';

const restrictions = new WeakMap<FolderSearch, Restriction>();

/** The current items of a search folder, ascending by date received. */
export function foundIn(mailbox: Mailbox, search: FolderSearch): Item[] {
  let restriction = restrictions.get(search);
  if (!restriction) {
    restriction = readRestriction(parseXml(search.restriction.replace('>', ` xmlns:t="${TYPES}">`)));
    restrictions.set(search, restriction);
  }
  const { receivedFrom, matches } = restriction;
  const roots = search.folders.flatMap((id) => mailbox.folders.get(id) ?? []);
  const folders = new Set(search.deep ? roots.flatMap((root) => [root, ...mailbox.descendantsOf(root)]) : roots);
  return [...folders]
    .flatMap((folder) => folder.receivedFrom(receivedFrom))
    .filter((item) => matches?.(item) ?? true)
    .sort((a, b) => a.receivedAt - b.receivedAt || a.enteredSeq - b.enteredSeq);
}

/** The items in a folder, or those that a search folder finds. */
export const itemsIn = ({ mailbox, folder }: PlacedFolder): readonly Item[] =>
  folder.info.search ? foundIn(mailbox, folder.info.search) : folder.byReceived;

export const totalCount = (of: PlacedFolder): number => (of.folder.info.search ? itemsIn(of).length : of.folder.total);

export const unreadCount = (of: PlacedFolder): number =>
  of.folder.info.search ? itemsIn(of).filter(({ isRead }) => !isRead).length : of.folder.unread;

/** The `Restriction` of a request in the format of a stored search folder. Throws an `ItemError` if it is invalid. */
export function writeRestriction(restriction: XmlElement): string {
  readRestriction(restriction);
  return write(restriction);
}

const write = ({ name, attributes, children }: XmlElement): string =>
  element(`t:${name}`, children.map(write).join(''), Object.fromEntries(attributes));
