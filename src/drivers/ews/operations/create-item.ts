import type { ItemRef, OutgoingDraft } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { child } from '../soap/element.js';
import type { RequestVersion } from '../soap/request-version.js';
import { draftMessage } from './draft-message.js';
import { distinguishedFolderId } from './folder-ids.js';
import { readItemRef } from './item-ref.js';

export interface CreatedDraft {
  readonly ref: ItemRef;
  /** False when attachments and marker are still to follow. */
  readonly complete: boolean;
}

/**
 * CreateItem (messages.xsd `CreateItemType`), SaveOnly into the mailbox's own Drafts.
 * @param fits whether the whole draft goes into one request of that schema version, which is only
 *   agreed upon in the course of the call.
 */
export async function createDraft(
  context: OperationContext,
  draft: OutgoingDraft,
  fits: (version: RequestVersion) => boolean,
  signal?: AbortSignal,
): Promise<CreatedDraft> {
  let complete = false;
  const answer = await context.call(
    {
      name: 'CreateItem',
      changes: true,
      body: (version) => {
        complete = fits(version);
        return {
          'm:CreateItem': {
            '@MessageDisposition': 'SaveOnly',
            'm:SavedItemFolderId': { 't:DistinguishedFolderId': distinguishedFolderId(context.identity, 'drafts') },
            'm:Items': { 't:Message': draftMessage(context.identity, draft, complete) },
          },
        };
      },
    },
    signal,
  );
  const [item] = child(answer.single('Items'), 'Items')?.children ?? [];
  const ref = readItemRef(child(item ?? null, 'ItemId'));
  if (ref === null) throw answer.unexpected('the answer names no saved item');
  return { ref, complete };
}
