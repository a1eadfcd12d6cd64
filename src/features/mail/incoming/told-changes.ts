import type { SyncChange } from '../../../drivers/port/mail-item.js';

type ToldItem = Extract<SyncChange, { item: unknown }>['item'];

/** The net effect of a page of changes, each item once: servers may list one several times in a page. */
export interface ToldChanges {
  /** Existing items, in their latest state. */
  readonly items: readonly (ToldItem & { readonly isUpdate: boolean })[];
  readonly flags: readonly { readonly itemId: string; readonly isRead: boolean }[];
  /** Items that were removed and not listed again in the page. */
  readonly left: readonly string[];
}

interface Told {
  item: (ToldItem & { isUpdate: boolean }) | null;
  isRead: boolean | null;
  hasLeft: boolean;
}

/** Combines the changes of one page, in server order; pure. */
export function toldChanges(changes: readonly SyncChange[]): ToldChanges {
  const byId = new Map<string, Told>();
  for (const change of changes) {
    const id = 'item' in change ? change.item.id : change.itemId;
    const before = byId.get(id) ?? { item: null, isRead: null, hasLeft: false };
    byId.set(id, after(before, change));
  }
  const told = [...byId];
  return {
    items: told.flatMap(([, { item }]) => item ?? []),
    flags: told.flatMap(([itemId, { isRead }]) => (isRead === null ? [] : [{ itemId, isRead }])),
    left: told.flatMap(([itemId, { hasLeft }]) => (hasLeft ? [itemId] : [])),
  };
}

function after(before: Told, change: SyncChange): Told {
  if (change.kind === 'delete') return { item: null, isRead: null, hasLeft: true };
  if (change.kind === 'read-flag') return { ...before, isRead: change.isRead };
  const isUpdate = change.kind === 'update' || before.item?.isUpdate === true;
  return { item: { ...change.item, isUpdate }, isRead: change.item.isRead ?? before.isRead, hasLeft: false };
}
