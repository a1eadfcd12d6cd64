import type { OperationContext } from '../ews-operation.js';
import { MailServerError } from '../../port/mail-error.js';
import { atLeast } from '../soap/request-version.js';

/** DeleteItem (messages.xsd `DeleteItemType`), for good; an item that is already gone is a success. */
export async function deleteItem(context: OperationContext, itemId: string, signal?: AbortSignal): Promise<void> {
  const answer = await context.call(
    {
      name: 'DeleteItem',
      changes: true,
      body: (version) => ({
        'm:DeleteItem': {
          '@DeleteType': 'HardDelete',
          // Required for meetings and tasks, without meaning for the rest.
          '@SendMeetingCancellations': 'SendToNone',
          '@AffectedTaskOccurrences': 'AllOccurrences',
          // Or the sender of an unread message would hear that it was deleted unread.
          '@SuppressReadReceipts': atLeast(version, 'Exchange2013') ? true : undefined,
          'm:ItemIds': { 't:ItemId': { '@Id': itemId } },
        },
      }),
    },
    signal,
  );
  try {
    answer.single();
  } catch (error) {
    if (!(error instanceof MailServerError) || error.code !== 'ErrorItemNotFound') throw error;
  }
}
