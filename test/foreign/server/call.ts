import { ItemError } from './errors.js';
import type { Mail } from './mail.js';
import { list, record, value, type Markup } from './markup.js';
import type { Quirks } from './quirks.js';
import type { Folder, Item, Mailbox, Store } from './store.js';
import { at, type Xml } from './xml.js';

/** What an operation works with: whose call it is, and the server around it. */
export interface Call {
  readonly store: Store;
  readonly quirks: Quirks;
  /** The mailbox that is acted as. */
  readonly mailbox: Mailbox;
  readonly now: () => Date;
  /** Brings a message to its recipients. @throws Fault when one of them is not there. */
  readonly send: (mail: Mail, from: Mailbox) => void;
}

export type Operation = (request: Xml, call: Call) => Promise<Markup> | Markup;

const CHANGING = new Set(['CreateItem', 'UpdateItem', 'SendItem', 'DeleteItem']);

/** One response message for each thing that was asked about. */
export function answer(operation: string, quirks: Quirks, messages: readonly (Markup | null)[]): Markup {
  const wrapper = quirks.foreignWrappers && CHANGING.has(operation) ? 'Responses' : 'ResponseMessages';
  return list(`m:${operation}Response`, {}, list(`m:${wrapper}`, {}, ...messages));
}

export function success(operation: string, quirks: Quirks, ...content: readonly (Markup | null)[]): Markup {
  const name = quirks.foreignWrappers && !CHANGING.has(operation) ? 'x' : `${operation}ResponseMessage`;
  return record(`m:${name}`, { ResponseClass: 'Success' }, value('m:ResponseCode', 'NoError'), ...content);
}

/** Does something for each element; what goes wrong with one becomes its response message. */
export async function forEach<T>(
  operation: string,
  things: readonly T[],
  act: (thing: T, index: number) => Promise<Markup | null> | Markup | null,
): Promise<(Markup | null)[]> {
  const messages: (Markup | null)[] = [];
  for (const [index, thing] of things.entries()) {
    try {
      messages.push(await act(thing, index));
    } catch (error) {
      if (!(error instanceof ItemError)) throw error;
      messages.push(
        record(
          `m:${operation}ResponseMessage`,
          { ResponseClass: 'Error' },
          value('m:MessageText', error.message),
          value('m:ResponseCode', error.code),
          value('m:DescriptiveLinkKey', 0),
        ),
      );
    }
  }
  return messages;
}

/** The folder of a FolderId or a DistinguishedFolderId. */
export function folderOf({ store, mailbox }: Call, id: Xml | undefined): Folder {
  const given = id?.attributes['Id'] ?? '';
  const owner = at(id, 'Mailbox', 'EmailAddress')?.text ?? '';
  const target = owner === '' ? mailbox : store.mailboxes.get(owner.toLowerCase());
  if (!target) throw new ItemError('ErrorCannotFindUser', 'E-3125: failed to get user');
  const folder = id?.name === 'DistinguishedFolderId' ? store.wellKnown(target, given) : store.folder(target, given);
  if (!folder) throw new ItemError('ErrorFolderNotFound', 'E-3073: folder not found');
  return folder;
}

export function itemOf({ store, mailbox }: Call, id: string | undefined): Item {
  const item = store.item(mailbox, id ?? '');
  if (!item) throw new ItemError('ErrorItemNotFound', 'E-3143: failed to get item');
  return item;
}

/** A date as the schema writes it. */
export function dateText(date: Date, quirks: Quirks): string {
  return quirks.nanoseconds ? date.toISOString().replace('Z', '117900Z') : date.toISOString().replace(/\.\d+Z$/, 'Z');
}
