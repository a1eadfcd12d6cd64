import type { MailSettings } from '../../profiles/mail-settings.js';

/** What of attachments a profile does not store. */
export type AttachmentRules = Pick<MailSettings, 'blockedAttachmentExtensions' | 'maxAttachmentBytes'>;

/**
 * Why an attachment was not stored.
 *  extension         its name ends in one that the profile blocks
 *  attachment-size   it is larger than the profile allows
 *  contains-blocked  it is a message with such an attachment, or one that cannot be looked into
 */
export const blockReasons = ['extension', 'attachment-size', 'contains-blocked'] as const;
export type BlockReason = (typeof blockReasons)[number];

export const hasRules = (rules: AttachmentRules): boolean =>
  rules.blockedAttachmentExtensions.length > 0 || rules.maxAttachmentBytes !== null;

/** Names longer than any file system's; the end is what counts. */
const maxNameLength = 1_000;

/**
 * Why an attachment is blocked by itself. The name is read as Windows would read it: marks that only
 * turn the writing around, and dots and blanks at the end, are no part of it, and what follows a colon
 * names a stream of the file, not the file.
 */
export function blockReason(rules: AttachmentRules, filename: string | null, sizeBytes: number): BlockReason | null {
  const name = (filename ?? '').slice(-maxNameLength).normalize('NFKC').toLowerCase();
  const [file = ''] = name.replace(/[\p{Cf}\p{Cc}]/gu, '').split(':');
  const plain = trimmedEnd(file);
  if (rules.blockedAttachmentExtensions.some((extension) => plain.endsWith(`.${extension}`))) return 'extension';
  return rules.maxAttachmentBytes !== null && sizeBytes > rules.maxAttachmentBytes ? 'attachment-size' : null;
}

/** By hand: a pattern anchored at the end tries every blank of a long row of them. */
function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s.]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** What stands in an attachment's place. */
export function blockNote(reason: BlockReason, filename: string | null, sizeBytes: number): string {
  const why = {
    extension: 'files of this type are blocked',
    'attachment-size': 'it is larger than allowed',
    'contains-blocked': 'it holds an attachment that is blocked, or cannot be looked into',
  }[reason];
  const name = filename === null ? 'An attachment' : `The attachment "${filename.replace(/[\p{Cc}\p{Cs}]/gu, ' ')}"`;
  return `${name} (${sizeBytes} bytes) was not stored here: ${why}. The mailbox itself still holds it.`;
}
