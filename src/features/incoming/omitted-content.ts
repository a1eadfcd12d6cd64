import { z } from 'zod';

/** Why of a message only the headers were stored. */
export interface OmittedContent {
  readonly reason: 'message-size';
  readonly sizeBytes: number;
  readonly limitBytes: number;
}

export const omittedAnswer = z
  .object({ reason: z.literal('message-size'), sizeBytes: z.int(), limitBytes: z.int(), note: z.string() })
  .meta({ id: 'OmittedContent' });

/** With a note to show in the body's place. */
export function showOmitted(omitted: OmittedContent | null): z.output<typeof omittedAnswer> | null {
  if (!omitted) return null;
  const { sizeBytes, limitBytes } = omitted;
  const note = `This message has ${sizeBytes} bytes, more than the ${limitBytes} that its profile stores. Only its headers are here; the mailbox itself holds all of it.`;
  return { ...omitted, note };
}
