import type { Folder, Item } from './item.js';

/** What a streaming subscription can be told, named as in EWS `NotificationEventTypeType`. */
export type MailboxEvent = {
  readonly type: 'NewMailEvent' | 'CreatedEvent' | 'ModifiedEvent' | 'DeletedEvent' | 'MovedEvent' | 'CopiedEvent';
  readonly at: number;
  readonly itemId: string;
  readonly changeKey: string;
  readonly folder: Folder;
  readonly old?: { readonly itemId: string; readonly changeKey: string; readonly folder: Folder };
};

export type MailboxListener = (event: MailboxEvent) => void;

export const eventOf = (type: MailboxEvent['type'], item: Item, at: number, old?: Item): MailboxEvent => ({
  type,
  at,
  itemId: item.id,
  changeKey: item.changeKey,
  folder: item.folder,
  ...(old ? { old: { itemId: old.id, changeKey: old.changeKey, folder: old.folder } } : {}),
});
