import { MailServerError } from '../../drivers/port/mail-error.js';
import type { FoundItem } from '../../drivers/port/mail-item.js';
import type { FolderRef, MailboxSession } from '../../drivers/port/mail-server.js';

const pageSize = 500;
/** Of a listing by date, which begins at what is wanted. */
const maxPages = 10;
/** Of a listing by changes, which goes through the whole folder. */
const maxChangePages = 40;

type Session = Pick<MailboxSession, 'findReceivedSince' | 'syncFolder'>;

/**
 * What was received at or after a time, 5,000 items at most: by date, and where the server lists nothing by date by
 * the changes of the folder from its beginning, as receiving does it.
 * @returns the items, oldest first, and those without a date last
 * @throws MailServerError
 */
export async function recentItems(
  session: Session,
  folder: FolderRef,
  since: Date,
  signal?: AbortSignal,
): Promise<readonly FoundItem[]> {
  const call = signal ? { signal } : {};
  try {
    return sorted(await byDate(session, folder, since, call));
  } catch (error) {
    if (!(error instanceof MailServerError) || error.details.queryRefusal === null) throw error;
    return sorted(await byChanges(session, folder, since, call));
  }
}

function sorted(items: readonly FoundItem[]): readonly FoundItem[] {
  const time = ({ receivedAt }: FoundItem) => receivedAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return items.toSorted((a, b) => time(a) - time(b));
}

type CallOptions = { readonly signal?: AbortSignal };

async function byDate(session: Session, folder: FolderRef, since: Date, call: CallOptions) {
  const items: FoundItem[] = [];
  let offset = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const found = await session.findReceivedSince(folder, since, { offset, limit: pageSize }, call);
    items.push(...found.items);
    if (found.last) break;
    offset = found.nextOffset;
  }
  return items;
}

async function byChanges(session: Session, folder: FolderRef, since: Date, call: CallOptions) {
  const items = new Map<string, FoundItem>();
  let state: string | null = null;
  for (let page = 0; page < maxChangePages; page += 1) {
    const { changes, syncState, last } = await session.syncFolder(folder, state, pageSize, call);
    for (const change of changes) {
      if (change.kind === 'delete') items.delete(change.itemId);
      else if ('item' in change && (change.item.receivedAt === null || change.item.receivedAt >= since))
        items.set(change.item.id, change.item);
    }
    // A state that stays the same would show the same page again.
    if (last || syncState === state) break;
    state = syncState;
  }
  return [...items.values()];
}
