import { createHash } from 'node:crypto';
import type { FetchedItem } from '../../../drivers/port/mail-item.js';
import { blockNote, blockReason, hasRules, type AttachmentRules, type BlockReason } from './attachment-rules.js';
import { decodeBase64 } from './base64-body.js';
import { attachmentContents, bytesOf, type MessageAttachment, type MessageContent } from './message-content.js';
import { mimeLeaves, type MimeLeaf } from './mime-parts.js';
import { readMime } from './mime-reader.js';
import { decodeQuotedPrintable } from './quoted-printable.js';

/** Messages within messages that are looked into; what lies deeper is hidden on purpose. */
const deepest = 5;

interface Read {
  readonly item: FetchedItem;
  readonly content: MessageContent;
}

/**
 * A message without the attachments that its profile does not store. In the MIME a note takes the place
 * of each such part, and every other byte stays what it was. Which bytes these are tells the content,
 * not the name, for two parsers may read a name in two ways; and what comes out is read again. Where the
 * parts cannot be told apart for sure, no MIME is stored, and the other attachments by themselves.
 */
export async function withoutBlocked(read: Read, rules: AttachmentRules): Promise<Read> {
  const { mime } = read.item;
  const { attachments } = read.content;
  if (mime === null || !hasRules(rules) || attachments.length === 0) return read;
  const byName = attachments.map(({ filename, sizeBytes }) => blockReason(rules, filename, sizeBytes));
  if (!byName.some(Boolean) && !attachments.some(isMessage)) return read;
  const contents = await attachmentContents(mime);
  const reasons = await Promise.all(
    attachments.map(async (attachment, index): Promise<BlockReason | null> => {
      const own = byName[index] ?? null;
      const content = contents[index];
      if (own !== null || !content || !isMessage(attachment)) return own;
      return (await containsBlocked(content, rules)) ? 'contains-blocked' : null;
    }),
  );
  if (!reasons.some(Boolean)) return read;

  const rewritten = rewrite(mime, attachments, contents, reasons);
  const isClean = rewritten !== null && (await isRest(rewritten, contents, reasons));
  return {
    item: { ...read.item, mime: isClean ? rewritten : null },
    content: {
      ...read.content,
      attachments: attachments.map((attachment, index) => {
        const blocked = reasons[index] ?? null;
        if (blocked !== null) return { ...attachment, bytes: null, blocked };
        return isClean ? attachment : { ...attachment, bytes: contents[index] ?? null };
      }),
    },
  };
}

/** Whether a message holds what the profile blocks, or cannot be looked into. */
export async function containsBlocked(mime: Buffer, rules: AttachmentRules): Promise<boolean> {
  return hasRules(rules) && holdsBlocked(mime, rules, 1);
}

const isMessage = ({ contentType, filename }: Pick<MessageAttachment, 'contentType' | 'filename'>): boolean =>
  /^message\/(?:rfc822|global)/i.test(contentType) || /\.eml\s*$/i.test((filename ?? '').slice(-20));

async function holdsBlocked(mime: Buffer, rules: AttachmentRules, depth: number): Promise<boolean> {
  if (depth > deepest) return true;
  try {
    for (const attachment of (await readMime(mime, { detects: false })).attachments) {
      const { filename, mimeType } = attachment;
      const content = bytesOf(attachment);
      if (blockReason(rules, filename, content.length) !== null) return true;
      if (isMessage({ filename, contentType: mimeType }) && (await holdsBlocked(content, rules, depth + 1)))
        return true;
    }
    return false;
  } catch {
    return true;
  }
}

function rewrite(
  mime: Buffer,
  attachments: readonly MessageAttachment[],
  contents: readonly Buffer[],
  reasons: readonly (BlockReason | null)[],
): Buffer | null {
  const leaves = mimeLeaves(mime);
  if (leaves === null) return null;
  const lineBreak = mime.subarray(0, 2_000).includes('\r\n') ? '\r\n' : '\n';
  const notes = new Map<string, Buffer>();
  reasons.forEach((reason, index) => {
    const [attachment, content] = [attachments[index], contents[index]];
    if (reason && attachment && content) notes.set(digest(content), notePart(attachment, reason, lineBreak));
  });
  const pieces: Buffer[] = [];
  let kept = 0;
  for (const leaf of leaves) {
    const note = notes.get(digest(decoded(mime, leaf)));
    if (!note) continue;
    pieces.push(mime.subarray(kept, leaf.start), note);
    kept = leaf.end;
  }
  return Buffer.concat([...pieces, mime.subarray(kept)]);
}

const digest = (content: Uint8Array): string => createHash('sha256').update(content).digest('base64');

function decoded(mime: Buffer, { bodyStart, end, encoding }: MimeLeaf): Uint8Array {
  const raw = mime.subarray(bodyStart, end);
  if (encoding.includes('base64')) return decodeBase64(raw);
  return encoding.includes('quoted-printable') ? decodeQuotedPrintable(raw) : raw;
}

/** Of one text line, in base64, so that no name in it can be taken for a header or a delimiter. */
function notePart({ filename, sizeBytes }: MessageAttachment, reason: BlockReason, lineBreak: string): Buffer {
  const note = Buffer.from(`${blockNote(reason, filename, sizeBytes)}\n`).toString('base64');
  const lines = [
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="blocked-attachment.txt"',
    `X-Postroom-Blocked: ${reason}`,
    '',
    ...(note.match(/.{1,76}/g) ?? []),
  ];
  return Buffer.from(lines.join(lineBreak));
}

/** Whether what was blocked is gone, and all other attachments are there as they were. */
async function isRest(
  mime: Buffer,
  contents: readonly Buffer[],
  reasons: readonly (BlockReason | null)[],
): Promise<boolean> {
  const left = await attachmentContents(mime).catch(() => []);
  if (left.length !== contents.length) return false;
  const leftDigests = left.map(digest);
  const present = new Set(leftDigests);
  return contents.every((content, index) =>
    reasons[index] === null ? leftDigests[index] === digest(content) : !present.has(digest(content)),
  );
}
