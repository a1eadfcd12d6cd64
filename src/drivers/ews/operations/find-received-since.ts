import { MailServerError } from '../../port/mail-error.js';
import type { FoundItem } from '../../port/mail-item.js';
import type { FolderRef, FoundPage, ListingLimitation } from '../../port/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { child } from '../soap/element.js';
import { readFindItemPage } from './find-item-page.js';
import { folderId } from './folder-ids.js';
import { LISTED_FIELDS, readFoundItem } from './found-item.js';
import { listingQuery, nextForm, reachesBehind, type ListingForm } from './listing-form.js';
import { additionalProperties } from './property-paths.js';

const MAX_PAGE = 1000;

/**
 * FindItem (messages.xsd `FindItemType`), one page of what came at or after `since`, oldest first where the
 * server sorts. A server that refuses the form of the question is asked in simpler ones, and the one that it
 * accepts is remembered.
 */
export async function findReceivedSince(
  context: OperationContext,
  folder: FolderRef,
  since: Date,
  page: { offset: number; limit: number },
  signal?: AbortSignal,
): Promise<FoundPage> {
  const known = context.support.listingForm;
  for (let form: ListingForm | null = known; ;) {
    try {
      const found = await onePage(context, folder, since, page, form, signal);
      if (form !== known) context.support.learnListingForm(form);
      return found;
    } catch (error) {
      const refusal = error instanceof MailServerError ? error.details.queryRefusal : null;
      form = refusal && nextForm(form, refusal);
      if (form === null) throw error;
    }
  }
}

async function onePage(
  context: OperationContext,
  folder: FolderRef,
  since: Date,
  page: { offset: number; limit: number },
  form: ListingForm,
  signal?: AbortSignal,
): Promise<FoundPage> {
  const limit = Math.min(Math.max(1, page.limit), MAX_PAGE);
  const answer = await context.call(
    {
      name: 'FindItem',
      changes: false,
      body: () => ({
        'm:FindItem': {
          '@Traversal': 'Shallow',
          'm:ItemShape': { 't:BaseShape': 'IdOnly', 't:AdditionalProperties': additionalProperties(LISTED_FIELDS) },
          'm:IndexedPageItemView': {
            '@MaxEntriesReturned': limit,
            '@Offset': page.offset,
            '@BasePoint': 'Beginning',
          },
          ...listingQuery(form, since),
          'm:ParentFolderIds': folderId(context.identity, folder),
        },
      }),
    },
    signal,
  );
  const root = child(answer.single('RootFolder'), 'RootFolder');
  if (root === null) throw answer.unexpected('the answer has no RootFolder');
  const { rows, last, nextOffset } = readFindItemPage(root, page.offset, limit);
  const items = rows.map((row) => readFoundItem(row, context.now())).filter((item) => item !== null);
  const unreadable = rows.length - items.length;
  const limitation = limitationOf(form);
  if (form.restriction === 'at-or-after') return { items, last, nextOffset, unreadable, limitation };
  const dates = items.map(({ receivedAt }) => receivedAt);
  const isEnd = form.restriction === 'none' && reachesBehind(dates, since, form.sorted);
  const older = items.filter((item) => !isSince(since)(item)).map(({ id }) => id);
  return { items: items.filter(isSince(since)), older, last: last || isEnd, nextOffset, unreadable, limitation };
}

const isSince =
  (since: Date) =>
  ({ receivedAt }: FoundItem): boolean =>
    receivedAt === null || receivedAt >= since;

function limitationOf({ restriction, sorted }: ListingForm): ListingLimitation | null {
  if (restriction === 'none') return 'no-restrictions';
  return sorted ? null : 'no-sorting';
}
