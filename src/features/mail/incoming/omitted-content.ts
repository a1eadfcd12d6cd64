import { z } from 'zod';

/**
 * `message-size`: larger than its profile stores, so only its headers are stored. `too-complex`: takes too much time or
 * memory to parse; the original and the headers from the server are stored. `body-size`: its bodies are truncated.
 */
export const omissions = ['message-size', 'too-complex', 'body-size'] as const;

/** What was not read of a message, and why. */
export interface OmittedContent {
  readonly reason: (typeof omissions)[number];
  /** Size of the message. */
  readonly sizeBytes: number;
  /** The limit that the reason refers to; 0 if it is not about size. */
  readonly limitBytes: number;
}

export const omittedAnswer = z
  .object({ reason: z.enum(omissions), sizeBytes: z.int(), limitBytes: z.int(), note: z.string() })
  .meta({ id: 'OmittedContent' });

/** With a note for readers. */
export function showOmitted(omitted: OmittedContent | null): z.output<typeof omittedAnswer> | null {
  return omitted && { ...omitted, note: noteOf(omitted) };
}

function noteOf({ reason, sizeBytes, limitBytes }: OmittedContent): string {
  switch (reason) {
    case 'message-size':
      return `This message has ${sizeBytes} bytes, more than the ${limitBytes} that its profile stores. Only its headers were stored; the mailbox has the whole message.`;
    case 'too-complex':
      return 'Reading this message would take too much time or memory. Its bodies and attachments are not shown; download the original message to see them.';
    case 'body-size':
      return `The text of this message is longer than ${limitBytes} bytes and is truncated here. The original message has all of it.`;
  }
}
