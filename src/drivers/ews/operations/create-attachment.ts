import type { ItemRef, OutgoingAttachment } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { attribute, child, findBelow } from '../soap/element.js';
import { attachmentList } from './draft-message.js';
import { itemIdContent } from './item-ref.js';

/**
 * CreateAttachment (messages.xsd `CreateAttachmentType`): adds files and messages to a saved item.
 * @returns the item with its new change key, which the last response message holds.
 */
export async function createAttachments(
  context: OperationContext,
  parent: ItemRef,
  attachments: readonly OutgoingAttachment[],
  signal?: AbortSignal,
): Promise<ItemRef> {
  const answer = await context.call(
    {
      name: 'CreateAttachment',
      changes: true,
      body: () => ({
        'm:CreateAttachment': {
          'm:ParentItemId': itemIdContent(parent),
          'm:Attachments': attachmentList(attachments),
        },
      }),
    },
    signal,
  );
  // Some servers answer nothing of an attachment that they did not take. Reading the draft tells what it holds.
  let ref = parent;
  for (const message of answer.messages) {
    const added = child(message, 'Attachments');
    const error = answer.errorOf(message, added);
    if (error !== null) throw error;
    const attachmentId = added === null ? null : findBelow(added, 'AttachmentId');
    const id = attribute(attachmentId, 'RootItemId') ?? ref.id;
    ref = { id, changeKey: attribute(attachmentId, 'RootItemChangeKey') ?? ref.changeKey };
  }
  return ref;
}
