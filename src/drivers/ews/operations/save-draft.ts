import type { ItemRef, OutgoingAttachment, OutgoingDraft } from '../../port/mail-item.js';
import type { OperationContext } from '../ews-operation.js';
import { atLeast, type RequestVersion } from '../soap/request-version.js';
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
  const fits = (version: RequestVersion) =>
    draft.attachments.length === 0 ||
    // Before 2013 a server takes no attachments with CreateItem.
    (bytes <= context.maxRequestBytes && atLeast(version, 'Exchange2013'));
  const created = await createDraft(context, draft, fits, signal);
  return created.complete ? created.ref : complete(context, created.ref, draft, signal);
}

async function complete(
  context: OperationContext,
  created: ItemRef,
  draft: OutgoingDraft,
  signal: AbortSignal | undefined,
): Promise<ItemRef> {
  let ref = created;
  try {
    ref = await addAttachments(context, ref, draft.attachments, signal);
    return await setMarker(context, ref, draft.marker, signal);
  } catch (error) {
    // Without its marker nobody will ever find it again. The error that counts is the first one, and
    // whoever has aborted does not wait.
    const removed = deleteItem(context, ref.id).catch(() => undefined);
    if (signal?.aborted !== true) await removed;
    throw error;
  }
}

/** Adds attachments to a saved item, in as many requests as they need. */
export async function addAttachments(
  context: OperationContext,
  draft: ItemRef,
  attachments: readonly OutgoingAttachment[],
  signal?: AbortSignal,
): Promise<ItemRef> {
  let ref = draft;
  for (const batch of attachmentBatches(attachments, context.maxRequestBytes)) {
    ref = await createAttachments(context, ref, batch, signal);
  }
  return ref;
}
