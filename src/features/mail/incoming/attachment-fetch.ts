import { MailServerError } from '../../../drivers/port/mail-error.js';
import type { AttachmentRef } from '../../../drivers/port/mail-item.js';
import type { MailboxSession } from '../../../drivers/port/mail-server.js';
import { blockReason, hasRules, type AttachmentRules, type BlockReason } from './attachment-rules.js';
import { contentHash, type MessageAttachment, type Unavailable } from './message-content.js';
import { withMime } from './mime-reading.js';
import { MimeTooComplex } from './mime-structure.js';

interface AttachmentSource {
  readonly session: Pick<MailboxSession, 'fetchAttachment'>;
  readonly signal: AbortSignal;
  /** Decides about an error that one attachment met. @throws what counts against more than the attachment */
  readonly throwUnlessOwn: (error: MailServerError) => Promise<void>;
}

/** The number of attachments of one item whose calls may fail in a row: each can take minutes, and they are retried. */
const maxFailed = 5;

/**
 * Fetches an item's attachments one by one, but for those that the profile does not store. One that cannot be
 * read leaves a note of why, and keeps the others from nothing.
 */
export async function fetchAttachments(
  source: AttachmentSource,
  refs: readonly AttachmentRef[],
  rules: AttachmentRules,
): Promise<MessageAttachment[]> {
  const attachments: MessageAttachment[] = [];
  let failed = 0;
  let last: Unavailable | null = null;
  for (const ref of refs) {
    // What the name alone blocks is not even fetched. The size is the server's own count, which is not the content's.
    const byName = blockReason(rules, ref.name, 0);
    if (byName !== null) {
      attachments.push(described(ref, ref.size ?? 0, { blocked: byName }));
      continue;
    }
    const known: Unavailable | null = ref.id === '' ? unnamed : failed >= maxFailed ? last : null;
    const attachment: MessageAttachment =
      known === null ? await fetched(source, ref, rules) : unavailableOf(ref, known);
    failed = attachment.unavailable ? failed + 1 : 0;
    last = attachment.unavailable ?? null;
    attachments.push(attachment);
  }
  return attachments;
}

/** Servers other than Exchange may list an attachment without an id. */
const unnamed: Unavailable = {
  code: 'AttachmentWithoutId',
  message: 'The server lists this attachment without an id.',
};

const unavailableOf = (ref: AttachmentRef, unavailable: Unavailable): MessageAttachment =>
  described(ref, ref.size ?? 0, { bytes: Buffer.alloc(0), unavailable });

async function fetched(
  { session, signal, throwUnlessOwn }: AttachmentSource,
  ref: AttachmentRef,
  rules: AttachmentRules,
): Promise<MessageAttachment> {
  try {
    const { content, contentType, name } = await session.fetchAttachment(ref.id, { signal });
    const whole = { ...ref, name: name ?? ref.name, contentType: contentType ?? ref.contentType };
    const blocked =
      blockReason(rules, whole.name, content.length) ??
      (ref.kind === 'item' && (await holdsBlocked(content, rules)) ? 'contains-blocked' : null);
    const hash = contentHash(content);
    return described(whole, content.length, blocked === null ? { bytes: content, hash } : { blocked, hash });
  } catch (error) {
    if (!(error instanceof MailServerError)) throw error;
    await throwUnlessOwn(error);
    return unavailableOf(ref, { code: error.code, message: error.details.text });
  }
}

async function holdsBlocked(content: Buffer, rules: AttachmentRules): Promise<boolean> {
  if (!hasRules(rules)) return false;
  const { blockedAttachmentExtensions, maxAttachmentBytes } = rules;
  try {
    return await withMime('holdsBlocked', content, { rules: { blockedAttachmentExtensions, maxAttachmentBytes } });
  } catch (error) {
    if (error instanceof MimeTooComplex) return true;
    throw error;
  }
}

function described(
  ref: AttachmentRef,
  sizeBytes: number,
  {
    bytes = null,
    hash = null,
    blocked = null,
    unavailable = null,
  }: { bytes?: Buffer | null; hash?: string | null; blocked?: BlockReason | null; unavailable?: Unavailable | null },
): MessageAttachment {
  return {
    filename: ref.name,
    contentType: ref.contentType ?? (ref.kind === 'item' ? 'message/rfc822' : 'application/octet-stream'),
    contentId: ref.contentId,
    isInline: ref.isInline,
    sizeBytes,
    bytes,
    hash,
    blocked,
    unavailable,
  };
}
