import { itemId } from '../items/message-fields.js';
import { readShape } from '../items/shape.js';
import { ItemWriter } from '../items/write-item.js';
import { ItemError } from '../soap/faults.js';
import type { Change } from '../store/change-log.js';
import type { Item } from '../store/item.js';
import { element, textElement } from '../xml/write-xml.js';
import type { PlacedFolder } from '../store/placed.js';
import { answerOnce } from './answer.js';
import type { Operation } from './call.js';
import { type SyncPosition, readSyncState, writeSyncState } from './sync-state.js';
import { requiredFolder } from './targets.js';

/** Exchange adds this to an error, and clients read it before they check for the error. */
const NO_CHANGES = '<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>';

export const syncFolderItems: Operation = (call, request) => {
  const writer = new ItemWriter(call, readShape(request, 'ItemShape'), true);
  const max = Number(request.childText('MaxChangesReturned'));
  const ignored = new Set(request.child('Ignore')?.children.map((id) => id.attribute('Id') ?? ''));
  return answerOnce(
    call,
    'SyncFolderItems',
    () => {
      const target = requiredFolder(call, request, 'SyncFolderId');
      const state = request.childText('SyncState')?.trim() ?? '';
      const { changes, next, last } = advance(target, positionFrom(target, state), max);
      const xml = changes
        .filter((change) => !ignored.has(change.itemId))
        .map((change) => writeChange(target, change, writer))
        .join('');
      return (
        textElement('m:SyncState', writeSyncState(next)) +
        textElement('m:IncludesLastItemInRange', last) +
        element('m:Changes', xml)
      );
    },
    call.style.omitOptional ? '' : NO_CHANGES,
  );
};

function positionFrom({ mailbox, folder }: PlacedFolder, state: string): SyncPosition {
  const epoch = mailbox.record.syncEpoch;
  if (state === '') {
    const now = mailbox.record.seq;
    return { mailbox: mailbox.guid, folder: folder.id, epoch, listing: now, from: now, to: now, told: now };
  }
  const position = readSyncState(state);
  if (
    !('folder' in position) ||
    position.folder !== folder.id ||
    position.mailbox !== mailbox.guid ||
    position.epoch !== epoch
  ) {
    throw new ItemError('ErrorInvalidSyncStateData');
  }
  return position;
}

interface Advance {
  readonly changes: readonly Change[];
  readonly next: SyncPosition;
  readonly last: boolean;
}

function advance(target: PlacedFolder, position: SyncPosition, max: number): Advance {
  return position.listing === undefined
    ? tellChanges(target, position, max)
    : list(target, position, position.listing, max);
}

/** First pass: every item as a creation, the newest arrival first. What changes meanwhile follows afterwards. */
function list({ mailbox, folder }: PlacedFolder, position: SyncPosition, listing: number, max: number): Advance {
  const end = folder.firstArrivedAfter(listing);
  const items = folder.byArrival.slice(Math.max(0, end - max), end).reverse();
  const changes = items.map((item): Change => ({ seq: item.enteredSeq, kind: 'create', itemId: item.id }));
  const oldest = items.at(-1);
  if (end > max && oldest) return { changes, next: { ...position, listing: oldest.enteredSeq - 1 }, last: false };
  const { listing: _, ...next } = position;
  return { changes, next, last: folder.log.net(position.from, mailbox.record.seq).length === 0 };
}

/** The window (from, to] in pages; a new window, up to now, opens when the old one is told. */
function tellChanges({ mailbox, folder }: PlacedFolder, position: SyncPosition, max: number): Advance {
  const now = mailbox.record.seq;
  const drained = position.told >= position.to;
  const window = drained ? { from: position.to, to: now, told: position.to } : position;
  const left = folder.log.net(window.from, window.to).filter((change) => change.seq > window.told);
  const page = left.slice(0, max);
  const done = left.length <= max;
  const told = done ? window.to : (page.at(-1)?.seq ?? window.to);
  const changes = page.filter(
    (change) => change.kind === 'delete' || mailbox.items.get(change.itemId)?.folder === folder,
  );
  const next = { ...position, from: window.from, to: window.to, told };
  return { changes, next, last: done && (window.to >= now || folder.log.net(window.to, now).length === 0) };
}

function writeChange({ mailbox, folder }: PlacedFolder, change: Change, writer: ItemWriter): string {
  const item: Item | undefined = mailbox.items.get(change.itemId);
  if (change.kind === 'delete' || !item || item.folder !== folder) {
    return element('t:Delete', element('t:ItemId', '', { Id: change.itemId, ChangeKey: 'CQAAAA==' }));
  }
  if (change.kind === 'read') {
    return element('t:ReadFlagChange', itemId(item) + textElement('t:IsRead', item.isRead));
  }
  return element(change.kind === 'create' ? 't:Create' : 't:Update', writer.write(mailbox, item));
}
