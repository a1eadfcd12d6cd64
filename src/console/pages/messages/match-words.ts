import type { Schema } from '../../api/schemas.js';

/** How a message found its thread, as a sentence. */
export const matchWords: Record<Schema<'ThreadMessage'>['threadMatch'], string> = {
  'in-reply-to': 'It answers a message of this thread.',
  references: 'It refers to a message of this thread, or one of them refers to it.',
  token: 'Its subject carries the thread’s tracking token.',
  conversation: 'The server counts it to the same conversation.',
  smart: 'Its subject and its people are those of this thread.',
  new: 'It began a thread.',
};
