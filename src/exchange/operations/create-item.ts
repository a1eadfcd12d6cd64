import type { ItemRef, OutgoingDraft } from '../../mail/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { child } from '../soap/element.js';
import { draftMessage } from './draft-message.js';
import { distinguishedFolderId } from './folder-ids.js';
import { readItemRef } from './item-ref.js';

/**
 * CreateItem (messages.xsd `CreateItemType`), SaveOnly into the mailbox's own Drafts.
 * @param complete see `draftMessage`.
 */
export async function createDraft(
  context: OperationContext,
  draft: OutgoingDraft,
  complete: boolean,
  signal?: AbortSignal,
): Promise<ItemRef> {
  const answer = await context.call(
    {
      name: 'CreateItem',
      changes: true,
      body: () => ({
        'm:CreateItem': {
          '@MessageDisposition': 'SaveOnly',
          'm:SavedItemFolderId': { 't:DistinguishedFolderId': distinguishedFolderId(context.identity, 'drafts') },
          'm:Items': { 't:Message': draftMessage(context.identity, draft, complete) },
        },
      }),
    },
    signal,
  );
  const [item] = child(answer.single('Items'), 'Items')?.children ?? [];
  const ref = readItemRef(child(item ?? null, 'ItemId'));
  if (ref === null) throw answer.unexpected('the answer names no saved item');
  return ref;
}
