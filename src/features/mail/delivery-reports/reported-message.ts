/** The Message-IDs that we give hold the message's own id (see outgoing/internet-message-id.ts), so its row is found by its key. */
const ours = /^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@[^<>@\s]+>$/i;

/** @returns the id of the outgoing message that a Message-ID may belong to; null when it is none of ours */
export function outgoingIdOf(internetMessageId: string): string | null {
  return ours.exec(internetMessageId)?.[1]?.toLowerCase() ?? null;
}
