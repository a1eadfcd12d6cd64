import type { Folder, Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import type { Organisation } from '../store/organisation.js';
import type { AccountRecord } from '../store/records.js';

/** Lookups for control calls. Each function throws an `Error` that names what is missing. */

export function mailboxOf(organisation: Organisation, address: string): Mailbox {
  const mailbox = organisation.byAnyAddress(address);
  if (!mailbox) throw new Error(`There is no mailbox ${address}`);
  return mailbox;
}

export function accountOf(organisation: Organisation, username: string): AccountRecord {
  const account = organisation.accounts.get(username.toLowerCase());
  if (!account) throw new Error(`There is no service account ${username}`);
  return account;
}

export function itemOf(mailbox: Mailbox, id: string): Item {
  const item = mailbox.items.get(id);
  if (!item) throw new Error(`The mailbox ${mailbox.address} has no item ${id}`);
  return item;
}

/** A folder by its distinguished name, id or display name. */
export function folderOf(mailbox: Mailbox, name: string): Folder {
  const folder =
    mailbox.known(name) ??
    mailbox.folders.get(name) ??
    [...mailbox.folders.values()].find(({ info }) => info.displayName === name);
  if (!folder) throw new Error(`The mailbox ${mailbox.address} has no folder ${name}`);
  return folder;
}
