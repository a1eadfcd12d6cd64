import type { AttachmentRef } from '../../mail/mail-item.js';
import type { MailboxSession } from '../../mail/mail-server.js';
import { containsBlocked } from './attachment-blocking.js';
import { blockReason, type AttachmentRules, type BlockReason } from './attachment-rules.js';
import type { MessageAttachment } from './message-content.js';

/** Fetches an item's attachments one by one, but for those that the profile does not store. */
export async function fetchAttachments(
  session: Pick<MailboxSession, 'fetchAttachment'>,
  refs: readonly AttachmentRef[],
  rules: AttachmentRules,
  signal: AbortSignal,
): Promise<MessageAttachment[]> {
  const attachments: MessageAttachment[] = [];
  for (const ref of refs) {
    // What the name alone blocks is not even fetched. The size is the server's own count, which is not the content's.
    const byName = blockReason(rules, ref.name, 0);
    if (byName !== null) {
      attachments.push(described(ref, ref.size ?? 0, byName, null));
      continue;
    }
    const { content, contentType, name } = await session.fetchAttachment(ref.id, { signal });
    const whole = { ...ref, name: ref.name ?? name, contentType: contentType ?? ref.contentType };
    const blocked =
      blockReason(rules, whole.name, content.length) ??
      (ref.kind === 'item' && (await containsBlocked(content, rules)) ? 'contains-blocked' : null);
    attachments.push(described(whole, content.length, blocked, content));
  }
  return attachments;
}

function described(
  ref: AttachmentRef,
  sizeBytes: number,
  blocked: BlockReason | null,
  content: Buffer | null,
): MessageAttachment {
  return {
    filename: ref.name,
    contentType: ref.contentType ?? 'application/octet-stream',
    contentId: ref.contentId,
    isInline: ref.isInline,
    sizeBytes,
    bytes: blocked === null ? content : null,
    blocked,
  };
}
