import { v7 as uuidv7 } from 'uuid';
import type { FetchedItem } from '../../mail/mail-item.js';
import type { MessageContent } from './message-content.js';
import { contentDigest, messageIdentity } from './message-identity.js';

/** A message ready for the database. */
export interface NewMessage {
  readonly id: string;
  readonly contentId: string;
  readonly identity: Buffer;
  /** Equal for the same message in another mailbox; see `contentDigest`. */
  readonly digest: Buffer;
  readonly item: FetchedItem;
  readonly content: MessageContent;
  readonly receivedAt: Date;
}

/** @param now stands in for a receive time that the server left out */
export function newMessage(item: FetchedItem, content: MessageContent, now: Date): NewMessage {
  const receivedAt = item.properties.receivedAt ?? content.sentAt ?? now;
  const identity = messageIdentity(content, item.properties, receivedAt);
  const digest = contentDigest(identity, content, item.mime);
  return { id: uuidv7(), contentId: uuidv7(), identity, digest, item, content, receivedAt };
}
