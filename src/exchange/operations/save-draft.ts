import { MailServerError } from '../../mail/mail-error.js';
import type { ItemRef, OutgoingDraft } from '../../mail/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { atLeast } from '../soap/request-version.js';
import { attachmentBatches, requestBytes } from './attachment-batches.js';
import { createAttachments } from './create-attachment.js';
import { createDraft } from './create-item.js';
import { deleteItem } from './delete-item.js';
import { setMarker } from './update-item.js';

/**
 * Saves a message in Drafts, in one request where it fits one. Otherwise the draft is built up in
 * several and gets its marker last: whoever looks for the marker after a crash must never find, and
 * send, a message that lacks its attachments.
 */
export async function saveDraft(
  context: OperationContext,
  draft: OutgoingDraft,
  signal?: AbortSignal,
): Promise<ItemRef> {
  const bytes = draft.attachments.reduce((sum, attachment) => sum + requestBytes(attachment), 0);
  // Before 2013 a server takes no attachments with CreateItem.
  const whole =
    draft.attachments.length === 0 || (bytes <= context.maxRequestBytes && atLeast(context.version(), 'Exchange2013'));
  if (whole) {
    try {
      return await createDraft(context, draft, true, signal);
    } catch (error) {
      // The version may only have been agreed upon by this very call.
      const older = error instanceof MailServerError && !atLeast(context.version(), 'Exchange2013');
      if (!older || error.details.effectPossible || draft.attachments.length === 0) throw error;
    }
  }
  return saveInParts(context, draft, signal);
}

async function saveInParts(context: OperationContext, draft: OutgoingDraft, signal?: AbortSignal): Promise<ItemRef> {
  let ref = await createDraft(context, draft, false, signal);
  try {
    for (const batch of attachmentBatches(draft.attachments, context.maxRequestBytes)) {
      ref = await createAttachments(context, ref, batch, signal);
    }
    return await setMarker(context, ref, draft.marker, signal);
  } catch (error) {
    // Without its marker nobody will ever find it again. The error that counts is the first one.
    await deleteItem(context, ref.id).catch(() => undefined);
    throw error;
  }
}
