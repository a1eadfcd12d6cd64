import { z } from 'zod';

/** What stands between the brackets: printable ASCII, so that no header can be broken by it. */
const inner = '[!-;=?-~]{1,248}';
const bracketed = new RegExp(`^<${inner}>$`);
const bare = new RegExp(`^${inner}$`);

/** A Message-ID that a caller gives, with its angle brackets. */
export const messageId = z.string().regex(bracketed, 'must be a Message-ID in angle brackets, of printable ASCII');

/**
 * A Message-ID of received mail as a header of ours can carry it. Some senders leave the brackets out;
 * what holds spaces or other characters cannot be written without being read as something else.
 * @returns null when there is none to be had
 */
export function writableMessageId(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  if (bracketed.test(trimmed)) return trimmed;
  return bare.test(trimmed) ? `<${trimmed}>` : null;
}
