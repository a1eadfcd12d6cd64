import { ItemError, schemaFault } from '../soap/faults.js';
import { decodeId, isChangeKey } from '../store/ids.js';
import type { Mailbox } from '../store/mailbox.js';
import type { XmlElement } from '../xml/element.js';
import type { PlacedFolder, PlacedItem } from '../store/placed.js';
import type { Call } from './call.js';

/** Whether the caller may open the mailbox: as its owner or as its delegate. */
export function mayOpen(call: Call, mailbox: Mailbox): boolean {
  if (mailbox === call.mailbox) return true;
  // Under impersonation the service account is invisible: only what the owner was given counts.
  const name = call.impersonating && call.mailbox ? call.mailbox.address : call.caller.name;
  return mailbox.record.delegates.some((delegate) => delegate.toLowerCase() === name.toLowerCase());
}

/**
 * The folder for a `FolderId` or `DistinguishedFolderId` element. Throws an `ItemError`.
 * @param missing the code for a missing folder, if the operation has its own
 */
export function findFolder(call: Call, id: XmlElement, missing?: string): PlacedFolder {
  checkChangeKeyForm(id);
  return id.name === 'DistinguishedFolderId'
    ? byName(call, id, missing)
    : byId(call, id, missing ?? call.missingFolder);
}

/** Exchange validates the format of a change key even if it does not compare it. An empty one counts as none. */
function checkChangeKeyForm(id: XmlElement): void {
  const key = id.attribute('ChangeKey') ?? '';
  if (key !== '' && !isChangeKey(key)) throw new ItemError('ErrorInvalidChangeKey');
}

function byName(call: Call, id: XmlElement, missing = 'ErrorFolderNotFound'): PlacedFolder {
  const name = id.attribute('Id') ?? '';
  const address = id.child('Mailbox')?.childText('EmailAddress')?.trim();
  let mailbox = call.mailbox;
  if (address !== undefined) {
    const named = call.organisation.byAnyAddress(address);
    if (!named) throw new ItemError('ErrorNonExistentMailbox', undefined, { SmtpAddress: address });
    if (!mayOpen(call, named)) throw new ItemError('ErrorAccessDenied');
    mailbox = named;
  }
  if (!mailbox) throw new ItemError('ErrorMissingEmailAddress');
  const folder = mailbox.known(name);
  if (!folder) throw new ItemError(missing);
  return { mailbox, folder };
}

function byId(call: Call, id: XmlElement, missing: string): PlacedFolder {
  const value = id.attribute('Id') ?? '';
  if (value === '') throw new ItemError('ErrorInvalidIdEmpty');
  const kind = decodeId(value)?.kind;
  if (kind === undefined) throw new ItemError('ErrorInvalidIdMalformed');
  if (kind !== 'folder') throw new ItemError('ErrorCannotUseItemIdForFolderId');
  const mailbox = call.organisation.ownerOfId(value);
  const folder = mailbox?.folders.get(value);
  if (!mailbox || !folder || !mayOpen(call, mailbox)) throw new ItemError(missing);
  return { mailbox, folder };
}

/** The current item for an `ItemId`. Throws an `ItemError`; the change key need not be current. */
export function findItem(call: Call, id: XmlElement): PlacedItem {
  checkChangeKeyForm(id);
  return findItemById(call, id.attribute('Id') ?? '');
}

export function findItemById(call: Call, id: string): PlacedItem {
  if (id === '') throw new ItemError('ErrorInvalidIdEmpty');
  const kind = decodeId(id)?.kind;
  if (kind === undefined) throw new ItemError('ErrorInvalidIdMalformed');
  if (kind === 'folder') throw new ItemError('ErrorCannotUseFolderIdForItemId');
  if (kind === 'attachment') throw new ItemError('ErrorInvalidIdMalformed');
  const mailbox = call.organisation.ownerOfId(id);
  const item = mailbox?.items.get(id);
  if (!mailbox || !item || !mayOpen(call, mailbox)) throw new ItemError('ErrorItemNotFound');
  return { mailbox, item };
}

/** The children of a request's required list element. */
export const listOf = (request: XmlElement, name: string): XmlElement[] => request.required(name).children;

/** The codes for a missing folder in these elements. */
const MISSING_TARGET: Readonly<Record<string, string>> = {
  ParentFolderId: 'ErrorParentFolderNotFound',
  SavedItemFolderId: 'ErrorSavedItemFolderNotFound',
  SyncFolderId: 'ErrorSyncFolderNotFound',
  ToFolderId: 'ErrorToFolderNotFound',
};

/** The folder in which an item is to be saved; undefined if the request names none. */
export const savedItemFolder = (call: Call, request: XmlElement): PlacedFolder | undefined =>
  holdingItems(targetFolder(call, request, 'SavedItemFolderId'), 'ErrorInvalidFolderTypeForOperation');

/** The folder inside a request's `TargetFolderIdType` element; undefined when the element is absent. */
export function targetFolder(call: Call, request: XmlElement, name: string): PlacedFolder | undefined {
  return request.child(name) && requiredFolder(call, request, name);
}

/** The same for a required element. */
export function requiredFolder(call: Call, request: XmlElement, name: string): PlacedFolder {
  return findFolder(call, request.required(name).requiredFirst(), MISSING_TARGET[name]);
}

/**
 * Refuses a search folder as the target of an item.
 * @param refusal the response code
 */
export function holdingItems<T extends PlacedFolder | undefined>(target: T, refusal: string): T {
  if (target?.folder.info.search) throw new ItemError(refusal);
  return target;
}

/** A required attribute with one of the values the schema allows. */
export function requiredChoice<T extends string>(request: XmlElement, name: string, choices: readonly T[]): T {
  const value = request.attribute(name);
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw schemaFault(`the '${name}' attribute is invalid or missing on '${request.name}'.`);
  return choice;
}
