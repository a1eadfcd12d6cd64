import { MailServerError } from '../../port/mail-error.js';
import type { FolderRef } from '../../port/mail-server.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child } from '../soap/element.js';
import { readInteger, writeDate } from '../soap/values.js';
import { folderId } from './folder-ids.js';

const RECEIVED = { '@FieldURI': 'item:DateTimeReceived' };

/**
 * FindItem (messages.xsd `FindItemType`) for the sake of its TotalItemsInView alone: one row is the
 * fewest that the schema lets a page ask for. Null where the server does not support the restriction, too.
 */
export async function countReceivedBetween(
  context: OperationContext,
  folder: FolderRef,
  from: Date,
  to: Date,
  signal?: AbortSignal,
): Promise<number | null> {
  if (context.support.listingForm.restriction === 'none') return null;
  try {
    return await count(context, folder, from, to, signal);
  } catch (error) {
    if (error instanceof MailServerError && error.details.queryRefusal !== null) return null;
    throw error;
  }
}

async function count(
  context: OperationContext,
  folder: FolderRef,
  from: Date,
  to: Date,
  signal?: AbortSignal,
): Promise<number | null> {
  const bound = (date: Date) => ({
    't:FieldURI': RECEIVED,
    't:FieldURIOrConstant': { 't:Constant': { '@Value': writeDate(date) } },
  });
  const answer = await context.call(
    {
      name: 'FindItem',
      changes: false,
      body: () => ({
        'm:FindItem': {
          '@Traversal': 'Shallow',
          'm:ItemShape': { 't:BaseShape': 'IdOnly' },
          'm:IndexedPageItemView': { '@MaxEntriesReturned': 1, '@Offset': 0, '@BasePoint': 'Beginning' },
          'm:Restriction': { 't:And': { 't:IsGreaterThanOrEqualTo': bound(from), 't:IsLessThan': bound(to) } },
          'm:ParentFolderIds': folderId(context.identity, folder),
        },
      }),
    },
    signal,
  );
  const root = child(answer.single('RootFolder'), 'RootFolder');
  if (root === null) throw answer.unexpected('the answer has no RootFolder');
  const total = readInteger(attribute(root, 'TotalItemsInView'));
  return total !== null && total >= 0 ? total : null;
}
