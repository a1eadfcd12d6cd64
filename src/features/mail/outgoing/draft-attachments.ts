import type { SavedAttachment } from '../../../drivers/port/mail-item.js';

/** What an attachment of a message must be found as in its draft. */
export interface ExpectedAttachment {
  readonly name: string;
  readonly kind: 'file' | 'message';
  /** Bytes of its content. */
  readonly sizeBytes: number;
}

export interface AttachmentComparison {
  /** Places among those expected that the draft lacks. */
  readonly missing: readonly number[];
  /** Places of those whose content the server holds only in part. */
  readonly cutShort: readonly number[];
}

/** Servers count sizes with overhead of their own, and some without the last bytes; far less than this is a part. */
const leastShare = 0.9;

/**
 * Compares the attachments of a draft with those it was saved with. Servers rename attachments and turn messages
 * into files, so what has no namesake counts as there as long as the number is right.
 */
export function compareAttachments(
  expected: readonly ExpectedAttachment[],
  found: readonly SavedAttachment[],
): AttachmentComparison {
  const left = new Set(found);
  const partner = new Map<number, SavedAttachment>();
  const pair = (matches: (wanted: ExpectedAttachment, candidate: SavedAttachment) => boolean) => {
    for (const [place, wanted] of expected.entries()) {
      if (partner.has(place)) continue;
      for (const candidate of left) {
        if (!matches(wanted, candidate)) continue;
        partner.set(place, candidate);
        left.delete(candidate);
        break;
      }
    }
  };
  pair((wanted, { name, size }) => sameName(wanted.name, name) && isWhole(wanted, size));
  pair((wanted, { name }) => sameName(wanted.name, name));
  pair((wanted, { kind }) => wanted.kind === kind);
  pair(() => true);
  const missing = [...expected.keys()].filter((place) => !partner.has(place));
  const cutShort = [...partner].filter(([place, { size }]) => !isWhole(expected[place], size)).map(([place]) => place);
  return { missing, cutShort: cutShort.sort((one, other) => one - other) };
}

const sameName = (wanted: string, found: string | null): boolean => plain(wanted) === plain(found ?? '');
const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();

/** A server that gives no size, or 0, says nothing. The size of an attached message is that of the server's own form of it. */
function isWhole(wanted: ExpectedAttachment | undefined, size: number | null): boolean {
  if (wanted === undefined || wanted.kind === 'message' || size === null || size <= 0) return true;
  return size >= wanted.sizeBytes * leastShare;
}
