import { mimeOf } from '../mail-flow/item-mime.js';
import type { Call } from '../operations/call.js';
import type { Item } from '../store/item.js';
import type { Mailbox } from '../store/mailbox.js';
import { cachedBase64 } from '../store/message-content.js';
import { element } from '../xml/write-xml.js';
import { writeExtendedProperty } from './extended-field.js';
import { mapiProperty } from './mapi-property.js';
import {
  EXTENDED_PROPERTIES,
  type FieldContext,
  MESSAGE_FIELDS,
  type MessageField,
  headers,
  itemId,
} from './message-fields.js';
import { PeopleWriter } from './people.js';
import type { ItemShape } from './shape.js';

const ELEMENTS: readonly [prefix: string, element: string][] = [
  ['IPM.Schedule.Meeting.Request', 't:MeetingRequest'],
  ['IPM.Schedule.Meeting.Resp', 't:MeetingResponse'],
  ['IPM.Schedule.Meeting.Canceled', 't:MeetingCancellation'],
];

/** The element for a class of items; all mail that is no meeting message is a `Message`. */
export function elementName(itemClass: string): string {
  return ELEMENTS.find(([prefix]) => itemClass.startsWith(prefix))?.[1] ?? 't:Message';
}

/** The `Items` element of an answer, with the item's id and, where given, further content. */
export const itemsElement = (item: Item, further = ''): string =>
  element('m:Items', element(elementName(item.itemClass), itemId(item) + further));

/** Writes the items of one answer by one shape. */
export class ItemWriter {
  private readonly fields: readonly MessageField[];
  private readonly people: PeopleWriter;

  /** @param find true in FindItem and SyncFolderItems, which give neither bodies nor recipients. */
  constructor(
    private readonly call: Call,
    private readonly shape: ItemShape,
    private readonly find: boolean,
  ) {
    this.people = new PeopleWriter(call.organisation, call.style.omitOptional);
    const base = call.style.omitOptional ? 'IdOnly' : shape.base;
    this.fields = MESSAGE_FIELDS.filter((field) => {
      if (find && !field.in.find) return false;
      if (field.uri === 'item:ItemId' || field.uri === EXTENDED_PROPERTIES || shape.fields.has(field.uri)) return true;
      if (field.uri === 'item:InternetMessageHeaders' && shape.headers.size > 0) return true;
      return base === 'Default' ? field.in.default : base === 'AllProperties' && field.in.all;
    });
  }

  /** The item as it stands in FindItem and SyncFolderItems. */
  write(mailbox: Mailbox, item: Item): string {
    return element(elementName(item.itemClass), this.properties(mailbox, item));
  }

  /** The item for GetItem: with its MIME when the shape asks for it. */
  async writeWhole(mailbox: Mailbox, item: Item): Promise<string> {
    const wanted = !this.find && (this.shape.mime || this.shape.fields.has('item:MimeContent'));
    const mime = wanted ? await mimeOf(this.call.organisation, mailbox, item) : undefined;
    const content = mime
      ? `<t:MimeContent${this.call.style.omitOptional ? '' : ' CharacterSet="UTF-8"'}>${cachedBase64(mime)}</t:MimeContent>`
      : '';
    return element(elementName(item.itemClass), content + this.properties(mailbox, item));
  }

  /** A message inside an attachment: it has no id of its own, and its MIME is the attachment's content. */
  writeEmbedded(mailbox: Mailbox, item: Item): string {
    const { mime } = item.content;
    const wanted = mime !== undefined && (this.shape.mime || this.shape.fields.has('item:MimeContent'));
    const content = wanted ? `<t:MimeContent CharacterSet="UTF-8">${cachedBase64(mime)}</t:MimeContent>` : '';
    const fields = this.fields.filter((field) => field.uri !== 'item:ItemId' && field.uri !== 'item:ParentFolderId');
    return element(elementName(item.itemClass), content + this.properties(mailbox, item, fields));
  }

  private properties(mailbox: Mailbox, item: Item, fields = this.fields): string {
    const context: FieldContext = {
      mailbox,
      people: this.people,
      shape: this.shape,
      omitOptional: this.call.style.omitOptional,
    };
    let xml = '';
    for (const field of fields) {
      if (field.uri === EXTENDED_PROPERTIES) xml += this.extended(item);
      else if (field.uri === 'item:InternetMessageHeaders' && !this.allHeaders) xml += this.chosenHeaders(item);
      else xml += field.write(item, context);
    }
    return xml;
  }

  private get allHeaders(): boolean {
    return this.shape.headers.size === 0 || this.shape.fields.has('item:InternetMessageHeaders');
  }

  private chosenHeaders(item: Item): string {
    return headers(item.content.headers.filter((header) => this.shape.headers.has(header.name.toLowerCase())));
  }

  private extended(item: Item): string {
    let xml = '';
    for (const field of this.shape.extended) {
      const value = mapiProperty(item, field);
      if (value) xml += writeExtendedProperty(field, value);
    }
    return xml;
  }
}
