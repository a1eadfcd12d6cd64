import type { MessageContent } from '../store/message-content.js';

/** A changed message; its MIME, if it had one, no longer holds and is composed anew when asked for. */
export function revised(content: MessageContent, patch: Partial<MessageContent>): MessageContent {
  const { mime: _, ...fields } = content;
  return { ...fields, ...patch };
}
