import type { OutgoingAttachment } from '../../port/mail-item.js';

/** What a request costs besides the base64 of an attachment: its names, and the envelope. */
const OVERHEAD = 2_048;

/** Bytes of an attachment inside a request. */
export function requestBytes(attachment: OutgoingAttachment): number {
  return Math.ceil(attachment.content.length / 3) * 4 + attachment.name.length * 4 + OVERHEAD;
}

/** Splits attachments, in their order, so that each group fits one request; one that never fits goes alone. */
export function attachmentBatches(
  attachments: readonly OutgoingAttachment[],
  maxRequestBytes: number,
): OutgoingAttachment[][] {
  const batches: OutgoingAttachment[][] = [];
  let room = 0;
  for (const attachment of attachments) {
    const bytes = requestBytes(attachment);
    const current = batches.at(-1);
    if (current === undefined || bytes > room) {
      batches.push([attachment]);
      room = maxRequestBytes - bytes;
    } else {
      current.push(attachment);
      room -= bytes;
    }
  }
  return batches;
}
