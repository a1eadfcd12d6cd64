import { ItemError, SoapFault, schemaFault } from '../soap/faults.js';
import type { Folder, Item } from '../store/item.js';
import { decodeId } from '../store/ids.js';
import type { Mailbox } from '../store/mailbox.js';
import type { XmlElement } from '../xml/element.js';
import type { Call } from './call.js';

/** A folder and the mailbox it lies in. */
export interface FolderTarget {
  readonly mailbox: Mailbox;
  readonly folder: Folder;
}

export interface ItemTarget {
  readonly mailbox: Mailbox;
  readonly item: Item;
}

/** Whether the caller may open the mailbox: as its owner or as its delegate. */
export function mayOpen(call: Call, mailbox: Mailbox): boolean {
  if (mailbox === call.mailbox) return true;
  // Under impersonation the service account is invisible: only what the owner was given counts.
  const name = call.impersonating && call.mailbox ? call.mailbox.address : call.caller.name;
  return mailbox.record.delegates.some((delegate) => delegate.toLowerCase() === name.toLowerCase());
}

/** The folder that a `FolderId` or `DistinguishedFolderId` element names. Throws an `ItemError`. */
export function findFolder(call: Call, id: XmlElement): FolderTarget {
  return id.name === 'DistinguishedFolderId' ? byName(call, id) : byId(call, id);
}

function byName(call: Call, id: XmlElement): FolderTarget {
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
  if (!folder) throw new ItemError('ErrorFolderNotFound');
  return { mailbox, folder };
}

function byId(call: Call, id: XmlElement): FolderTarget {
  const value = id.attribute('Id') ?? '';
  if (value === '') throw new ItemError('ErrorInvalidIdEmpty');
  if (decodeId(value)?.kind !== 'folder') throw new ItemError('ErrorInvalidIdMalformed');
  const mailbox = call.organisation.ownerOfId(value);
  const folder = mailbox?.folders.get(value);
  if (!mailbox || !folder || !mayOpen(call, mailbox)) throw new ItemError('ErrorFolderNotFound');
  return { mailbox, folder };
}

/** The item that an `ItemId` names, as it is now. Throws an `ItemError`; the change key is not looked at. */
export function findItem(call: Call, id: XmlElement): ItemTarget {
  return findItemById(call, id.attribute('Id') ?? '');
}

export function findItemById(call: Call, id: string): ItemTarget {
  if (id === '') throw new ItemError('ErrorInvalidIdEmpty');
  const kind = decodeId(id)?.kind;
  if (kind === undefined) throw new ItemError('ErrorInvalidIdMalformed');
  if (kind !== 'item') throw new ItemError('ErrorCannotUseFolderIdForItemId', 'Id must be an item id.');
  const mailbox = call.organisation.ownerOfId(id);
  const item = mailbox?.items.get(id);
  if (!mailbox || !item || !mayOpen(call, mailbox)) throw new ItemError('ErrorItemNotFound');
  return { mailbox, item };
}

/** The children of a request's required list element. */
export function listOf(request: XmlElement, name: string): XmlElement[] {
  const list = request.child(name);
  if (!list || list.children.length === 0) {
    throw schemaFault(`the element '${request.name}' has incomplete content: '${name}' expected.`);
  }
  return list.children;
}

/** The folder inside a request's `TargetFolderIdType` element; undefined when the element is absent. */
export function targetFolder(call: Call, request: XmlElement, name: string): FolderTarget | undefined {
  const element = request.child(name);
  const id = element?.children[0];
  if (!element) return undefined;
  if (!id) throw schemaFault(`the element '${name}' has incomplete content.`);
  return findFolder(call, id);
}

/** A required attribute with one of the values the schema allows. */
export function requiredChoice<T extends string>(request: XmlElement, name: string, choices: readonly T[]): T {
  const value = request.attribute(name);
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw schemaFault(`the '${name}' attribute is invalid or missing on '${request.name}'.`);
  return choice;
}

/** Errors of one item become its response message; faults and bugs end the call. */
export async function perItem(
  work: () => string | Promise<string>,
  fail: (error: ItemError) => string,
): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ItemError && !(error instanceof SoapFault)) return fail(error);
    throw error;
  }
}
