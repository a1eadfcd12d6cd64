import type { ItemRef } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { distinguishedFolderId } from './folder-ids.js';
import { itemIdContent } from './item-ref.js';

/** SendItem (messages.xsd `SendItemType`), with the copy kept in the mailbox's own Sent Items. */
export async function sendDraft(context: OperationContext, ref: ItemRef, signal?: AbortSignal): Promise<void> {
  const answer = await context.call(
    {
      name: 'SendItem',
      changes: true,
      body: () => ({
        'm:SendItem': {
          '@SaveItemToFolder': true,
          'm:ItemIds': { 't:ItemId': itemIdContent(ref) },
          'm:SavedItemFolderId': { 't:DistinguishedFolderId': distinguishedFolderId(context.identity, 'sentitems') },
        },
      }),
    },
    signal,
  );
  answer.single();
}
